import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { InstancePlan, LaunchPlan } from '../../../src/plan/types.ts';
import { createBus } from '../../../src/run/bus.ts';
import type { RunEvent } from '../../../src/run/events.ts';
import { Progress } from '../../../src/ui/progress.ts';

const instance = (app: string, port: number, ready: InstancePlan['ready'] = []) =>
  ({ id: `${app}:0`, app, label: app, ports: { own: port }, ready }) as unknown as InstancePlan;
const root = { pid: 1, start: '1', marks: [], pipes: [] };
const started = (app: string): RunEvent => ({ type: 'started', id: `${app}:0`, pid: 1, port: 1, root });
const ready = (app: string): RunEvent => ({ type: 'ready', id: `${app}:0`, url: '', ms: 1 });

function watch(terminal: boolean) {
  mock.timers.enable({ apis: ['setInterval'] });
  const said: (string | undefined)[] = [];
  let clock = 0;
  mock.method(performance, 'now', () => clock);
  const instances = [instance('api', 8000, [{ port: 'own', path: '/health' }]), instance('web', 3000)];
  const bus = createBus({ instances } as unknown as LaunchPlan);
  const progress = new Progress({
    view: () => bus.view,
    status: terminal ? (text) => said.push(text) : undefined,
    line: (text) => said.push(text),
    columns: () => 60,
  });
  bus.subscribe((event, view) => progress.note(event, view));
  const pass = (seconds: number) => {
    for (let i = 0; i < seconds; i++) {
      clock += 1000;
      mock.timers.tick(1000);
    }
  };
  return { tell: bus.emit, said, pass };
}

test('a terminal shows each second who is waited for, within its width, and takes it away', (t) => {
  t.after(() => mock.reset());
  const { tell, said, pass } = watch(true);
  for (const app of ['api', 'web']) tell(started(app));
  pass(1);
  assert.deepEqual(said, ['waiting for api (port 8000, /health) and web (port 3000)  1']);
  tell(ready('api'));
  pass(1);
  assert.equal(said.at(-1), 'waiting for web (port 3000)  2 s');
  tell(ready('web'));
  assert.equal(said.at(-1), undefined);
  pass(5);
  assert.equal(said.length, 3);
});

test('once an answer has come it is said: what is waited for in the dark is seen', (t) => {
  t.after(() => mock.reset());
  const { tell, said, pass } = watch(true);
  tell(started('api'));
  tell({ type: 'tried', id: 'api:0', tried: ['port 8000 (nobody listens)'] });
  pass(1);
  assert.equal(said.at(-1), 'waiting for api (port 8000, /health)  1 s');
  tell({ type: 'tried', id: 'api:0', tried: ['http://localhost:8000/health (status 403)'] });
  pass(1);
  assert.equal(said.at(-1), 'waiting for api (http://localhost:8000/health: status 403) ');
});

test('elsewhere a line after ten seconds, then after twice as long each time', (t) => {
  t.after(() => mock.reset());
  const { tell, said, pass } = watch(false);
  tell(started('web'));
  pass(45);
  assert.deepEqual(
    said,
    [10, 20, 40].map((seconds) => `waiting for web (port 3000)  ${seconds} s`),
  );
  tell({ type: 'stopping', reason: 'Ctrl-C' });
  pass(100);
  assert.equal(said.length, 3);
});
