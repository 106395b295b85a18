import path from 'node:path';
import type { Command } from '../../types.ts';
import { assignRoles, type Candidate, draftApp, roleOfName, type Scope } from '../candidate.ts';
import { splitLine, unwrap } from '../commandline.ts';
import { entryOf, quieted } from '../listening.ts';
import type { Look } from '../look.ts';
import { packageManager, runScript } from '../package-manager.ts';
import { recognise } from '../recognise.ts';
import { chained, quoted } from './shell.ts';
import { type Step, shortName } from './step.ts';

/**
 * The owner's command as apps: what has to end first, then everything that it starts, each role given once.
 * @param from the folder in which the command is given
 */
export async function candidatesOf(scope: Scope, steps: Step[], from: string): Promise<Candidate[]> {
  const needs = [...new Set(steps.flatMap((step) => step.needs))];
  const first = await Promise.all(needs.map((step) => beforeCandidate(scope, step)));
  const rest = await Promise.all(
    steps.map(async (step) => quieted(scope.project, await leafCandidate(scope, step, from))),
  );
  return [...first, ...assignRoles(byFolder(rest, steps, from))];
}

/** The one server of a package is called as its folder is, whatever its script is called. */
function byFolder(candidates: Candidate[], steps: Step[], from: string): Candidate[] {
  const serves = ({ app, task }: Candidate) => !task && !app.noPort && !app.opaque;
  return candidates.map((one, i) => {
    const dir = steps[i]?.dir;
    const script = steps[i]?.script;
    if (!script || dir === undefined || dir === from || steps[i]?.name || !serves(one)) return one;
    const alone = candidates.filter((other, j) => steps[j]?.dir === dir && serves(other)).length === 1;
    return alone ? { ...one, app: { ...one.app, name: path.basename(dir) } } : one;
  });
}

/** A step that ends before the others start. */
async function beforeCandidate(scope: Scope, step: Step): Promise<Candidate> {
  const { command, cwd } = await commandOf(scope, step);
  const words = unwrap(splitLine(step.line)[0]?.words ?? []).words;
  const program = BLOCK.test(words[0] ?? '') ? '' : path.parse(words[0] ?? '').name;
  const name = step.name ?? step.script?.name.replaceAll(':', '-') ?? program;
  const said = step.script ? '' : ` first runs "${shortened(step.line)}"`;
  const draft = draftApp(name || 'before', local(command, step), cwd, step.evidence + said);
  return {
    app: { ...draft, env: step.env, noPort: true, once: true },
    home: cwd,
    task: true,
    before: step,
    needs: step.needs,
  };
}

/** The first word of a shell's own, which names nothing. */
const BLOCK = /^(?:if|for|while|until|case|\[|\[\[|test)$/;

async function leafCandidate(scope: Scope, step: Step, from: string): Promise<Candidate> {
  const { project, context } = scope;
  const { command, cwd } = await commandOf(scope, step);
  const file = project.relative(path.join(step.dir, 'package.json'));
  const evidence = step.script
    ? `${file} script "${step.script.name}"`
    : `${step.evidence} starts "${shortened(step.line)}"`;
  const draft = {
    ...draftApp('', command, cwd, evidence),
    env: step.env,
    ...(step.procfile && { procfile: true }),
  };
  const given = step.needs.length > 0 ? { needs: step.needs } : {};
  if (step.opaque !== undefined) {
    const app = {
      ...draft,
      name: step.name ?? '',
      command: local(command, step),
      opaque: true,
      // Containers end by the signal that a person would send.
      ...(step.publishes && { publishes: step.publishes, stopSignal: 'SIGINT' as const }),
    };
    const note = `${step.script ? evidence : step.evidence} is run as it stands: ${step.opaque}`;
    return { app, home: cwd, note, ...given };
  }
  const seen = step.like ? await recogniseLike(scope, step, draft) : await recognise(project, draft, context);
  const { look } = seen;
  const label = look.framework && look.framework.role !== 'task' ? ` runs ${look.framework.label}` : '';
  const app = {
    ...seen.app,
    name: nameOf(step, look, from, project.root),
    command: step.script && command.kind === 'argv' ? seen.app.command : local(seen.app.command, step),
    evidence: step.script || step.like ? evidence + label : evidence,
  };
  const port = ownPort(step, look);
  // Its PORT comes from the way to it: what its own code says in place of it is not meant.
  const way = port === undefined ? step.env : { ...step.env, PORT: String(port) };
  const runs = app.runs && { ...app.runs, env: { ...way, ...app.runs.env } };
  return {
    app: {
      ...app,
      ...(runs && { runs }),
      ...(step.silent && { noPort: true, ready: [], roles: [], defaultPorts: {} }),
      ...(port !== undefined && !step.silent && { defaultPorts: { own: port } }),
    },
    home: look.dir,
    task: look.framework?.role === 'task' || step.silent === true,
    look,
    ...given,
  };
}

/** Recognised by what it comes to, started by its runner, which hands the flags on. */
async function recogniseLike({ project, context }: Scope, { like, line }: Step, draft: Candidate['app']) {
  if (!like) throw new Error('no likeness');
  const known = await recognise(
    project,
    { ...draft, command: { kind: 'shell', line: like.line }, cwd: like.dir },
    context,
  );
  const { command } = known.app;
  const added = command.kind === 'shell' ? command.line.slice(like.line.length).trim().split(/\s+/) : [];
  const flags = like.flags(added.filter(Boolean));
  const started: Command = { kind: 'shell', line: [line, ...flags].join(' ') };
  const caches = known.app.caches.map((cache) =>
    path.posix.join(path.relative(draft.cwd, like.dir).replaceAll(path.sep, '/'), cache),
  );
  const app = {
    ...known.app,
    command: started,
    cwd: draft.cwd,
    caches,
    ...(like.port !== undefined && { defaultPorts: { own: like.port } }),
  };
  return { app, look: known.look };
}

/** The port that the way to it sets: foreman's, or `cross-env PORT=4000 concurrently …`; a flag of its own wins. */
function ownPort({ env, port }: Step, { framework, pinned, words, line }: Look): number | undefined {
  if (framework?.role === 'task') return undefined;
  const set = /^\d+$/.test(env.PORT ?? '') ? Number(env.PORT) : port;
  if (set === undefined || (pinned !== undefined && env.PORT === undefined)) return undefined;
  const takes =
    framework === undefined || !framework.flags || /\$\{?PORT\b/.test(`${line} ${words.join(' ')}`);
  return takes || /^(?:rails|puma|next|nuxt)$/.test(framework?.id ?? '') ? set : undefined;
}

async function commandOf({ project }: Scope, step: Step): Promise<{ command: Command; cwd: string }> {
  const { script, setup, prefix, dir } = step;
  const pm = script && (await packageManager(project, dir));
  const args = script?.args ?? [];
  const argv =
    script && pm
      ? [...runScript(pm, script.name), ...(pm === 'npm' && args.length > 0 ? ['--'] : []), ...args]
      : [];
  const [program, ...rest] = argv;
  if (program !== undefined && setup.length === 0 && prefix.length === 0) {
    return { command: { kind: 'argv', argv: [program, ...rest] }, cwd: dir };
  }
  let line = script ? argv.map(quoted).join(' ') : step.line;
  for (const { words, dir: from } of [...prefix].reverse()) {
    const before = words.map((word) => quoted(from === dir ? word : inFolder(word, from))).join(' ');
    line = isSimple(line) ? `${before} ${line}` : `${before} sh -c ${quoted(line)}`;
  }
  const whole = chained([...setup, { line, dir }]);
  return { command: { kind: 'shell', line: whole.line }, cwd: whole.dir };
}

/** One program without an assignment before it: what a wrapper can start. */
const isSimple = (line: string): boolean =>
  splitLine(line).length === 1 && !/[()\n]/.test(line) && !/^[A-Za-z_]\w*=/.test(line);

/** A wrapper's relative file, as seen from another folder. */
const inFolder = (word: string, from: string): string =>
  /^\.{0,2}\/?[\w./-]*\.[\w.-]+$/.test(word) && !path.isAbsolute(word) ? path.resolve(from, word) : word;

/** Programs that need no node_modules/.bin on PATH. */
const GLOBAL =
  /^(?:node|npm|npx|pnpm|pnpx|yarn|bun|bunx|deno|python[\d.]*|pip|uv|poetry|pipenv|go|air|cargo|php|composer|ruby|bundle|docker|make|just|task|mise|cd|sh|bash|source|export|set|if|\.|.*\/.*)$/;

/** A line taken out of a script loses the script's PATH: `npm exec` gives it back. */
function local(command: Command, { scripted }: Step): Command {
  if (command.kind !== 'shell' || !scripted) return command;
  const firsts = splitLine(command.line).map(({ words }) => words.find((w) => !/^\w+=/.test(w)) ?? '');
  if (firsts.every((first) => GLOBAL.test(first))) return command;
  return { kind: 'argv', argv: ['npm', 'exec', '--silent', '-c', command.line] };
}

/** Files whose name says no more than that something starts there. */
const PLAIN_FILE = /^(?:index|main|app|server|run|start|dev|cli|__main__|manage|wsgi|asgi)$/;

function nameOf(step: Step, look: Look, from: string, root: string): string {
  if (step.name) return step.name;
  const own = step.script ? shortName(step.script.name) : '';
  if (own) return own;
  const { framework, words } = look;
  if (framework?.role === 'task' && !step.script) return words[0] ?? '';
  if (look.dir !== from && look.dir !== root) return path.basename(look.dir);
  const file = path.parse(entryOf(look)).name;
  if (file && !PLAIN_FILE.test(file)) return file;
  // `node server.js api`
  const told = file && words.slice(2).find((word) => /^[\w-]+$/.test(word) && roleOfName(word));
  return (told || (framework?.role === 'task' ? words[0] : framework?.role)) ?? words[0] ?? '';
}

const shortened = (line: string): string => {
  const first = line.split('\n')[0] ?? '';
  return first.length > 80 || first !== line ? `${first.slice(0, 80)} …` : first;
};
