import { access, constants, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { packageManager } from '../config/detect/package-manager.ts';
import { Project } from '../config/detect/project.ts';
import type { ErrorCode } from '../errors.ts';
import type { InstancePlan } from '../plan/types.ts';
import { joinEnv } from './environment.ts';

/** Why a server could not be started. */
export interface StartFailure {
  /** For people. */
  failure: { code: ErrorCode; message: string; hint?: string };
  /** As a shell has it: 127 for a program that is missing, 126 for one that may not be run; else 1. */
  exitCode: number;
}

type Environment = Record<string, string | undefined>;

/** What `spawn` reported. */
export async function explainSpawnError(
  plan: InstancePlan,
  error: NodeJS.ErrnoException,
  inherited: Environment,
): Promise<StartFailure> {
  if (!(await isFolder(plan.cwd))) {
    return {
      failure: {
        code: 'PROGRAM_NOT_FOUND',
        message: `${plan.label}: its folder does not exist: ${plan.cwd}`,
        hint: 'Check `cwd` in the config.',
      },
      exitCode: 1,
    };
  }
  const program = plan.command.kind === 'argv' ? plan.command.argv[0] : 'the shell';
  if (error.code === 'ENOENT') return notFound(plan, program, inherited);
  if (error.code === 'EACCES') return notExecutable(plan, program);
  return {
    failure: {
      code: 'SPAWN_FAILED',
      message: `${plan.label}: ${program} could not be started: ${error.message}`,
    },
    exitCode: 1,
  };
}

/**
 * A command that ended with 127 or 126: a shell's words for a program that is missing or may not be run, though some
 * programs use them themselves. Undefined when nothing is seen to be missing.
 * @param lines its last output, in which a shell names the program
 */
export async function explainShellExit(
  plan: InstancePlan,
  exit: 126 | 127,
  lines: readonly string[],
  inherited: Environment,
): Promise<StartFailure | undefined> {
  const line = plan.command.kind === 'shell' ? plan.command.line : plan.command.argv.join(' ');
  const first = /^\s*(?:exec\s+)?([\w./@+-]+)(?=\s|$)/.exec(line)?.[1];
  if (exit === 126) {
    const refused = first?.includes('/') && (await isFile(path.resolve(plan.cwd, first)));
    return refused ? notExecutable(plan, first as string) : undefined;
  }
  if (first && !(await isFound(first, plan, inherited))) return notFound(plan, first, inherited);
  const said = missingIn(lines);
  if (said && !(await isFound(said, plan, inherited))) return notFound(plan, said, inherited);
  const hint = await missingModules(plan.cwd);
  if (hint) {
    const message = `${plan.label}: a program that its command needs was not found (exit code 127).`;
    return { failure: { code: 'PROGRAM_NOT_FOUND', message, hint }, exitCode: 127 };
  }
  return undefined;
}

/** The program of the last line in which a shell, `env` or npm says that it is missing. Pure. */
export function missingIn(lines: readonly string[]): string | undefined {
  for (const line of [...lines].reverse()) {
    const found =
      /(?:^|[\s:])([\w.@+/-]+): (?:command )?not found\s*$/.exec(line) ??
      /command not found: ([\w.@+/-]+)\s*$/.exec(line) ??
      /\benv: [‘'"]?([\w.@+/-]+)[’'"]?: No such file or directory\s*$/.exec(line);
    if (found?.[1]) return found[1];
  }
  return undefined;
}

async function notFound(plan: InstancePlan, program: string, inherited: Environment): Promise<StartFailure> {
  const place = program.includes('/') ? `in ${plan.cwd}` : 'on PATH';
  return {
    failure: {
      code: 'PROGRAM_NOT_FOUND',
      message: `${plan.label}: the program ${program} was not found ${place}.`,
      hint: await howToGet(plan, program, inherited),
    },
    exitCode: 127,
  };
}

async function howToGet(plan: InstancePlan, program: string, inherited: Environment): Promise<string> {
  if (program === 'pnpm' || program === 'yarn') {
    const wanted = await wantedManager(plan.cwd, program);
    // Node brings corepack along up to 24.
    const corepack = await isFound('corepack', plan, inherited);
    if (wanted && corepack) {
      return `package.json says packageManager ${wanted}: run \`corepack enable\`, and ${program} is there.`;
    }
    const install = `npm install --global ${wanted?.replace(/\+.*$/, '') ?? program}`;
    return wanted
      ? `package.json says packageManager ${wanted}: run \`npm install --global corepack\` and \`corepack enable\`, or \`${install}\`.`
      : `Install it: \`${install}\`.`;
  }
  const modules = await missingModules(plan.cwd);
  if (modules) return modules;
  return program.includes('/')
    ? `Looked for ${path.resolve(plan.cwd, program)}`
    : `Install it, or name its path in the config. PATH: ${pathOf(plan, inherited) || '(empty)'}`;
}

/** `pnpm@9.1.0`: the nearest package.json's word for the package manager, where it is this one. */
async function wantedManager(cwd: string, program: string): Promise<string | undefined> {
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    const text = await readFile(path.join(folder, 'package.json'), 'utf8').catch(() => '');
    const field = /"packageManager"\s*:\s*"([^"\s]+)"/.exec(text)?.[1];
    if (field) return field.startsWith(`${program}@`) ? field : undefined;
    if (folder === path.dirname(folder)) return undefined;
  }
}

const notExecutable = (plan: InstancePlan, program: string): StartFailure => ({
  failure: {
    code: 'PROGRAM_NOT_FOUND',
    message: `${plan.label}: ${program} may not be executed.`,
    hint: `Make it executable (chmod +x ${program}), or put its interpreter before it.`,
  },
  exitCode: 126,
});

function pathOf(plan: InstancePlan, inherited: Environment): string {
  const env = joinEnv(inherited, plan.env);
  return env.PATH ?? env.Path ?? '';
}

async function isFound(program: string, plan: InstancePlan, inherited: Environment): Promise<boolean> {
  // The shell's own words are no files.
  if (/^(?:cd|export|set|source|\.|eval|test|if|for|while|case|trap|ulimit|umask|unset)$/.test(program)) {
    return true;
  }
  const folders = program.includes('/') ? [''] : pathOf(plan, inherited).split(path.delimiter);
  for (const folder of folders) {
    if (await succeeds(access(path.resolve(plan.cwd, folder, program), constants.X_OK))) return true;
  }
  return false;
}

/**
 * What to do about a package.json with no node_modules beside or above it. Yarn's Plug'n'Play has none, and wants none.
 * Undefined: there is nothing to do.
 */
async function missingModules(cwd: string): Promise<string | undefined> {
  if (!(await isFile(path.join(cwd, 'package.json')))) return undefined;
  const project = new Project(path.parse(cwd).root);
  for (const folder of project.upwards(cwd)) {
    if (await isFolder(path.join(folder, 'node_modules'))) return undefined;
    if (await isFile(path.join(folder, '.pnp.cjs'))) return undefined;
  }
  return `There is no node_modules for ${cwd}: run \`${await packageManager(project, cwd)} install\` there.`;
}

const succeeds = (attempt: Promise<unknown>): Promise<boolean> =>
  attempt.then(
    () => true,
    () => false,
  );

const isFile = async (file: string) => (await stat(file).catch(() => undefined))?.isFile() ?? false;
const isFolder = async (file: string) => (await stat(file).catch(() => undefined))?.isDirectory() ?? false;
