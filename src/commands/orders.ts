import { parsePortSpec } from '../config/port-spec.ts';
import { readInteger } from '../config/values.ts';
import type { Context } from '../context.ts';
import type { Done } from '../control/answers.ts';
import { stillAlive, untilGone } from '../control/gone.ts';
import { nameWithin, runsHere, type Target } from '../control/names.ts';
import { connectTo, findTarget, type Whereabouts } from '../control/reach.ts';
import { type RegisteredRun, registeredRuns } from '../control/registry.ts';
import { DevstartError } from '../errors.ts';
import { sendSignal } from '../system/platform.ts';
import { describeDone } from '../ui/done.ts';
import { printSync } from '../ui/print.ts';
import { asConfig } from './as-config.ts';
import { steeringFrom } from './steer.ts';

type Verb = Done['did'];
type Named = Target<RegisteredRun>;

/** What a verb asks of the control API beside the name. */
interface More {
  port?: string;
  instances?: number;
}

interface Result {
  target: Named;
  done: Done;
}

/** `devstart stop [NAME…]`, `--all`: returns when it is true. */
export async function stop(context: Context): Promise<number> {
  return runVerb('stop', context, 'Nothing runs here.');
}

/** `devstart start NAME…`: what was stopped, or is left out by `--only`. */
export async function start(context: Context): Promise<number> {
  try {
    return await runVerb('start', context);
  } catch (error) {
    const hint = asConfig(context.args);
    if (!(error instanceof DevstartError) || error.code !== 'NOT_FOUND' || hint === undefined) throw error;
    throw new DevstartError('NOT_FOUND', error.message, { hint });
  }
}

export const restart = (context: Context): Promise<number> => runVerb('restart', context);

export const reload = (context: Context): Promise<number> => runVerb('reload', context);

export const remove = (context: Context): Promise<number> => runVerb('delete', context);

/** `devstart scale NAME N` */
export async function scale(context: Context): Promise<number> {
  const from = await steeringFrom(context);
  const [name, count] = context.args;
  const instances = readInteger(1, 1000)(count ?? '', { kind: 'flag', name: 'N' });
  const target = findTarget(from, name);
  return tell('scale', [{ target, done: await carryOut('scale', target, from, { instances }) }], context);
}

/** @param nothing what is said, with a code of 0, where nothing runs and nothing was named */
async function runVerb(verb: Verb, context: Context, nothing?: string): Promise<number> {
  const from = await steeringFrom(context);
  const { port } = context.own;
  if (typeof port === 'string') parsePortSpec(port, { kind: 'flag', name: '--port' });
  const targets = targetsOf(context, from, verb, nothing !== undefined);
  if (targets.length === 0) return tell(verb, [], context, nothing);
  if (port !== undefined && targets.length > 1)
    throw new DevstartError('USAGE', 'another port is for one app: give one NAME with --port');
  const more = typeof port === 'string' ? { port } : {};
  const done: Result[] = [];
  let failure: unknown;
  // Those that can be done are done: what failed is said at the end.
  for (const target of targets) {
    try {
      done.push({ target, done: await carryOut(verb, target, from, more) });
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure !== undefined) {
    if (done.length > 0 && context.format !== 'json') tell(verb, done, context);
    throw failure;
  }
  return tell(verb, done, context);
}

/** @param maybe nothing named and nothing here is no error. @throws DevstartError NOT_FOUND, AMBIGUOUS, USAGE */
function targetsOf({ args, own }: Context, from: Whereabouts, verb: Verb, maybe: boolean): Named[] {
  if (own.all === true) {
    if (args.length > 0) throw new DevstartError('USAGE', '--all is everything: no NAME goes with it');
    return registeredRuns(from.home).map((run) => ({ run }));
  }
  if (args.length > 0) return args.map((name) => named(name, from, verb));
  try {
    return [findTarget(from, undefined)];
  } catch (error) {
    if (maybe && error instanceof DevstartError && error.code === 'NOT_FOUND') return [];
    throw error;
  }
}

/** What is to start may be unknown to the run here so far. @throws DevstartError NOT_FOUND, AMBIGUOUS */
function named(name: string, from: Whereabouts, verb: Verb): Named {
  try {
    return findTarget(from, name);
  } catch (error) {
    const unknown = error instanceof DevstartError && error.code === 'NOT_FOUND';
    const here = runsHere(registeredRuns(from.home), from.folder);
    if (verb !== 'start' || !unknown || here.length !== 1) throw error;
    return { run: here[0] as RegisteredRun, app: name };
  }
}

async function carryOut(verb: Verb, target: Named, from: Whereabouts, more: More): Promise<Done> {
  const { run } = target;
  const ends = (verb === 'stop' || verb === 'delete') && target.app === undefined;
  try {
    const client = await connectTo(from, run);
    const body = { name: nameWithin(target), ...more };
    const done: Done = await client.call(verb, { body: body as never });
    if (ends) await untilGone(run, from);
    return done;
  } catch (error) {
    if (!(ends && error instanceof DevstartError && error.code === 'NO_ANSWER')) throw error;
    // It does not listen, and may be asked in the old way all the same: its pid and start are those of its record.
    if (stillAlive(run, from)) sendSignal(run.record.pid, 'SIGTERM');
    await untilGone(run, from);
    return { ...NOTHING, did: verb, run: run.run };
  }
}

const NOTHING: Omit<Done, 'did' | 'run'> = {
  instead: null,
  ended: [],
  started: [],
  moved: [],
  told: [],
  ms: { ended: null, ready: null, silent: null },
  instances: [],
};

/** One document for programs, or a few lines for people. */
function tell(
  verb: Verb,
  results: readonly Result[],
  { format }: Context,
  nothing = 'nothing to do',
): number {
  const words = ({ target: { run, app }, done }: Result) =>
    describeDone(done, app === undefined ? run.project : undefined);
  const text =
    format === 'json'
      ? JSON.stringify({ type: verb, done: results.map(({ done }) => done) })
      : results.length > 0
        ? results.flatMap(words).join('\n')
        : nothing;
  printSync(1, `${text}\n`);
  return 0;
}
