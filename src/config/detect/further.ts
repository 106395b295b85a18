import path from 'node:path';
import { type Candidate, isBeside, isWithin, type Scope } from './candidate.ts';
import { hasManifest, isNoPart, serversIn } from './folders.ts';
import { saysItListens } from './listening.ts';

/** Folders that are looked into, and that are told. */
const MOST = 24;
const MOST_SAID = 8;

/**
 * Servers in folders of their own that nothing of what is started is, and no line says: two folders down, and packages
 * of the workspace. Not where the project's own command says all that it starts, or the top itself is one.
 */
export async function mentionFurther(scope: Scope, found: readonly Candidate[]): Promise<void> {
  const { project, leftOut, context } = scope;
  const isWhole = ({ app, home }: Candidate) =>
    app.opaque ||
    app.framework === 'reflex' ||
    (home === project.root && app.framework !== undefined && app.framework !== 'static');
  if (scope.whole || context.prod || found.some(isWhole)) return;
  const homes = found.flatMap(({ home, app }) => [home, app.runs?.dir ?? home, app.cwd]);
  const said = leftOut.map(({ file }) => path.join(project.root, file));
  const isKnown = (dir: string) =>
    [...homes, ...said].some((one) => one !== project.root && isWithin(dir, one)) ||
    // What holds a server that is started is its home as well.
    homes.some((home) => isWithin(home, dir));
  const dirs = (await programs(scope)).filter((dir) => !isKnown(dir)).slice(0, MOST);
  const servers = await serversIn({ ...scope, notes: [], leftOut: [] }, dirs);
  const sure = await Promise.all(servers.map((one) => isSure(scope, one)));
  const others = servers.filter((_, i) => sure[i]);
  for (const { home, app } of others.slice(0, MOST_SAID)) {
    const file = project.relative(home);
    const why = `a further server (${app.evidence.replace(`${file}/`, '')}); a config can add it`;
    leftOut.push({ what: path.basename(home), file, why });
  }
  const rest = others.slice(MOST_SAID).map(({ home }) => project.relative(home));
  if (rest.length > 0)
    leftOut.push({
      what: `${rest.length} more servers`,
      file: '.',
      why: `in folders of their own: ${rest.join(', ')}`,
    });
}

/** A browser or a terminal has it, and no server. */
const EXTENSION = /extension|(?:^|-)ext$|(?:^|[/-])(?:cli|sdk)(?:[/-]|$)/i;

/** Any program may be in a language: its own text says that it listens. */
async function isSure({ project }: Scope, one: Candidate): Promise<boolean> {
  const { app, look, library } = one;
  if (library || (isBeside(one) && app.framework !== 'expo') || EXTENSION.test(project.relative(one.home)))
    return false;
  if (!/^(?:node|python|bun|deno)$/.test(app.framework ?? '')) return true;
  return look !== undefined && (await saysItListens(project, look)) === true;
}

/** `server/services/orders` */
const GROUP = /(?:services|apps|packages|modules)$/;

/** Folders that say that they are programs: at the top, in folders there that are none themselves, of the workspace. */
async function programs({ project }: Scope): Promise<string[]> {
  const found: string[] = [];
  const inner = async (dir: string): Promise<string[]> =>
    [...(await project.list(dir)).dirs]
      .filter((name) => !isNoPart(name))
      .sort()
      .slice(0, 40)
      .map((name) => path.join(dir, name));
  const isProgram = (dir: string) => hasManifest(project, dir);
  for (const dir of await inner(project.root)) {
    if (await isProgram(dir)) found.push(dir);
    else
      for (const one of await inner(dir))
        if (await isProgram(one)) found.push(one);
        else if (GROUP.test(one)) for (const it of await inner(one)) if (await isProgram(it)) found.push(it);
  }
  const members = (await project.workspaces()).map(({ dir }) => dir);
  return [...new Set([...found, ...members.filter((dir) => !isNoPart(path.basename(dir)))])];
}
