import path from 'node:path';
import { EXPORT } from '../../system/programs.ts';
import { type PackageManager, type Part, quote, scriptCall, splitLine, unwrap } from './commandline.ts';
import { matchCommand } from './frameworks/index.ts';
import { viteKinds } from './frameworks/node.ts';
import { flaskScript, pythonServers } from './frameworks/python.ts';
import type { Framework } from './frameworks/types.ts';
import { managerOf } from './manage.ts';
import { NODE_LIKE, nodemonLine, nodeServer } from './node-entry.ts';
import { workspaceDir } from './package-manager.ts';
import type { Project } from './project.ts';

/** What a command line turns out to run, followed through package.json scripts to its end. */
export interface Look {
  framework: Framework | undefined;
  /** The innermost program's words. */
  words: string[];
  /** The innermost line, the folder it is started in, and the folder after its `cd`s. */
  line: string;
  lineDir: string;
  dir: string;
  /** The package managers on the way, outermost first. */
  levels: PackageManager[];
  /** What is appended to the outermost command reaches the innermost program. */
  appendable: boolean;
  /** The package.json script that the line is. */
  script?: string;
  /** Variables that the line itself sets. */
  env: Record<string, string>;
  /** A port that the line names. */
  pinned: number | undefined;
  /** The line says the host itself. */
  hostGiven: boolean;
  /** The line sets its port where neither a flag nor our PORT can override it. */
  inPlace: RegExp | undefined;
  /** It starts other packages' scripts: turbo, `pnpm -r`. */
  orchestrates: boolean;
}

const ORCHESTRATORS = /^(?:turbo|turbowatch|lerna|nx run-many|rush|moon|wsrun|ultra|preconstruct)\b/;
const PORT_FLAG = /(?:^|\s)(?:--port|-p|--http-port)[ =]?(\d{2,5})\b/;
const HOST_FLAG = /(?:^|\s)(?:--host(?:name)?|-H|--ip|--bind)(?=[\s=]|$)/;
const PORT_VARIABLE = /(\bPORT=["']?)(\d{2,5})\b/;

/** `line` as it would run in `dir`. */
export async function look(
  project: Project,
  line: string,
  dir: string,
  levels: PackageManager[] = [],
): Promise<Look> {
  const parts = splitLine(line);
  let cwd = dir;
  for (const { words } of parts) if (words[0] === 'cd' && words[1]) cwd = path.resolve(cwd, words[1]);
  const { part, last } = mainPart(parts);
  const { words: said, env: own } = unwrap(part?.words ?? []);
  const env = { ...exported(parts), ...own };
  let words = said;
  const call = scriptCall(words);
  if (call && !call.all && levels.length < 6) {
    const target = call.workspace
      ? await workspaceDir(project, call.workspace)
      : path.resolve(cwd, call.dir ?? '');
    const inner = target && (await project.packageJson(target))?.scripts[call.script];
    if (target && inner !== undefined) {
      // What it is called with stands behind its own line: `pnpm with-env next dev`.
      const whole = [inner, ...call.args.map(quote)].join(' ');
      const passes = call.pm === 'npm' && words.includes('--') && levels.length > 0;
      const found = await look(project, whole, target, passes ? levels : [...levels, call.pm]);
      const outer = { env: { ...env, ...found.env }, pinned: found.pinned ?? portSet(env, found.framework) };
      return { script: call.script, ...found, ...outer, appendable: found.appendable && last };
    }
    // `yarn vite`: no script of the package, so a program of its.
    if (call.pm !== 'npm') {
      words = unwrap(words.slice(words.indexOf(call.script))).words;
      cwd = target ?? cwd;
    }
  }
  if (words[0] === 'nodemon') {
    const run = await nodemonLine(project, cwd, words);
    const ran = run === undefined ? [] : unwrap(splitLine(run).at(-1)?.words ?? []).words;
    if (run !== undefined && !NODE_LIKE.has(ran[0] ?? '') && levels.length < 6) {
      const found = await look(project, run, cwd, levels);
      return { ...found, appendable: false, inPlace: undefined };
    }
    if (ran.length > 0) words = ran;
  }
  const framework = await identify(project, cwd, words, part);
  const text = part?.text ?? line;
  const reads = framework?.role !== 'task' && !framework?.flags;
  const inPlace = framework?.inPlace?.test(text)
    ? framework.inPlace
    : reads && env.PORT && /^\d+$/.test(env.PORT)
      ? PORT_VARIABLE
      : undefined;
  const flag = (framework?.portFlag ?? PORT_FLAG).exec(words.join(' '))?.[1];
  const written = (inPlace ?? framework?.inPlace)?.exec(text)?.[2] ?? flag ?? env.PORT;
  const pinned = written && /^\d+$/.test(written) ? Number(written) : undefined;
  return {
    framework,
    words,
    line,
    lineDir: dir,
    dir: cwd,
    levels: takesOptions(part) ? [...levels, 'npm'] : levels,
    env,
    appendable: last,
    pinned: pinned && pinned < 65536 ? pinned : undefined,
    hostGiven: (framework?.hostFlag ?? HOST_FLAG).test(words.join(' ')),
    inPlace,
    orchestrates: call?.all === true || ORCHESTRATORS.test(words.join(' ')),
  };
}

/** `export PORT=3001 && node server.js`, and Windows' `set`. */
function exported(parts: Part[]): Record<string, string> {
  const assigned = parts.filter(({ words }) => words[0] === EXPORT).flatMap(({ words }) => words.slice(1));
  return unwrap(assigned).env;
}

/** What `PORT=3001 npm run server` says to a server that takes its port by it. */
function portSet(
  { PORT = '' }: Record<string, string>,
  framework: Framework | undefined,
): number | undefined {
  const takes = framework?.role !== 'task' && (!framework?.flags || framework.readsPort);
  return takes && /^\d{2,5}$/.test(PORT) && Number(PORT) < 65_536 ? Number(PORT) : undefined;
}

/** The command that stays: the last one, or the one before a pipe or beside a watcher. */
function mainPart(parts: Part[]): { part: Part | undefined; last: boolean } {
  const server = parts.findIndex(
    (part) =>
      (part.next === '|' || part.next === '&') &&
      !['cd', 'sleep'].includes(part.words[0] ?? '') &&
      matchCommand(unwrap(part.words).words)?.role !== 'task',
  );
  const index = server === -1 ? parts.length - 1 : server;
  return { part: parts[index], last: index === parts.length - 1 && parts[index]?.next === '' };
}

/** `npm exec vite` keeps what begins with a dash to itself, up to a `--`. */
function takesOptions(part: Part | undefined): boolean {
  const words = part?.words.filter((word) => !ASSIGNED.test(word)) ?? [];
  return words[0] === 'npm' && /^(?:exec|x)$/.test(words[1] ?? '') && !words.includes('--');
}

const ASSIGNED = /^(?:\w+=|cross-env$)/;

async function identify(
  project: Project,
  dir: string,
  words: string[],
  part: Part | undefined,
): Promise<Framework | undefined> {
  if (words[0] === 'manage.py') return managed(project, dir, words, part);
  const matched = matchCommand(words);
  // Rails’ own Vite: its port stands in config/vite.json, where Rails reads it too.
  if (matched?.id === 'vite' && part?.words.some((word) => /^(?:\.\/)?bin\/vite$/.test(word))) {
    return { id: 'task', label: 'Vite Ruby', role: 'task' };
  }
  if (matched?.id === 'vite') {
    const deps = (await project.packageJson(dir))?.deps ?? {};
    const kind = viteKinds.find((k) => k.package in deps);
    if (!kind) return matched;
    return {
      ...matched,
      ...kind,
      caches: [...(matched.caches ?? []), ...kind.caches],
    };
  }
  if (matched) return matched;
  const program = words[0] ?? '';
  if (program === 'python') return pythonScript(project, dir, words);
  if (NODE_LIKE.has(program) && words.length > 1) {
    return nodeServer(project, dir, words, part?.text ?? '');
  }
  return undefined;
}

/** `manage.py runserver` is Django's, Flask-Script's or another program's: the file says which. */
async function managed(
  project: Project,
  dir: string,
  words: string[],
  part: Part | undefined,
): Promise<Framework | undefined> {
  const file = part?.words.find((word) => /(?:^|[\\/])manage\.py$/.test(word)) ?? 'manage.py';
  const folder = path.dirname(path.resolve(dir, file));
  const kind = (await project.has(folder, 'manage.py')) ? await managerOf(project, folder) : 'django';
  const matched = matchCommand(words);
  if (kind === 'django' || matched?.role === 'task') return matched;
  const verb = words[1] ?? '';
  if (kind === 'flask-script' && verb === 'runserver') return flaskScript;
  return kind === 'flask-cli' && verb === 'run' ? flaskScript : undefined;
}

async function pythonScript(project: Project, dir: string, words: string[]): Promise<Framework | undefined> {
  const file = words.find((word) => word.endsWith('.py'));
  const text = file && (await project.text(path.resolve(dir, file)));
  const server = text ? pythonServers.find((s) => s.pattern.test(text)) : undefined;
  if (!server) return { id: 'python', label: 'Python', role: 'backend' };
  return {
    id: server.id,
    label: server.label,
    role: server.frontend ? 'frontend' : 'backend',
    ...(server.env && { env: server.env }),
    ...(server.port && { port: server.port }),
  };
}
