import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  followLogs,
  type LogLine,
  type LogQuery,
  lastRunStart,
  readLogs,
} from '../../../src/output/log-reader.ts';
import { logFile } from '../../../src/output/logs.ts';

const at = (second: number): string => `2020-01-02T10:00:${String(second).padStart(2, '0')}.000Z`;

function temporary(t: TestContext): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'devstart-reader-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** One line as the files have it: `[second, id, text, stream]`. */
type Given = [number, string, string, string?];
const written = (lines: readonly Given[]): string =>
  lines.map(([second, id, text, stream = 'stdout']) => `${at(second)} ${id} ${stream} ${text}\n`).join('');

const shown = ({ app, instance, stream, text }: LogLine): string =>
  `${app}:${instance} ${stream === 'stdout' ? '' : `${stream} `}${text}`;

async function read(folder: string, query?: LogQuery): Promise<string[]> {
  const all: string[] = [];
  for await (const lines of readLogs(folder, query)) all.push(...lines.map(shown));
  return all;
}

function project(t: TestContext): string {
  const folder = temporary(t);
  const api = logFile(folder, 'api');
  writeFileSync(
    `${api}.1`,
    written([
      [0, 'api:0', 'oldest'],
      [1, 'api:0', 'old'],
    ]),
  );
  writeFileSync(
    api,
    written([
      [2, 'api:0', 'started run r pid 7', 'devstart'],
      [4, 'api:0', 'four \u001b[31mred\u001b[0m'],
      [6, 'api:1', 'six'],
      [8, 'api:0', 'eight', 'stderr'],
    ]),
  );
  writeFileSync(
    logFile(folder, 'web'),
    written([
      [3, 'web:0', 'three'],
      [5, 'web:0', ''],
      [7, 'web:0', 'seven'],
    ]),
  );
  writeFileSync(logFile(folder, 'dev:1'), written([[9, 'dev:1:0', 'nine']]));
  return folder;
}

const ALL = [
  'api:0 oldest',
  'api:0 old',
  'api:0 devstart started run r pid 7',
  'web:0 three',
  'api:0 four \u001b[31mred\u001b[0m',
  'web:0 ',
  'api:1 six',
  'web:0 seven',
  'api:0 stderr eight',
  'dev:1:0 nine',
];

const cases: [string, LogQuery, string[]][] = [
  ['all, by time, older files too', {}, ALL],
  ['the last ones of all together', { lines: 3 }, ALL.slice(-3)],
  ['more than there are', { lines: 1000 }, ALL],
  ['none', { lines: 0 }, []],
  ['one app', { names: ['web'] }, ['web:0 three', 'web:0 ', 'web:0 seven']],
  ['one instance', { names: ['api:1'] }, ['api:1 six']],
  ['the last ones of an instance', { names: ['api:1'], lines: 5 }, ['api:1 six']],
  ['a name that looks like an instance’s', { names: ['dev:1'] }, ['dev:1:0 nine']],
  ['since', { since: new Date(at(7)) }, ALL.slice(-3)],
  ['since, the last ones', { since: new Date(at(5)), lines: 2 }, ALL.slice(-2)],
  ['a pattern, without colours', { grep: /^four red$/ }, ['api:0 four \u001b[31mred\u001b[0m']],
  ['a pattern, the last ones', { grep: /e/, lines: 2 }, ['api:0 stderr eight', 'dev:1:0 nine']],
  ['an app without a log', { names: ['no'] }, []],
];
for (const [name, query, expected] of cases) {
  test(`reads ${name}`, async (t) => {
    assert.deepEqual(await read(project(t), query), expected);
  });
}

test('a folder that is not there has no lines', async (t) => {
  assert.deepEqual(await read(path.join(temporary(t), 'no')), []);
});

test('a file that was last written before is not opened', async (t) => {
  const folder = project(t);
  const old = `${logFile(folder, 'api')}.1`;
  // It says what would be seen if it were read.
  writeFileSync(old, written([[50, 'api:0', 'read all the same']]));
  utimesSync(old, new Date(at(1)), new Date(at(1)));
  assert.deepEqual(await read(folder, { names: ['api'], since: new Date(at(7)) }), ['api:0 stderr eight']);
});

test('lines without a head belong to the one before; an unfinished one is told', async (t) => {
  const folder = temporary(t);
  writeFileSync(
    logFile(folder, 'api'),
    `of an older version\n${written([[1, 'api:2', 'a', 'stderr']])}cut\nprompt> `,
  );
  assert.deepEqual(await read(folder), [
    'api:0 of an older version',
    'api:2 stderr a',
    'api:2 stderr cut',
    'api:2 stderr prompt> ',
  ]);
});

test('reads in pieces: nothing is lost at their borders', async (t) => {
  const folder = temporary(t);
  const lines = Array.from(
    { length: 20_000 },
    (_, index): Given => [index % 60, 'api:0', `${index} ${'é'.repeat(index % 90)}`],
  );
  writeFileSync(logFile(folder, 'api'), written(lines));
  const all = await read(folder);
  assert.equal(all.length, lines.length);
  assert.deepEqual(
    all,
    lines.map(([, id, text]) => `${id} ${text}`),
  );
  assert.deepEqual(await read(folder, { lines: 7000 }), all.slice(-7000));
});

/** Follows while the steps are taken: each is taken when the text before it has been seen. */
async function follow(
  folder: string,
  query: LogQuery,
  steps: [wait: string, step: () => void][],
): Promise<string[]> {
  const seen: string[] = [];
  let over = false;
  for await (const lines of followLogs(folder, query, { ended: () => over })) {
    seen.push(...lines.map(shown));
    while (steps[0] && seen.some((line) => line.endsWith(steps[0]?.[0] ?? ''))) steps.shift()?.[1]();
    over = steps.length === 0;
  }
  return seen;
}

test('follows: rotation, a new app, an unfinished line, and the end', async (t) => {
  const folder = temporary(t);
  mkdirSync(folder, { recursive: true });
  const file = logFile(folder, 'api');
  writeFileSync(file, written([[1, 'api:0', 'one']]));
  const rotate = () => {
    rmSync(`${file}.2`, { force: true });
    for (const [from, to] of [
      [`${file}.1`, `${file}.2`],
      [file, `${file}.1`],
    ] as const) {
      try {
        renameSync(from, to);
      } catch {
        // not there yet
      }
    }
  };
  const seen = await follow(folder, {}, [
    [
      'one',
      () => {
        appendFileSync(file, written([[2, 'api:0', 'two']]));
        rotate();
        writeFileSync(file, written([[3, 'api:0', 'three']]));
        rotate();
        writeFileSync(file, written([[4, 'api:0', 'four']]));
      },
    ],
    ['four', () => writeFileSync(logFile(folder, 'web'), written([[5, 'web:0', 'five']]))],
    ['five', () => appendFileSync(file, `${at(6)} api:0 stdout sure? `)],
    ['sure? ', () => appendFileSync(file, `yes\n${at(7)} api:0 stdout the last`)],
  ]);
  assert.deepEqual(seen, [
    'api:0 one',
    'api:0 two',
    'api:0 three',
    'api:0 four',
    'web:0 five',
    'api:0 sure? ',
    'api:0 yes',
    'api:0 the last',
  ]);
});

test('follows from the end alone', async (t) => {
  const folder = project(t);
  const append = () => appendFileSync(logFile(folder, 'api'), written([[59, 'api:0', 'new']]));
  const seen = await follow(folder, { lines: 1 }, [
    ['nine', append],
    ['new', () => {}],
  ]);
  assert.deepEqual(seen, ['dev:1:0 nine', 'api:0 new']);
});

test('when the last run began, by its id', async (t) => {
  const folder = temporary(t);
  assert.equal(lastRunStart(folder), undefined);
  const began = Date.parse(at(30));
  const id = (ms: number) => `${ms.toString(36)}-1-abc`;
  const start = (ms: number): string => written([[1, 'api:0', `started run ${id(ms)} pid 7`, 'devstart']]);
  writeFileSync(logFile(folder, 'api'), `${start(began)}${written([[2, 'api:0', 'x'.repeat(200_000)]])}`);
  writeFileSync(logFile(folder, 'web'), start(began - 5000));
  assert.equal(lastRunStart(folder)?.getTime(), began);
  assert.equal(lastRunStart(folder, ['web'])?.getTime(), began - 5000);
});
