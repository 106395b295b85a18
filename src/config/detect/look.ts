import path from 'node:path';
import { EXPORT } from '../../system/programs.ts';
import { boundBy } from './bound.ts';
import { type PackageManager, type Part, quote, scriptCall, splitLine, unwrap } from './commandline.ts';
import { denoTasks } from './deno-tasks.ts';
import { matchCommand } from './frameworks/index.ts';
import { viteKinds } from './frameworks/node.ts';
import { flaskScript, pythonServers } from './frameworks/python.ts';
import type { Framework } from './frameworks/types.ts';
import { type LinePort, portIn, portSet } from './line-port.ts';
import { managerOf } from './manage.ts';
import { NODE_LIKE, nodemonLine, nodeServer } from './node-entry.ts';
import { scriptOfSystem, workspaceDir } from './package-manager.ts';
import type { Project } from './project.ts';

/** What a command line turns out to run, followed through package.json scripts to its end. */
export interface Look extends LinePort {
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
  /** The line says the host itself. */
  hostGiven: boolean;
  /** It starts other packages' scripts: turbo, `pnpm -r`. */
  orchestrates: boolean;
}

const ORCHESTRATORS = /^(?:turbo|turbowatch|lerna|nx run-many|rush|moon|wsrun|ultra|preconstruct)\b/;
const HOST_FLAG = /(?:^|\s)(?:--host(?:name)?|-H|--ip|--bind)(?=[\s=]|$)/;

/** `line` as it would run in `dir`. */
export async function look(
  project: Project,
  line: string,
  dir: string,
  levels: PackageManager[] = [],
): Promise<Look> {
  const parts = splitLine(line);
  const { part, last: ends } = mainPart(parts);
  let cwd = ledTo(parts, part, dir);
  const keeps = keepsOptions(part);
  // yarn and bun keep a `--` to themselves, so that none gets to a wrapper behind them.
  const last = ends && !(keeps && levels.some((pm) => pm === 'yarn' || pm === 'bun'));
  const outer = keeps ? [...levels, 'npm' as const] : levels;
  const { words: said, env: own } = unwrap(part?.words ?? []);
  const env = { ...exported(parts), ...own };
  let isSet = false;
  let words = said;
  const call = scriptCall(words);
  if (call && !call.all && levels.length < 6) {
    const target = call.workspace
      ? await workspaceDir(project, call.workspace)
      : path.resolve(cwd, call.dir ?? '');
    const scripts = target ? ((await project.packageJson(target))?.scripts ?? {}) : {};
    const ofSystem = scriptOfSystem(scripts, call.script);
    const inner = ofSystem ?? scripts[call.script];
    if (target && inner !== undefined) {
      // What it is called with stands behind its own line: `pnpm with-env next dev`.
      const whole = [inner, ...call.args.map(quote)].join(' ');
      const passes = call.pm === 'npm' && words.includes('--') && levels.length > 0;
      const found = await look(project, whole, target, passes ? outer : [...outer, call.pm]);
      const around = { env: { ...env, ...found.env }, pinned: found.pinned ?? portSet(env, found.framework) };
      return { script: call.script, ...found, ...around, appendable: found.appendable && last && !ofSystem };
    }
    // `yarn vite`: no script of the package, so a program of its.
    if (call.pm !== 'npm') {
      words = unwrap(words.slice(words.indexOf(call.script))).words;
      cwd = target ?? cwd;
    }
  }
  if (words[0] === 'nodemon') {
    const run = await nodemonLine(project, cwd, words);
    const { words: ran, env: told } = unwrap(run === undefined ? [] : (splitLine(run).at(-1)?.words ?? []));
    if (run !== undefined && (!NODE_LIKE.has(ran[0] ?? '') || scriptCall(ran)) && levels.length < 6) {
      const found = await look(project, run, cwd, levels);
      return { ...found, appendable: false, inPlace: undefined };
    }
    if (ran.length > 0) words = ran;
    isSet = 'PORT' in told;
    Object.assign(env, told);
  }
  const task = levels.length > 5 ? undefined : await taskLook(project, words, cwd, levels);
  if (task?.framework?.flags) return { ...task, appendable: task.appendable && last };
  let framework = task?.framework ?? (await identify(project, cwd, words, part));
  const module = framework ? undefined : await moduleWords(project, cwd, words, part);
  if (module) {
    words = module;
    framework = await identify(project, cwd, words, part);
  }
  const { pinned, inPlace } = portIn(part?.text ?? line, words, framework, env.PORT);
  return {
    framework,
    words,
    line,
    lineDir: dir,
    dir: cwd,
    levels: outer,
    env,
    appendable: last,
    pinned,
    hostGiven: (framework?.hostFlag ?? HOST_FLAG).test(words.join(' ')),
    inPlace: isSet ? undefined : inPlace,
    orchestrates: call?.all === true || ORCHESTRATORS.test(words.join(' ')),
  };
}

/** What a task of Deno runs: Vite's page takes flags through it, and of Fresh its port is all that the program says. */
async function taskLook(
  project: Project,
  words: string[],
  dir: string,
  levels: PackageManager[],
): Promise<Look | undefined> {
  if (words[0] !== 'deno' || words[1] !== 'task') return undefined;
  const line = (await denoTasks(project, dir)).get(words[2] ?? '')?.line;
  const found = line ? await look(project, line, dir, levels) : undefined;
  const { id, flags, port } = found?.framework ?? {};
  return flags || (id === 'deno' && port) ? found : undefined;
}

/** `export PORT=3001 && node server.js`, and Windows' `set`. */
function exported(parts: Part[]): Record<string, string> {
  const assigned = parts.filter(({ words }) => words[0] === EXPORT).flatMap(({ words }) => words.slice(1));
  return unwrap(assigned).env;
}

/** Where the `cd`s before a command lead; those of a group count within it: `(cd ../ui && npm run build) && vite`. */
function ledTo(parts: Part[], until: Part | undefined, dir: string): string {
  const outer: string[] = [];
  let cwd = dir;
  for (const part of parts) {
    if (part.text.startsWith('(')) outer.push(cwd);
    if (part.words[0] === 'cd' && part.words[1]) cwd = path.resolve(cwd, part.words[1]);
    if (part === until) break;
    if (part.text.endsWith(')')) cwd = outer.pop() ?? cwd;
  }
  return cwd;
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

/** `npm exec vite`, `dotenv vite`: what begins with a dash they keep to themselves, up to a `--`. */
function keepsOptions(part: Part | undefined): boolean {
  const words = part?.words.filter((word) => !TRANSPARENT.test(word)) ?? [];
  const isWrapper = words[0] === 'dotenv' || (words[0] === 'npm' && /^(?:exec|x)$/.test(words[1] ?? ''));
  return isWrapper && !words.includes('--');
}

const TRANSPARENT = /^(?:\w+=|(?:cross-env|npx|pnpx|bunx)$)/;

/** `python -m server.app` of a module of the project's own is the file that it is. */
async function moduleWords(
  project: Project,
  dir: string,
  words: string[],
  part: Part | undefined,
): Promise<string[] | undefined> {
  const [module = '', ...rest] = words;
  const said = part?.words ?? [];
  if (said[said.indexOf(module) - 1] !== '-m' || !/^\w+(?:\.\w+)*$/.test(module)) return undefined;
  const file = module.replaceAll('.', '/');
  for (const one of [`${file}.py`, `${file}/__main__.py`])
    if (await project.has(path.dirname(path.join(dir, one)), path.basename(one)))
      return ['python', one, ...rest];
  return undefined;
}

async function identify(
  project: Project,
  dir: string,
  words: string[],
  part: Part | undefined,
): Promise<Framework | undefined> {
  if (words[0] === 'manage.py') return managed(project, dir, words, part);
  const matched = matchCommand(words);
  // Rails’ own Vite and webpack: their port stands in config/vite.json or webpacker.yml, where Rails reads it too.
  if (
    part?.words.some((word) => /^(?:\.\/)?bin\/(?:vite|webpack(?:er)?-dev-server)$/.test(word)) &&
    matched
  ) {
    const isRails = matched.id === 'vite' || (await project.has(path.join(dir, 'config'), 'webpacker.yml'));
    if (isRails) return { id: 'task', label: 'a builder of Rails', role: 'task' };
  }
  if (matched?.id === 'vite') {
    const deps = (await project.packageJson(dir))?.deps ?? {};
    const kind = viteKinds.find((k) => k.package in deps);
    // Before 3 its page was where everybody's is.
    const old = matched.port === 5173 && /^[^\d]*[12]\./.test(deps.vite ?? '');
    if (!kind) return old ? { ...matched, port: 3000 } : matched;
    return {
      ...matched,
      ...kind,
      caches: [...(matched.caches ?? []), ...kind.caches],
    };
  }
  const program = words[0] ?? '';
  // Laravel's, of the same name as Elixir's.
  if (program === 'mix' && 'laravel-mix' in ((await project.packageJson(dir))?.deps ?? {}))
    return { id: 'task', label: 'Laravel Mix', role: 'task' };
  if (matched?.role === 'task' && /^(?:tsup|tsdown)$/.test(program)) {
    return (await startsWhatItBuilds(project, dir, words)) ? matchCommand([program, '--onSuccess']) : matched;
  }
  if (matched?.role === 'task' && program === 'rollup')
    return (await servedByRollup(project, dir, words)) ?? matched;
  if (matched) return boundBy(project, dir, words, matched);
  if (/^mvnw?$/.test(program) && words.slice(1).every((word) => word.startsWith('-'))) {
    const [, goal] =
      /<defaultGoal>\s*([^<]*?)\s*</.exec((await project.text(path.join(dir, 'pom.xml'))) ?? '') ?? [];
    return goal === undefined ? undefined : matchCommand([program, ...goal.split(/\s+/)]);
  }
  if (program === 'python') return pythonScript(project, dir, words);
  if (NODE_LIKE.has(program) && words.length > 1) {
    return nodeServer(project, dir, words, part?.text ?? '');
  }
  return undefined;
}

/** Svelte's old template: rollup, watching, starts the package's `start`, which serves what it has built. */
async function servedByRollup(
  project: Project,
  dir: string,
  words: string[],
): Promise<Framework | undefined> {
  if (!words.some((word) => /^(?:-\w*w\w*|--watch)$/.test(word))) return undefined;
  const file = [...(await project.list(dir)).files].find((name) => /^rollup\.config\.[cm]?[jt]s$/.test(name));
  const text = (file && (await project.text(path.join(dir, file)))) ?? '';
  const [, name = ''] =
    /\bspawn\(\s*['"]npm['"]\s*,\s*\[\s*['"]run['"]\s*,\s*['"](start[\w:-]*)['"]/.exec(text) ?? [];
  const start = (await project.packageJson(dir))?.scripts[name];
  if (start === undefined) return undefined;
  const served = await look(project, start, dir);
  const version = (await project.packageJson(dir))?.deps['sirv-cli'] ?? '';
  const port = served.pinned ?? (/^\D*[01]\./.test(version) ? 5000 : 8080);
  return { id: 'rollup', label: 'rollup', role: 'frontend', readsPort: true, port };
}

/** `onSuccess` of a builder's config, which no word of its command tells. */
async function startsWhatItBuilds(project: Project, dir: string, words: string[]): Promise<boolean> {
  const at = words.findIndex((word) => word === '--config' || word === '-c');
  const { files } = await project.list(dir);
  const named = at === -1 ? undefined : words[at + 1];
  const file = named ?? [...files].find((name) => /^(?:tsup|tsdown)\.config\.[cm]?[jt]s$/.test(name));
  const text = file === undefined ? undefined : await project.text(path.resolve(dir, file));
  return /\bonSuccess\b/.test(text ?? '');
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
