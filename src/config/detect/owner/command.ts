import path from 'node:path';
import { type Candidate, isServer, type Scope } from '../candidate.ts';
import { entryOf, saysItListens } from '../listening.ts';
import { look } from '../look.ts';
import { typedInReadme } from '../typed.ts';
import { takeApart } from './apart.ts';
import { candidatesOf } from './candidates.ts';
import { COMPOSE, withContainers } from './compose.ts';
import type { Step } from './step.ts';

/** Scripts that start everything, the likeliest first. */
const DEV = ['dev', 'start:dev', 'develop', 'dev:all', 'start', 'serve', 'start:all', 'watch'];
const PROD = ['start:prod', 'start'];
/** Those whose meaning is clear enough to be run as they stand where they cannot be taken apart. */
const CLEAR = ['dev', 'start:dev', 'develop', 'dev:all'];
/** Targets of other files, likewise. */
const TARGETS = [
  'dev',
  'develop',
  'dev-all',
  'dev:all',
  'start',
  'run',
  'serve',
  'up',
  'run-dev',
  'start-dev',
  'start:dev',
  'default',
];
const FILES = [
  'bin/dev',
  'dev.sh',
  'run-dev.sh',
  'start-dev.sh',
  'scripts/dev.sh',
  'script/dev',
  'scripts/start-dev.sh',
  'start.sh',
  'run.sh',
  'start-all.sh',
  'start_all.sh',
  'run_dev.sh',
  'start_dev.sh',
  'run-all.sh',
  'run_all.sh',
  'scripts/start.sh',
  'scripts/run.sh',
];
const PYTHON = ['run.py', 'start.py', 'dev.py', 'run_dev.py', 'main.py'];

const stepIn = (dir: string, part: Partial<Step> & Pick<Step, 'evidence'>): Step => ({
  line: '',
  dir,
  env: {},
  prefix: [],
  setup: [],
  needs: [],
  ...part,
});

/** Further names of what starts everything: `concurrently:dev`, `dev:both`, `start-all`. */
const EVERYTHING =
  /^(?:(?:dev|start|run)[:_-])?(?:all|both|full|full-?stack|concurrently|parallel|everything)(?:[:_-](?:dev|start))?$|^(?:start|run|all)[_-]dev$/;

/** `go: concurrently "npm run server" "npm run client"`, whatever it is called. */
const startsSideBySide = (name: string, line = ''): boolean =>
  /^(?:npx )?(?:concurrently|run-p)\s/.test(line) &&
  !/test|e2e|lint|build|install|debug|prod|deploy|preview|story|docs?\b|format|check|watch|css|mock|ci\b|^(?:pre|post)/i.test(
    `${name} ${line}`,
  );

/**
 * The package.json script that starts several things, taken apart: all of them. One that comes to a single server
 * (`start` beside `serve`) counts where no later one starts more.
 */
export async function scriptsCommand(scope: Scope, dir: string): Promise<Candidate[] | undefined> {
  const scripts = (await scope.project.packageJson(dir))?.scripts ?? {};
  const further = Object.keys(scripts).filter(
    (name) => !DEV.includes(name) && (EVERYTHING.test(name) || startsSideBySide(name, scripts[name])),
  );
  let single: { name: string; all: Candidate[]; within: Scope } | undefined;
  const passed: string[] = [];
  for (const name of scope.context.prod ? PROD : [...DEV, ...further]) {
    // What is meant for developing does not give way to what may be production's.
    if (!(name in scripts) || (single && CLEAR.includes(single.name) && !CLEAR.includes(name))) continue;
    const within = { ...scope, notes: [], leftOut: [] };
    const steps = await withContainers(within, await scriptSteps(within, dir, name));
    const [only] = steps;
    if (steps.length === 1 && only?.script?.name === name && only.dir === dir) {
      if (only.opaque === undefined || !(CLEAR.includes(name) || isFirst(name, scripts))) {
        passed.push(name);
        continue;
      }
    }
    const all = await candidatesOf(within, steps, dir);
    // Compilers alone are no start.
    if (all.every(({ task, before }) => task || before)) continue;
    const isMore = startsMore(all);
    // `all` may be anything that people do one after the other.
    if (!isMore && further.includes(name)) continue;
    if (isMore || !single) single = { name, all, within };
    if (isMore) break;
  }
  scope.notes.push(...(single?.within.notes ?? []));
  scope.leftOut.push(...(single?.within.leftOut ?? []));
  const [first = ''] = passed;
  if (
    single &&
    CLEAR.includes(first) &&
    dir === scope.project.root &&
    !(await isKnown(scope, dir, scripts[first]))
  )
    scope.notes.push(
      `package.json script "${first}" is not used: what it starts cannot be seen; "${single.name}" is`,
    );
  return single?.all;
}

/** `start` where no `dev` is, `serve` where neither is. */
const isFirst = (name: string, scripts: object): boolean =>
  !('dev' in scripts) && (name === 'start' || (name === 'serve' && !('start' in scripts)));

/** A line that runs a server which its words, or its own text, tell. */
async function isKnown({ project }: Scope, dir: string, line = ''): Promise<boolean> {
  const seen = await look(project, line, dir);
  // A file that is not there tells nothing.
  const says = (await saysItListens(project, seen)) ?? entryOf(seen) === '';
  return seen.framework !== undefined && says;
}

/** More than one server, or something of which only its owner's program knows what it starts. */
const startsMore = (all: Candidate[]): boolean =>
  all.some(({ app }) => app.opaque || app.roles.length > 1) || all.filter(isServer).length > 1;

const scriptSteps = (scope: Scope, dir: string, name: string): Promise<Step[]> => {
  const file = scope.project.relative(path.join(dir, 'package.json'));
  return takeApart(scope, stepIn(dir, { script: { name, args: [] }, evidence: `${file} script "${name}"` }));
};

/** Does the script start more than one thing, or one that has to come first? */
export async function startsSeveral(scope: Scope, dir: string, name: string): Promise<boolean> {
  const steps = await scriptSteps({ ...scope, leftOut: [], notes: [] }, dir, name);
  return steps.length > 1 || steps[0]?.script?.name !== name || steps[0].opaque !== undefined;
}

/** The one server that a script comes to, with what it starts before and beside it; undefined: several, or none. */
export async function serverOfScript(
  scope: Scope,
  dir: string,
  name: string,
): Promise<Candidate | undefined> {
  const all = await candidatesOf(scope, await scriptSteps(scope, dir, name), dir);
  const [server, ...more] = all.filter(isServer);
  if (!server || more.length > 0 || server.app.opaque) return undefined;
  return { ...server, companions: all.filter((one) => one !== server) };
}

/** Does the script come to nothing but watchers and compilers, several of them? */
export async function startsOnlyTasks(scope: Scope, dir: string, name: string): Promise<boolean> {
  const within = { ...scope, leftOut: [], notes: [] };
  const steps = await scriptSteps(within, dir, name);
  if (steps.length < 2) return false;
  return (await candidatesOf(within, steps, dir)).every(({ task, before }) => task || before);
}

/** Procfile.dev, by the script that starts it where there is one. */
export async function procfileDev(scope: Scope): Promise<Candidate[] | undefined> {
  const { root } = scope.project;
  if (scope.context.prod) return undefined;
  if (!(await scope.project.has(root, 'Procfile.dev'))) return typedProcfile(scope);
  const starter = await scope.project.text(path.join(root, 'bin/dev'));
  const own = starter?.includes('Procfile.dev')
    ? await started(scope, 'bin/dev', 'Procfile.dev')
    : await recipeOf(scope, 'Procfile.dev');
  // A starter that cannot be read starts the same lines.
  const [, port] = /\bPORT=["']?(?:\$\{PORT:?-)?(\d+)/.exec(starter ?? '') ?? [];
  return own ?? started(scope, `foreman start -f Procfile.dev${port ? ` -p ${port}` : ''}`, 'Procfile.dev');
}

const FOREMAN = /^(?:foreman|goreman|forego|overmind|hivemind|honcho|nf)(?:\s.*)?$/;

/** A plain Procfile that the README says to start: it is for developing, too. */
async function typedProcfile(scope: Scope): Promise<Candidate[] | undefined> {
  const { project } = scope;
  if (!(await project.has(project.root, 'Procfile'))) return undefined;
  const typed = await typedInReadme(project);
  const one = typed.find(({ text: line, dir }) => dir === project.root && FOREMAN.test(line));
  return one && started(scope, one.text, 'Procfile');
}

/** The recipe that starts a file's lines may say more of it: their first port, their env file. */
async function recipeOf(scope: Scope, file: string): Promise<Candidate[] | undefined> {
  const { root } = scope.project;
  if (![...(await scope.project.list(root)).files].some((name) => BOOKS.test(name))) return undefined;
  const { booksIn } = await import('./recipes.ts');
  for (const { call, recipes, file: evidence } of await booksIn(scope, root)) {
    const lineOf = (name: string) => recipes.get(name)?.lines.find((line) => line.includes(file));
    const target = TARGETS.find(lineOf);
    if (target === undefined) continue;
    const from = `${evidence} "${target}"`;
    // What comes before it may be more than can be read: checks of the machine.
    return (await started(scope, `${call} ${target}`, from)) ?? started(scope, lineOf(target) ?? '', from);
  }
  return undefined;
}

const BOOKS =
  /^(?:GNUmakefile|makefile(?:\.toml)?|\.?justfile|taskfile\.|\.?mise\.toml|composer\.json|deno\.jsonc?$)/i;

/**
 * What other files of the project start with one command: recipes (make, just, task, mise, composer), shell files.
 * Each is tried when the ones before it did not do.
 */
export async function* otherCommands(scope: Scope): AsyncGenerator<Candidate[]> {
  const { project, context } = scope;
  const { root } = project;
  if (context.prod) return;
  const { files, dirs } = await project.list(root);
  if ([...files].some((name) => BOOKS.test(name))) {
    const { booksIn } = await import('./recipes.ts');
    for (const book of await booksIn(scope, root)) {
      const target = TARGETS.find((name) => book.recipes.has(name));
      const found = target && (await started(scope, `${book.call} ${target}`, `${book.file} "${target}"`));
      if (found) yield found;
    }
  }
  for (const file of FILES) {
    const [folder = '', name] = file.includes('/') ? file.split('/') : ['', file];
    if (
      folder
        ? !dirs.has(folder) || !(await project.has(path.join(root, folder), name ?? ''))
        : !files.has(file)
    )
      continue;
    const found = await started(scope, file.endsWith('.sh') ? `bash ${file}` : file, file);
    if (found) yield found;
  }
  if ([...files].some((name) => /^(?:gulp|grunt)file\./i.test(name))) {
    const call = await (await import('./builder.ts')).builderCall(project);
    const found = call && (await started(scope, call.line, call.evidence));
    if (found) yield found;
  }
  if ([...files].some((name) => /\.slnx?$|^global\.json$/.test(name))) {
    const aspire = await (await import('./aspire.ts')).aspireHost(scope);
    if (aspire) yield aspire;
  }
  for (const file of PYTHON.filter((name) => files.has(name))) {
    const found = await started(scope, `python ${file}`, file);
    if (found?.some(({ app }) => app.opaque)) yield found;
  }
}

/** A command line at the top, taken apart; undefined where it starts nothing that stays. */
const started = (scope: Scope, line: string, evidence: string): Promise<Candidate[] | undefined> =>
  startedIn(scope, scope.project.root, line, evidence);

/**
 * A command line as it is given in a folder.
 * @param itself a line that is one program and no more counts, too
 */
export async function startedIn(
  scope: Scope,
  dir: string,
  line: string,
  evidence: string,
  itself = false,
): Promise<Candidate[] | undefined> {
  const steps = await withContainers(scope, await takeApart(scope, stepIn(dir, { line, evidence })));
  const [only] = steps;
  // It could not be looked into.
  if (!itself && steps.length === 1 && only?.line === line && only.opaque === undefined) return undefined;
  const all = await candidatesOf(scope, steps, dir);
  return all.every(({ task, before }) => task || before) ? undefined : all;
}

/** A plain Procfile is often production's: the last resort, and otherwise a word about its workers. */
export async function plainProcfile(scope: Scope): Promise<Candidate[] | undefined> {
  if (!(await scope.project.has(scope.project.root, 'Procfile'))) return undefined;
  return started(scope, 'foreman start', 'Procfile');
}

/** Containers that are built from the project's own code, and nothing else that starts it. */
export async function composeCommand(scope: Scope): Promise<Candidate[] | undefined> {
  const { root } = scope.project;
  const { files } = await scope.project.list(root);
  const file = COMPOSE.find((name) => files.has(name));
  if (!file) return undefined;
  const steps = await withContainers(scope, [
    stepIn(root, { line: 'docker compose up', evidence: file, name: 'compose' }),
  ]);
  return steps[0]?.opaque === undefined ? undefined : candidatesOf(scope, steps, root);
}
