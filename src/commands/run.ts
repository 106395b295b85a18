import { isatty } from 'node:tty';
import { withConfigLines } from '../config/settings/load.ts';
import type { Settings } from '../config/types.ts';
import type { Background, Context } from '../context.ts';
import { DevstartError } from '../errors.ts';
import { everythingOf, loadProject, type PlannedProject, planProject } from '../session/project.ts';
import { runSession } from '../session/session.ts';
import { inTheWay, notAnswering } from '../session/surroundings.ts';
import { TerminalSession } from '../ui/terminal/session.ts';

/** `devstart`: starts the project in the foreground. @returns the exit code */
export async function run(context: Context): Promise<number> {
  const { format, env, dryRun, own } = context;
  if (own.detach && !dryRun && !context.explain) return (await import('./up.ts')).up(context);
  checkTimeout(context);
  const project = await loadProject(context);
  const { settings } = project;
  if (context.explain) {
    const { printExplain } = await import('../ui/explain.ts');
    printExplain(await withConfigLines(project.loaded), project.loaded, format === 'json');
    return 0;
  }
  const stdinTo = stdinApp(context.own.stdin, settings);
  const color = format === 'pretty';
  const planned = await planProject(project, {
    env,
    lookOnly: dryRun,
    forceColor: color,
    further: own.new === true,
    everything: everythingOf(context),
  });
  if (dryRun) {
    const around = await Promise.all([
      inTheWay(settings),
      notAnswering(settings, env, planned.planner.ports.numbers),
    ]);
    const { movedPorts, printPlan } = await import('../ui/dry-run.ts');
    const { ports, plan } = planned.planner;
    const notes = [...project.loaded.notes, ...movedPorts(ports.all, env.HOME)];
    const warnings = [...project.loaded.warnings, ...around.flat()];
    printPlan(plan, settings, { ...project.loaded, notes, warnings }, format === 'json');
    return 0;
  }
  if (context.background) return runBehind(planned, context);
  const keys = !stdinTo && format !== 'json' && !isCI(env.CI) && isatty(0) && isatty(1);
  return runSession(planned, context, {
    out: process.stdout,
    format,
    keys,
    attach: (handle) =>
      new TerminalSession({ ...handle, keys, stdinTo, color, onSuspend: context.onSuspend }),
  });
}

/** @throws DevstartError USAGE where nobody would look at it */
function checkTimeout({ own }: Context): void {
  if (own.timeout === undefined) return;
  throw new DevstartError('USAGE', '--timeout is for a start in the background', {
    hint: 'As in: devstart -d --timeout 60. In the config an app’s `ready` has a timeout of its own.',
  });
}

/** As `up` starts it: see up.ts. */
async function runBehind(planned: PlannedProject, context: Context): Promise<number> {
  const { AttachedBackground, BackgroundOut } = await import('../session/background.ts');
  const background = context.background as Background;
  const out = new BackgroundOut(background);
  return runSession(planned, context, {
    out,
    format: context.format,
    keys: false,
    background: true,
    attach: (handle) => new AttachedBackground(handle, out, background),
  });
}

/** CI as everywhere: set, and not to say no. */
const isCI = (value: string | undefined): boolean => !/^(0|false)?$/.test(value ?? '');

/** The app of `--stdin NAME`. @throws DevstartError for another name */
function stdinApp(name: unknown, { apps }: Settings): string | undefined {
  if (name === undefined || apps.some((app) => app.name === name)) return name as string | undefined;
  throw new DevstartError('USAGE', `there is no app "${name}" (from --stdin)`, {
    hint: `Apps: ${apps.map((app) => app.name).join(', ')}`,
  });
}
