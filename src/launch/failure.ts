import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ErrorCode } from '../errors.ts';
import type { InstancePlan } from '../plan/types.ts';
import { joinEnv } from './environment.ts';

/** Why a server could not be started, for people. */
export interface StartFailure {
  code: ErrorCode;
  message: string;
  hint?: string;
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
      code: 'PROGRAM_NOT_FOUND',
      message: `${plan.label}: its folder does not exist: ${plan.cwd}`,
      hint: 'Check `cwd` in the config.',
    };
  }
  const program = plan.command.kind === 'argv' ? plan.command.argv[0] : 'the shell';
  if (error.code === 'ENOENT') return notFound(plan, program, inherited);
  if (error.code === 'EACCES') {
    return {
      code: 'PROGRAM_NOT_FOUND',
      message: `${plan.label}: ${program} may not be executed.`,
      hint: `Make it executable (chmod +x ${program}), or put its interpreter before it.`,
    };
  }
  return {
    code: 'SPAWN_FAILED',
    message: `${plan.label}: ${program} could not be started: ${error.message}`,
  };
}

/**
 * A shell line that ended with 127: the shell's word for a missing program, though some programs use it
 * themselves. Undefined when nothing is seen to be missing.
 */
export async function explainExit127(
  plan: InstancePlan,
  inherited: Environment,
): Promise<StartFailure | undefined> {
  const line = plan.command.kind === 'shell' ? plan.command.line : plan.command.argv.join(' ');
  const program = /^\s*(?:exec\s+)?([\w./@+-]+)(?=\s|$)/.exec(line)?.[1];
  if (program && !(await isFound(program, plan, inherited))) return notFound(plan, program, inherited);
  if (await lacksModules(plan.cwd)) {
    return {
      code: 'PROGRAM_NOT_FOUND',
      message: `${plan.label}: a program that its command needs was not found (exit code 127).`,
      hint: `There is no node_modules for ${plan.cwd}: run \`npm install\` there.`,
    };
  }
  return undefined;
}

async function notFound(plan: InstancePlan, program: string, inherited: Environment): Promise<StartFailure> {
  const place = program.includes('/') ? `in ${plan.cwd}` : 'on PATH';
  const hint = (await lacksModules(plan.cwd))
    ? `There is no node_modules for ${plan.cwd}: run \`npm install\` there.`
    : program.includes('/')
      ? `Looked for ${path.resolve(plan.cwd, program)}`
      : `Install it, or name its path in the config. PATH: ${pathOf(plan, inherited) || '(empty)'}`;
  return {
    code: 'PROGRAM_NOT_FOUND',
    message: `${plan.label}: the program ${program} was not found ${place}.`,
    hint,
  };
}

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
    const file = path.resolve(plan.cwd, folder, program);
    if (
      await access(file, constants.X_OK).then(
        () => true,
        () => false,
      )
    ) {
      return true;
    }
  }
  return false;
}

/** A package.json with no node_modules beside or above it. */
async function lacksModules(cwd: string): Promise<boolean> {
  if (!(await exists(path.join(cwd, 'package.json')))) return false;
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    if (await isFolder(path.join(folder, 'node_modules'))) return false;
    if (folder === path.dirname(folder)) return true;
  }
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

const isFolder = (file: string): Promise<boolean> =>
  stat(file).then(
    (found) => found.isDirectory(),
    () => false,
  );
