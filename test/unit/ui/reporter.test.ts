import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LaunchPlan } from '../../../src/plan/types.ts';
import { createReporter } from '../../../src/ui/reporter.ts';

function reporter(instances: object[]) {
  const lines: string[] = [];
  const writeLine = (line: string) => void lines.push(line);
  const made = createReporter({
    format: 'plain',
    color: false,
    home: '/h',
    writeLine,
    writeError: writeLine,
  });
  made.header({ root: '/h/shop', instances } as unknown as LaunchPlan, []);
  lines.length = 0;
  return { made, lines };
}

const copies = [0, 1].map((instance) => ({
  id: `api:${instance}`,
  app: 'api',
  label: `api:${instance}`,
  url: `http://localhost:${8000 + instance}`,
  ports: { backend: 8000 + instance },
}));

test('each copy of an app is named as its output is', () => {
  const { made, lines } = reporter(copies);
  made.event({ type: 'ready', id: 'api:1', url: '', ms: 100 });
  made.event({ type: 'exited', id: 'api:0', pid: 1, code: 3, signal: null, expected: false });
  assert.deepEqual(lines, ['✓ api:1 ready in 0.10 s', '✗ api:0 exited with code 3']);
});

test('a port that moved with no holder: no claim about who has it', () => {
  const { made, lines } = reporter(copies);
  const moved = {
    id: 'web:0',
    role: 'frontend',
    port: 4002,
    requested: 4001,
    moved: true,
  } as const;
  made.event({ type: 'port', ...moved });
  assert.deepEqual(lines, ['web uses port 4002 in place of 4001, to fit the other ports of this run']);
});

test('of many places that follow the first are told, then how many more', () => {
  const { made, lines } = reporter(copies);
  const one = { type: 'followed', app: 'web', file: 'a.ts', from: 8000, to: 8001, kind: 'literal' } as const;
  for (let line = 1; line <= 20; line++) made.event({ ...one, line });
  made.header({ root: '/h/shop', instances: [] } as unknown as LaunchPlan, []);
  assert.deepEqual(
    [lines[0], lines[11]],
    ['a.ts:1 :8000 follows to :8001', 'a.ts:12 :8000 follows to :8001'],
  );
  assert.equal(lines[12], 'and 8 more places follow (--dry-run lists them)');
});
