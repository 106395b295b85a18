// Runs startRun with the plan given as JSON, as cli.ts does: for tests of run/ alone.

import { appOf, instanceId } from '../../src/config/instance-id.ts';
import { createOutput, type OutputMode } from '../../src/output/output.ts';
import { StreamWriter } from '../../src/output/writer.ts';
import { mainPort } from '../../src/plan/env.ts';
import type { InstancePlan, LaunchPlan, Url } from '../../src/plan/types.ts';
import { toJson } from '../../src/run/events.ts';
import { startRun } from '../../src/run/run.ts';
import { endIfTerminalGone } from '../../src/system/platform.ts';

type Options = Partial<Omit<LaunchPlan, 'instances'>> & {
  instances: (Partial<InstancePlan> & { instance?: number })[];
  mode?: OutputMode;
  /** Milliseconds, in place of the growing delay. */
  restartDelay?: number;
  /** Milliseconds for which a guess is waited for. */
  guessAfter?: number;
};
const {
  instances,
  mode = 'plain',
  restartDelay,
  guessAfter,
  ...rest
}: Options = JSON.parse(process.argv[2] ?? '{}');

function urlOf(ports: InstancePlan['ports']): Url | undefined {
  const port = mainPort(ports);
  return port === undefined ? undefined : { scheme: 'http', host: 'localhost', port };
}

const plan: LaunchPlan = {
  runId: `run-${process.pid}`,
  name: 'driven',
  root: process.cwd(),
  ports: {},
  urls: {},
  corsOrigins: [],
  host: 'localhost',
  portsFile: '/nowhere/.ports.json',
  copies: [],
  killTimeout: 5,
  keepGoing: false,
  ...rest,
  instances: instances.map(({ instance: number = 0, ...instance }) => ({
    id: instanceId(instance.app ?? 'app', number),
    app: 'app',
    label: instance.app ?? 'app',
    roles: [],
    framework: undefined,
    command: { kind: 'shell', line: 'true' },
    cwd: process.cwd(),
    env: { without: [], computed: {}, own: {}, run: {} },
    ports: {},
    url: urlOf(instance.ports ?? {}),
    ready: [],
    stopSignal: 'SIGTERM',
    ...instance,
  })),
};

const writer = new StreamWriter(process.stdout);
const output = createOutput({
  mode,
  timestamps: false,
  writer,
  onLine: (id, stream, line) =>
    writer.write(`${JSON.stringify({ type: 'output', app: appOf(id), stream, line })}\n`),
});
const run = startRun(plan, {
  emit(event) {
    if (event.type === 'tried') return;
    process.stderr.write(`${JSON.stringify(toJson(event, new Date()) ?? event)}\n`);
  },
  output,
  env: process.env,
  ...(guessAfter === undefined ? {} : { guessAfter }),
  ...(restartDelay === undefined ? {} : { restartDelay: () => restartDelay }),
});
writer.onClosed(() => run.stop({ reason: 'the reader has gone', code: 0 }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  let times = 0;
  process.on(signal, () => {
    if (times++ === 0) {
      run.stop({ signal, reason: signal });
    } else {
      run.killNow();
      writer.abandon();
    }
  });
}
// What the key r does.
process.on('SIGUSR2', async () => {
  await run.change({ do: 'restart', who: {}, until: 'started' });
  process.stderr.write(`${JSON.stringify({ type: 'restarted' })}\n`);
});
const { code } = await run.done;
await output.close();
endIfTerminalGone();
process.exit(code);
