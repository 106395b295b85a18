import path from 'node:path';
import { type LeftOut, ROLES } from '../types.ts';
import { type Candidate, isBackground, isServer, isWithin, roleOfName, type Scope } from './candidate.ts';
import { scriptCall, splitLine, unwrap } from './commandline.ts';
import { entryOf } from './listening.ts';
import { programOf } from './lone-script.ts';
import { look } from './look.ts';
import { rolesOf } from './open-role.ts';
import { startedIn } from './owner/command.ts';
import type { Project } from './project.ts';
import { asMarkdown, MAX_SIZE, type Typed, typedIn } from './typed.ts';

const STARTS =
  /(?:^|[:._-])(?:dev|develop|start|serve|server|client|web|api|backend|frontend|watch|run|up|all|app)(?:$|[:._-])/i;
const NO_START =
  /(?:^|[:._-])(?:build|tests?|lint|prod|production|docker|storybook|e2e|preview|deploy|docs|migrate|migrations?|seed|generate|gen|codegen|install|setup|infra|services|deps|env|init|clean|format|typecheck|db|stop|logs?|down|reset|bootstrap|cov|coverage|check|prepare|ios|android|hot|debug|ssr|mock|mocks|https?)(?:$|[:._-])/i;
const RUNNERS =
  /^(?:g?make|just|task|mise|gulp|grunt|invoke|rake|composer|nx|turbo|lerna|foreman|goreman|forego|overmind|hivemind|honcho)$/;
const RUN_BY = /^(?:(?:uv|poetry|pdm|hatch|rye) run|npx|bunx|pnpm dlx)\s/;
/** Files that tell how to develop it: in `docs/` they count where none at the top starts anything. */
const MANUAL =
  /^(?:readme|develop(?:ing|ment|er)?|contributing|(?:local-?)?(?:setup|dev)|getting[-_]?started|quick-?start|running)(?:\.(?:md|rst|txt|markdown|adoc))?$/i;
/** Commands that are looked into, and that are told. */
const MOST = 8;
const MOST_SAID = 3;

/** What the project's own text has people type that starts something else than what is found, each server once. */
export async function typedBeside(scope: Scope, found: readonly Candidate[]): Promise<LeftOut[]> {
  const { project } = scope;
  if (scope.context.prod || found.some(({ app }) => app.opaque)) return [];
  const { files, dirs } = await project.list(project.root);
  const readmeFirst = (a: string, b: string) => Number(/^readme/i.test(b)) - Number(/^readme/i.test(a));
  const names = [...files].filter((name) => MANUAL.test(name)).sort(readmeFirst);
  for (const folder of [...dirs].filter((name) => /^docs?$/i.test(name)))
    for (const name of (await project.list(path.join(project.root, folder))).files)
      if (MANUAL.test(name)) names.push(`${folder}/${name}`);
  for (const name of names) {
    const text = (await project.text(path.join(project.root, name))) ?? '';
    const typed = text.length > MAX_SIZE ? [] : await typedIn(project, asMarkdown(name, text));
    const { starting, left } = await others(scope, found, name, typed);
    if (left.length > 0) return left;
    if (starting > 0) break;
  }
  if (![...files].some((name) => /\.(?:bat|cmd|ps1)$/i.test(name))) return [];
  const windows = await (await import('./windows-starts.ts')).typedForWindows(project);
  return windows ? (await others(scope, found, windows.file, windows.typed)).left : [];
}

/** Those of these that start something else than what is found; how many of them start anything. */
async function others(
  scope: Scope,
  found: readonly Candidate[],
  file: string,
  typed: readonly Typed[],
): Promise<{ starting: number; left: LeftOut[] }> {
  const left = new Map<string, LeftOut>();
  let starting = 0;
  for (const one of typed) {
    const worker = isOtherWorker(one, found, scope);
    if (!worker && (starting >= MOST || !(await isStart(scope.project, one)))) continue;
    if (!worker) starting++;
    const other = await otherOf(scope, found, one, worker);
    if (!other || left.has(other.what)) continue;
    const place = one.dir === scope.project.root ? '' : ` in ${scope.project.relative(one.dir)}`;
    const how = /\.(?:bat|cmd|ps1)$/i.test(file) ? 'starts it' : 'says to type it';
    const why = `line ${one.line} ${how}${place}${other.why}; a config can say it`;
    left.set(other.what, { what: one.text, file, why });
    if (left.size === MOST_SAID) break;
  }
  return { starting, left: [...left.values()] };
}

/** What is other about it, and what it is called where that is told once: its servers' folders, or itself. */
async function otherOf(
  scope: Scope,
  found: readonly Candidate[],
  one: Typed,
  worker: boolean,
): Promise<{ what: string; why: string } | undefined> {
  const why = ', and nothing of what was found is that';
  if (worker) return { what: one.text, why };
  if (isTarget(one, found, scope.project.root)) return undefined;
  const plain = await plainOf(scope.project, one, found);
  if (plain !== undefined)
    return { what: one.text, why: `: "${plain}", which is started, has not its addresses` };
  const within = { ...scope, notes: [], leftOut: [] };
  const servers = ((await startedIn(within, one.dir, one.text, one.text, true)) ?? []).filter(isServer);
  const role = roleOfName(one.text.split(/\s+/).at(-1) ?? '');
  // `make run-web`, which cannot be looked into, beside a page.
  const isNamed = role !== undefined && rolesOf(found).includes(role);
  const open = servers.filter((server) => !(isNamed && isUnknown(server)) && !isAmong(server, found, scope));
  if (open.length === 0) return undefined;
  return { what: open.some(isUnknown) ? one.text : open.map(({ home }) => home).join(), why };
}

/** `python -m app.workers.print`, `mlflow ui`, where nothing of what is found works in the background, or is that. */
function isOtherWorker({ text }: Typed, found: readonly Candidate[], { leftOut }: Scope): boolean {
  const tool = TOOL.exec(text)?.slice(1).find(Boolean);
  const [, file = '', kind = tool ?? ''] = WORKER.exec(text) ?? [];
  const isIt = ({ app }: Candidate) =>
    (tool === undefined && isBackground(app.name)) || app.runs?.words.includes(tool ?? file);
  return (
    kind !== '' &&
    !/ --once\b/.test(text) &&
    !found.some(isIt) &&
    !leftOut.some(({ what, why }) => `${what} ${why}`.includes(kind))
  );
}

/** Servers of other people's programs beside the project's own. */
const TOOL =
  /^(?:\S+ run |py(?:thon[\d.]*)? -m )?(?:(mlflow) (?:ui|server)|(tensorboard) |(dagster)(?:-webserver| dev)|(prefect) server start|(airflow) (?:standalone|webserver))\b/;
const WORKER =
  /^(?:\S+ run )?py(?:thon[\d.]*)?\s+(?:-m\s+)?([\w./-]*(worker|bot|scheduler)(?:s?\b|_)[\w./-]*)/;

/** `dev:local` is `dev` with addresses of this machine: the script that is started in its place. */
async function plainOf(
  project: Project,
  { text, dir }: Typed,
  found: readonly Candidate[],
): Promise<string | undefined> {
  const call = scriptCall(unwrap(splitLine(text)[0]?.words ?? []).words);
  const plain = found.find(({ home, script }) => home === dir && script !== undefined)?.script;
  if (!call || call.workspace || call.dir || plain === undefined || call.script === plain) return undefined;
  const { scripts = {} } = (await project.packageJson(dir)) ?? {};
  const partsOf = (name: string) => splitLine(scripts[name] ?? '').map(({ words }) => unwrap(words));
  const [said, ...more] = partsOf(call.script);
  const [its] = partsOf(plain);
  const isSame = more.length === 0 && said?.words.join(' ') === its?.words.join(' ');
  const local = Object.entries(said?.env ?? {}).some(
    ([key, value]) => LOOPBACK.test(value) && its?.env[key] === undefined,
  );
  return isSame && local ? plain : undefined;
}

const LOOPBACK = /^(?:https?|wss?):\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?(?:\/|$)/;

/** `uv run task api`: what is started is that very task of the folder. */
function isTarget({ text, dir }: Typed, found: readonly Candidate[], root: string): boolean {
  const name = text.split(/\s+/).at(-1) ?? '';
  return found.some(({ app }) => (dir === root || app.cwd === dir) && app.evidence.includes(`"${name}"`));
}

const isUnknown = ({ app }: Candidate): boolean => app.opaque === true || app.framework === undefined;

/** The same server, or another way to start it. */
function isAmong(server: Candidate, found: readonly Candidate[], { project, leftOut }: Scope): boolean {
  const isOf = (file: string) => `${server.home}/`.startsWith(`${path.join(project.root, file)}/`);
  if (leftOut.some(({ file }) => file !== '.' && isOf(file))) return true;
  // What cannot be looked into may be all that was found.
  if (isUnknown(server) && rolesOf(found).length === ROLES.length) return true;
  const entry = server.look ? entryOf(server.look) : '';
  if (EVERYTHING.test(entry) && !found.some(({ look }) => look && entryOf(look) === entry)) return false;
  return found.some((one) => {
    // `node ../api/server.js` of the page's package.
    if (server.look && entryOf(server.look) && programOf(one) === programOf(server)) return true;
    if (one.home === server.home || one.app.runs?.dir === server.app.runs?.dir)
      return (
        (one.script !== undefined && !isOtherHalf(one, server)) ||
        one.app.framework === undefined ||
        kindOf(one) === kindOf(server)
      );
    // In a folder of its own it is another program.
    if (server.home !== project.root && !isWithin(server.home, one.home) && !isWithin(one.home, server.home))
      return false;
    return (
      server.app.framework !== undefined && server.app.framework !== 'node' && kindOf(one) === kindOf(server)
    );
  });
}

/** `python -m shop.run_all` starts more than its server. */
const EVERYTHING = /(?:^|[./])(?:run|start|launch)_?(?:all|both|everything|servers|services)\b/;

/** `ng serve` of a package, and its API: no script of the one is another way to start the other. */
const isOtherHalf = (one: Candidate, { app }: Candidate): boolean =>
  one.app.roles[0] === 'frontend' && app.roles[0] === 'backend';

/** Two ways to start one server: `flask run` and `python app.py`, `symfony serve` and `php -S`. */
function kindOf({ app: { framework = '', python } }: Candidate): string {
  if (python && !/^(?:streamlit|gradio|reflex|rasa)$/.test(framework)) return 'python';
  return /^(?:php|symfony|laravel)$/.test(framework) ? 'php' : framework;
}

/** By its words: it starts what stays. */
export async function isStart(project: Project, { text, dir }: Typed): Promise<boolean> {
  if (/\b(?:examples?|samples?|demos?)\//i.test(text)) return false;
  const [part] = splitLine(text);
  const { words } = unwrap(part?.words ?? []);
  const call = scriptCall(words);
  const meant = (name: string) => STARTS.test(name) && !NO_START.test(name) && !isBackground(name);
  if (call && !call.workspace && !call.dir)
    return meant(call.script) && call.script in ((await project.packageJson(dir))?.scripts ?? {});
  if (call) return meant(call.script);
  // `python -m shop embed-chunks`: a word of a program of many.
  const [, verb] = /\bpython3? -m [\w.]+ ([a-z]+(?:-[a-z]+)*)(?:\s|$)/.exec(text) ?? [];
  if (verb !== undefined && !meant(verb)) return false;
  const [program = '', ...rest] = words;
  if (/^-[vVh]$/.test(rest.join(' ')) || rest.some((word) => /^--(?:version|help)$/.test(word))) return false;
  if (program === 'bun' && /^(?:i|install|add|x|create)$/.test(rest[0] ?? '')) return false;
  // `bun run --hot` in a sentence names no program.
  if (/^(?:bun|node|deno)$/.test(program) && rest.every((word) => /^(?:-.*|run|watch)$/.test(word)))
    return false;
  if (RUNNERS.test(program)) return rest.length === 0 ? /^(?:gulp|grunt)$/.test(program) : rest.some(meant);
  const { framework } = await look(project, text, dir);
  // What nobody knows starts by its own word: `uv run agents dev .`
  if (!framework) return RUN_BY.test(text) && /^(?:dev|serve|start|up)$/.test(rest[0] ?? '');
  if (framework.role === 'task') return false;
  return (
    framework.id !== 'python' ||
    rest.length === 0 ||
    EVERYTHING.test(text) ||
    /^(?:run|main|app|start|server|dev|bot)\w*\.py$/.test(path.basename(words[1] ?? ''))
  );
}
