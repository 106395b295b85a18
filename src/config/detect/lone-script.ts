import path from 'node:path';
import type { Candidate, Scope } from './candidate.ts';
import { entryOf, saysItListens } from './listening.ts';
import { RESTARTS, type ScriptCandidate, scriptCandidate } from './scripts.ts';

/** What is done with a program, and not its start for developing. */
const NO_START =
  /test|e2e|cypress|lint|build|debug|inspect|prod|deploy|release|seed|migrat|docker|preview|story|docs?\b|format|mock|lambda|^(?:pre|post)/i;

/**
 * The server of a package that starts it by a name of its own (`dev-server`, `launch`): the only one that its scripts
 * start, of two ways to start it the one that restarts it.
 */
export async function loneScript(scope: Scope, dir: string): Promise<Candidate | undefined> {
  const { project, context } = scope;
  if (context.prod || (await project.has(dir, 'index.html'))) return undefined;
  const scripts = (await project.packageJson(dir))?.scripts ?? {};
  const found: ScriptCandidate[] = [];
  for (const name of Object.keys(scripts)
    .filter((one) => !NO_START.test(one))
    .slice(0, 12)) {
    const one = await scriptCandidate(scope, dir, name, dir === project.root ? '' : path.basename(dir));
    const { framework, orchestrates } = one.look;
    if (framework?.role !== 'backend' || framework.production || orchestrates) continue;
    const serves = framework.flags !== undefined || (await saysItListens(project, one.look)) === true;
    if (serves) found.push(one);
  }
  const restarts = found.filter(({ look }) => RESTARTS.test(look.line));
  const [first, ...others] = restarts.length > 0 ? restarts : found;
  return first && others.every((one) => programOf(one) === programOf(first)) ? first : undefined;
}

/** What people call a script that starts a second server. */
const SECOND =
  /(?:^|[:._-])(?:(?:web-?)?sockets?|ws|signal\w*|peer\w*|real-?time|proxy|cors|api|server|backend|gateway|graphql|collab\w*|json-server|^db$|mcp|auth|admin|media|relay)(?:$|[:._-])/i;

/** A window around the page. */
const OPENS = /(?:^|[\s"'&])electron(?:mon)?\s+(?:\.|\S+\.[cm]?js)/;

/** A package's further server by a script of its own (`"socket": "node socket.js"`), said where nothing starts it. */
export async function mentionFurtherScripts(scope: Scope, found: readonly Candidate[]): Promise<void> {
  const { project, context, leftOut } = scope;
  if (context.prod || found.some(({ app }) => app.opaque)) return;
  const started = found.map(programOf);
  const isOpened = found.some(({ look }) => /\belectron/.test(look?.line ?? ''));
  for (const dir of new Set(found.filter(({ look }) => look).map(({ home }) => home))) {
    const scripts = (await project.packageJson(dir))?.scripts ?? {};
    const names = isOpened ? [] : Object.keys(scripts).filter((one) => OPENS.test(scripts[one] ?? ''));
    const window = names.find((one) => !NO_START.test(one) && !/pack|dist|:?prod/.test(one));
    const file = project.relative(path.join(dir, 'package.json'));
    const why = `its script "${window}" opens it; here its page is started alone`;
    if (window !== undefined) leftOut.push({ what: 'window', file, why });
    for (const name of Object.keys(scripts)) {
      if (!SECOND.test(name) || NO_START.test(name) || found.some((one) => one.script === name)) continue;
      const one = await scriptCandidate(scope, dir, name);
      const entry = entryOf(one.look);
      const { framework, orchestrates } = one.look;
      if (framework?.role !== 'backend' || framework.production || orchestrates) continue;
      if (started.includes(programOf(one)) || /^(?:\.\/)?(?:dist|build|out|lib)\//.test(entry)) continue;
      if (!framework.flags && (await saysItListens(project, one.look)) !== true) continue;
      started.push(programOf(one));
      leftOut.push({
        what: name,
        file,
        why: `a server that its script "${name}" starts; a config can add it`,
      });
    }
  }
}

/** The folder and the file, or the program, that a command comes to. */
export function programOf({ look, home, app }: Candidate): string {
  const { words = [] } = look ?? app.runs ?? {};
  const entry = entryOf({ words });
  return entry ? path.resolve(home, entry).replace(/\.[cm]?[jt]sx?$/, '') : `${home} ${words[0]}`;
}
