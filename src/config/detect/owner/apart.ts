import path from 'node:path';
import type { Scope } from '../candidate.ts';
import { type Part, scriptCall, splitLine } from '../commandline.ts';
import { packageManager, workspaceDir } from '../package-manager.ts';
import { launches } from './launcher.ts';
import { packagesOf, selectPackages } from './packages.ts';
import { concurrentlySides, lineOrScript, parallelSides, runAllSides, type Side } from './parallel.ts';
import { type Placed, quoted, readShell } from './shell.ts';
import { partOf, peel, type Step, scriptStep, type Taken, type Taking } from './step.ts';

const DEPTH = 8;

/** Programs that start others in a way of their own. */
const CLOSED =
  /^(?:rush|moon|wsrun|ultra|turbowatch|preconstruct|mprocs|process-compose|tilt|skaffold|devspace|garden|tmuxinator|tmux|pm2|pm2-dev|pm2-runtime|stmux|teenyprocess|devenv|supervisord|nps)$/;

/** `./dev.sh`, `bin/dev`: files that a shell reads. */
const SHELL_FILE = /\.(?:ba|z)?sh$|^(?:\.\/)?(?:bin|scripts?)\/[\w-]+$|^\.\/(?:dev|start|run|up)$/;

/**
 * A command taken apart as its owner's programs would: each leaf is one program. A command that starts nothing beside
 * itself is its own only leaf.
 */
export async function takeApart(scope: Scope, asked: Step, depth = 0): Promise<Step[]> {
  if (depth > DEPTH) return [asked];
  const further = (part: Step) => takeApart(scope, part, depth + 1);
  if (asked.script) return takeScript(scope, asked, further);
  const step = { ...asked, line: fromWindows(asked.line) };
  if (step.line !== asked.line)
    scope.notes.push(
      `${step.evidence} is written for Windows, where "${asked.line}" changes the folder first: it is started as "${step.line}"`,
    );
  const reading = readShell(step.line, step.dir);
  if (!reading) return [step];
  const why = 'it would run when the servers have ended';
  const file = step.evidence.replace(/ (?:\w+ )?".*$/, '');
  scope.leftOut.push(...reading.after.map((what) => ({ what, file, why })));
  const needs = await Promise.all(reading.before.map((one) => ownScript(scope, placedStep(step, one))));
  const parts = reading.side.map((one) => ({ ...placedStep(step, one), needs: [...step.needs, ...needs] }));
  if (parts.length > 1) {
    return (await Promise.all(parts.map(async (part) => further(await ownScript(scope, part))))).flat();
  }
  const [main] = parts;
  if (!main) return [step];
  // Several lines are read one by one; a single one is started as it is written.
  const found = (await takeMain(scope, main, further)) ?? [step.line.includes('\n') ? main : step];
  const [only] = found;
  return only && found.length === 1 && !only.name && step.name ? [{ ...only, name: step.name }] : found;
}

/** `cd api & npm start`: Windows' shell does one after the other, every other one would start it where it is. */
function fromWindows(line: string): string {
  const parts = splitLine(line);
  const isMeant = ({ words, next }: Part) => words[0] === 'cd' && next === '&';
  if (!parts.some(isMeant)) return line;
  return parts.map((part) => `${part.text} ${isMeant(part) ? '&&' : part.next}`.trim()).join(' ');
}

/** `npm run api` among others is that script itself. */
async function ownScript({ project }: Scope, step: Step): Promise<Step> {
  const { script } = lineOrScript(step.line, (await project.packageJson(step.dir))?.scripts ?? {});
  return script === undefined ? step : { ...step, script: { name: script, args: [] } };
}

const placedStep = (step: Step, { line, dir, env, setup }: Placed): Step =>
  partOf(step, { line, dir, env, setup: [...step.setup, ...setup] });

/** Undefined: it is one program, and stays as it stands in its line. */
async function takeMain(scope: Scope, step: Step, further: Taking['further']): Promise<Step[] | undefined> {
  const { words, env, prefix, scripted, program: written } = peel(step.line);
  const program = words[0] ?? '';
  const inner = partOf(step, {
    line: step.line,
    env,
    ...(scripted && { scripted }),
    prefix: prefix.length > 0 ? [...step.prefix, { words: prefix, dir: step.dir }] : step.prefix,
  });
  const reader = Object.hasOwn(readers, program) ? readers[program] : undefined;
  const taken = reader
    ? await reader({ scope, step: inner, words, further })
    : SHELL_FILE.test(written)
      ? await shellFile({ scope, step: inner, words: ['sh', written], further })
      : CLOSED.test(program)
        ? { opaque: `${program} starts its servers in its own way` }
        : undefined;
  if (taken === undefined) return undefined;
  return Array.isArray(taken) ? taken : [{ ...step, opaque: taken.opaque }];
}

/** A package.json script: with what stands around it where it is taken apart, else the script itself. */
async function takeScript(scope: Scope, step: Step, further: Taking['further']): Promise<Step[]> {
  const { project } = scope;
  const { name, args } = step.script ?? { name: '', args: [] };
  const found = await project.packageJson(step.dir);
  const scripts = found?.scripts ?? {};
  const line = scripts[name];
  if (line === undefined) return [step];
  const file = project.relative(path.join(step.dir, 'package.json'));
  if (found?.wireit[name]) {
    const parts = await (await import('./wireit.ts')).wireit(scope, step, name);
    const found = (await Promise.all(parts.map(further))).flat();
    // One command: wireit runs it, after what it depends on.
    return found.length === 1 && found[0]?.line === line ? [step] : found;
  }
  const evidence = `${file} script "${name}"`;
  const inner = partOf(step, { line: [line, ...args].join(' '), evidence, scripted: true });
  const hooked = `pre${name}` in scripts && (await runsHooks(scope, step.dir));
  const hook = scriptStep(step, step.dir, `pre${name}`, { evidence: `${file} script "pre${name}"` });
  const parts = await further(hooked ? { ...inner, needs: [...inner.needs, hook] } : inner);
  const [only] = parts;
  const same = only?.line === inner.line && only.like === undefined;
  if (parts.length === 1 && only && (same || only.opaque !== undefined)) {
    return [{ ...step, ...(only.opaque !== undefined && { opaque: only.opaque }) }];
  }
  if (`post${name}` in scripts && (await runsHooks(scope, step.dir))) {
    scope.leftOut.push({ what: `post${name}`, file, why: `it would run when "${name}" has ended` });
  }
  return parts;
}

/** Yarn from 2 on runs no `pre…` and `post…` of scripts. */
async function runsHooks({ project }: Scope, dir: string): Promise<boolean> {
  if ((await packageManager(project, dir)) !== 'yarn') return true;
  const field = (await project.packageJson(project.root))?.packageManager ?? '';
  return !/^yarn@[2-9]/.test(field) && !(await project.has(project.root, '.yarnrc.yml'));
}

/** Sides of one package as steps, each taken further apart. */
async function stepsOf({ step, further }: Taking, sides: Side[], before: Side[] = []): Promise<Step[]> {
  const stepOf = ({ name, script, args = [], line = '' }: Side): Step =>
    script === undefined
      ? partOf(step, { line, ...(name !== undefined && { name }) })
      : scriptStep(step, step.dir, script, {
          script: { name: script, args },
          ...(name !== undefined && { name }),
        });
  const needs = before.map(stepOf);
  const parts = sides.map(stepOf).map((part) => ({ ...part, needs: [...part.needs, ...needs] }));
  return (await Promise.all(parts.map(further))).flat();
}

async function sideBySide(taking: Taking): Promise<Taken> {
  const { scope, step, words } = taking;
  const scripts = (await scope.project.packageJson(step.dir))?.scripts ?? {};
  const sides = concurrentlySides(words.slice(1), scripts);
  return sides.length > 0 ? stepsOf(taking, sides) : undefined;
}

async function runAll(taking: Taking): Promise<Taken> {
  const { scope, step, words } = taking;
  const scripts = (await scope.project.packageJson(step.dir))?.scripts ?? {};
  const { before, side } = runAllSides(words[0] ?? '', words.slice(1), scripts);
  return side.length > 0 ? stepsOf(taking, side, before) : undefined;
}

async function scriptOf({ scope, step, words, further }: Taking): Promise<Taken> {
  const call = scriptCall(words);
  if (!call) return undefined;
  const { project } = scope;
  const { script, args } = call;
  if (!call.all) {
    const dir = call.workspace
      ? await workspaceDir(project, call.workspace)
      : path.resolve(step.dir, call.dir ?? '');
    if (!dir) return undefined;
    if ((await project.packageJson(dir))?.scripts[script] === undefined) {
      // `yarn concurrently …`, `pnpm turbo dev`: a program of node_modules.
      if (call.pm === 'npm' || call.workspace || call.dir) return undefined;
      const bare = partOf(step, { line: [script, ...args].map(quoted).join(' '), scripted: true });
      const parts = await further(bare);
      return parts.length === 1 && parts[0]?.line === bare.line ? undefined : parts;
    }
    const parts = await further(scriptStep(step, dir, script, { script: { name: script, args } }));
    const [only] = parts;
    // One program: the call itself, which flags still reach.
    if (parts.length === 1 && only?.script?.name === script && only.dir === dir) {
      return only.opaque === undefined ? undefined : { opaque: only.opaque };
    }
    return parts;
  }
  const chosen = selectPackages(await packagesOf(project), call.filters ?? [], step.dir);
  const having = chosen?.filter(({ scripts }) => script in scripts);
  if (!having || having.length === 0) return undefined;
  const parts = having.map(({ dir }) => scriptStep(step, dir, script, { script: { name: script, args } }));
  return (await Promise.all(parts.map(further))).flat();
}

const scriptOrLauncher = (taking: Taking) => (scriptCall(taking.words) ? scriptOf(taking) : launcher(taking));

/** A program of the owner's own that starts others. */
async function launcher({ scope, step, words }: Taking): Promise<Taken> {
  const file = words.slice(1).find((word) => /\.(?:[cm]?[jt]s|py)$/.test(word));
  const text = file && (await scope.project.text(path.resolve(step.dir, file)));
  return text && launches(text, file) ? { opaque: `${file} starts others in its own way` } : undefined;
}

async function shellFile({ scope, step, words, further }: Taking): Promise<Taken> {
  const named = words.slice(1).find((word) => !word.startsWith('-'));
  // `sh -c 'cd node && npm run dev'`
  if (words.length === 3 && words[1] === '-c' && named) return further(partOf(step, { line: named }));
  if (!named || words.includes('-c')) return undefined;
  const file = path.resolve(step.dir, named);
  const text = await scope.project.text(file);
  // `bin/rails` is Ruby.
  if (text === undefined || !/^(?:#!.*\b(?:ba|z|da)?sh\b|(?!#!))/.test(text)) return undefined;
  const evidence = scope.project.relative(file);
  // Its parts are not what it is: it watches over them by their ids, and leaves them behind.
  const stays = /^\s*wait\b/m.test(text) || /^\s*trap\b[^\n]*\b(?:EXIT|INT)\b/m.test(text);
  if (/\bnohup\b|\bdisown\b|&\s*\n\s*\w*PID\w*=\$!/i.test(text) && !stays)
    return { opaque: `${evidence} leaves its servers in the background` };
  const reading = readShell(text, step.dir, path.dirname(file));
  const last = reading?.side[0];
  if (!reading || !last)
    return startsSeveral(text) ? { opaque: `${evidence} needs a shell to be read` } : undefined;
  const needs = reading.before.map((one) => ({ ...placedStep(step, one), evidence }));
  const parts = reading.side.map((one) => ({
    ...placedStep(step, one),
    evidence,
    needs: [...step.needs, ...needs],
  }));
  return (await Promise.all(parts.map(further))).flat();
}

const startsSeveral = (text: string): boolean => /(?<![&>])&(?![&>])/.test(text);

type Reader = (taking: Taking) => Taken | Promise<Taken>;

const recipe: Reader = async (taking) => (await import('./recipes.ts')).recipe(taking);
const pyTask = async (taking: Taking): Promise<Taken> => (await import('./py-tasks.ts')).pyTask(taking);
const procfile: Reader = async (taking) => (await import('../procfile.ts')).procfileCall(taking);
const builder: Reader = async (taking) => (await import('./builder.ts')).builder(taking);
const tauriWindow: Reader = async (taking) => (await import('./tauri.ts')).tauri(taking);

/** Who starts others, by its program's name; what few projects have is loaded where it is met. */
const readers: Record<string, Reader> = {
  concurrently: sideBySide,
  conc: sideBySide,
  parallel: (taking) => {
    const sides = parallelSides(taking.words);
    return sides ? stepsOf(taking, sides) : { opaque: 'parallel starts its servers in its own way' };
  },
  'run-p': runAll,
  'run-s': runAll,
  'npm-run-all': runAll,
  'npm-run-all2': runAll,
  npm: scriptOf,
  pnpm: scriptOf,
  yarn: scriptOf,
  bun: scriptOrLauncher,
  node: scriptOrLauncher,
  tsx: launcher,
  'ts-node': launcher,
  zx: launcher,
  python: launcher,
  turbo: async (taking) => (await import('./turbo.ts')).turbo(taking),
  nx: async (taking) => (await import('./nx.ts')).nx(taking),
  ng: async (taking) => (await import('./nx.ts')).nxByAngular(taking),
  gulp: builder,
  grunt: builder,
  lerna: async (taking) => (await import('./lerna.ts')).lerna(taking),
  make: recipe,
  gmake: recipe,
  just: recipe,
  task: recipe,
  'go-task': recipe,
  mise: recipe,
  composer: recipe,
  deno: (taking) => (taking.words[1] === 'task' ? recipe(taking) : undefined),
  php: ({ words }) =>
    words[1] === 'artisan' && words[2] === 'dev'
      ? { opaque: 'artisan dev starts others, a queue’s worker among them, in its own way' }
      : undefined,
  poe: pyTask,
  pdm: pyTask,
  poetry: pyTask,
  foreman: procfile,
  overmind: procfile,
  hivemind: procfile,
  honcho: procfile,
  goreman: procfile,
  forego: procfile,
  nf: procfile,
  heroku: procfile,
  tauri: tauriWindow,
  cargo: (taking) =>
    taking.words[1] === 'tauri'
      ? tauriWindow(taking)
      : taking.words[1] === 'make'
        ? recipe(taking)
        : undefined,
  bash: shellFile,
  sh: shellFile,
  zsh: shellFile,
};
