import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { readSeconds } from '../config/values.ts';
import type { Context } from '../context.ts';
import { DevstartError } from '../errors.ts';
import { endMarked } from '../guard/leftovers.ts';
import { runCommand } from '../launch/command.ts';
import { joinEnv } from '../launch/environment.ts';
import { planCommandEnv } from '../plan/plan.ts';
import type { PortMap } from '../ports/port-map.ts';
import { joinRunning } from '../session/join.ts';
import { followFiles, loadProject, newRunId, type Project, planProject } from '../session/project.ts';
import { runSession } from '../session/session.ts';
import { AttachedCommand, pass } from '../session/with-command.ts';
import { printSync } from '../ui/print.ts';

/**
 * `devstart exec -- COMMAND`: starts the project, or joins the one that runs, waits until it is ready, runs the
 * command with all variables set and stops what it started. @returns the command's exit code
 */
export async function exec(context: Context): Promise<number> {
  const words = context.rest;
  if (words.length === 0) {
    const typed = context.args.join(' ') || 'npm test';
    throw new DevstartError('USAGE', 'exec wants a command after --', {
      hint: `As in: devstart exec -- ${typed}`,
    });
  }
  const project = await loadProject(context);
  const timeout = timeoutOf(context);
  const further = context.own.new === true;
  const running = further ? undefined : await joinRunning(project.home, project.settings, timeout);
  if (running) {
    const { corsOrigins, ports } = running;
    const asked = Object.values(project.settings.ports).flatMap((ports) => Object.values(ports));
    const vain = new Set(
      asked.filter(({ source }) => source.kind === 'flag').map(({ source }) => source.name),
    );
    if (vain.size > 0)
      printSync(
        2,
        `warning a devstart runs here already (pid ${running.pid}), on its own ports: ${[...vain].join(' and ')} changes nothing\n`,
      );
    const settings = {
      ...project.settings,
      corsOrigins: { ...project.settings.corsOrigins, value: corsOrigins },
    };
    return runAlone(words, { ...project, settings }, ports, context);
  }
  // The command's output is its own: ours and the servers' go elsewhere.
  const out = await outputOf(context);
  const format =
    context.format === 'pretty' && !(out as { isTTY?: boolean }).isTTY ? 'plain' : context.format;
  const planned = await planProject(project, {
    env: context.env,
    lookOnly: false,
    forceColor: format === 'pretty',
    further,
  });
  return runSession(planned, context, {
    out,
    format,
    keys: false,
    attach: (handle) => new AttachedCommand(words, planned, { env: context.env, timeout }, handle),
  });
}

/** Seconds: a CI job that waits for ever says nothing. */
const READY_WITHIN = 300;

const timeoutOf = ({ own }: Context): number =>
  own.timeout === undefined ? READY_WITHIN : readSeconds(own.timeout, { kind: 'flag', name: '--timeout' });

/** stderr, or the file of `--output`. */
async function outputOf({ own, cwd }: Context) {
  if (typeof own.output !== 'string') return process.stderr;
  const file = path.resolve(cwd, own.output);
  try {
    await (await open(file, 'w')).close();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new DevstartError('USAGE', `${own.output} cannot be written (${code ?? error}) (from --output)`);
  }
  return createWriteStream(file, { flags: 'a' });
}

/** Beside servers of another devstart. */
async function runAlone(
  words: readonly string[],
  { settings }: Project,
  ports: PortMap,
  { env, onSignal }: Context,
): Promise<number> {
  // A mark of its own, by which what follows knows its processes: the other run's end is not the command's.
  const runId = newRunId(new Date());
  const layers = planCommandEnv({ settings, ports, runId, inherited: env }, followFiles);
  const command = runCommand(words, settings.root, joinEnv(env, layers), (message) =>
    printSync(2, `${message}\n`),
  );
  const grace = settings.killTimeout.value;
  let patience: NodeJS.Timeout | undefined;
  onSignal((signal) => {
    // At a terminal Ctrl-C is a key of the command's own: of a prompt, a watcher.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    pass(command, signal, patience !== undefined);
    patience ??= setTimeout(() => command.signal('SIGKILL'), grace * 1000);
  });
  const code = await command.code;
  clearTimeout(patience);
  if (patience) await endMarked(runId, grace);
  return code;
}
