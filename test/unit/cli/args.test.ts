// The command line: what is read of it, whatever else is wrong with it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readArguments } from '../../../src/cli/args.ts';
import { DevstartError } from '../../../src/errors.ts';

const split = (line: string): string[] => (line === '' ? [] : line.split(' '));

// The format of errors: what the parser itself understands by the words, not what they look like.
for (const [line, json, format] of [
  ['', undefined, undefined],
  ['--json', true, undefined],
  ['--json=true', true, undefined],
  ['--json true', true, undefined],
  ['--json=false', false, undefined],
  ['--json false', false, undefined],
  ['--no-json', false, undefined],
  ['--json --no-json', false, undefined],
  ['--no-json --json', true, undefined],
  ['--log-format json', undefined, 'json'],
  ['--log-format=json', undefined, 'json'],
  ['--log-format json --log-format plain', undefined, 'plain'],
  ['--log-format xml', undefined, 'xml'],
  ['-b 9000 --json -f 3001', true, undefined],
  ['--json -b', true, undefined],
  ['--cwd --json', true, undefined],
  ['--json -x', true, undefined],
  ['-x --log-format json', undefined, 'json'],
  ['--json --fronted-port 3', true, undefined],
  ['--js', undefined, undefined],
  ['--stdin=--json', undefined, undefined],
  ['stop --json', true, undefined],
  ['init more --json', true, undefined],
  ['exec -- echo --json', undefined, undefined],
  ['exec --json -- echo', true, undefined],
  ['exec -- echo --log-format json', undefined, undefined],
  ['exec --log-format json --output x.log -- echo', undefined, 'json'],
  ['free 3000 -- --json', undefined, undefined],
] as [string, boolean | undefined, string | undefined][]) {
  test(`the format in: devstart ${line}`, async () => {
    const { own } = await readArguments(split(line));
    assert.deepEqual([own.json, own['log-format']], [json, format]);
  });
}

// What is read without yargs is what yargs reads: `--json=true` is for yargs alone.
for (const line of [
  'list --json',
  'list --markdown --json --project',
  'ls --json',
  'stop api web --json',
  'up --strict-port --json',
  'list more --json',
  'who --json',
  'info 3 --json',
  'restart api:1 0x10 --json',
  'env --all --json',
]) {
  test(`read without yargs: devstart ${line}`, async () => {
    const [simple, parsed] = await Promise.all(
      [line, line.replace('--json', '--json=true')].map((one) => readArguments(split(one))),
    );
    assert.deepEqual(simple, parsed);
    assert.equal(simple?.own.json, true);
  });
}

for (const [line, expected] of [
  ['-x', /unknown option "-x"/],
  ['-b', /option -b needs a value/],
  ['proxy --help', /unknown command "proxy"/],
  ['init more', /unexpected argument "more"/],
  ['who', /devstart who needs PORT/],
  ['-- -b 9000', /nothing can follow -- here/],
  ['exec -x -- npm --help', /unknown option of devstart exec "-x"/],
] as [string, RegExp][]) {
  test(`refused: devstart ${line}`, async () => {
    const { given, failure } = await readArguments(split(line));
    assert.equal(given, undefined);
    assert.ok(failure instanceof DevstartError);
    assert.match(failure.message, expected);
  });
}

// `pnpm dev -- -b 9000`, where "dev" is the words before the dashes.
for (const [line, flags, rest] of [
  ['-- -b 9000', { backendPort: '9000' }, []],
  ['--clean -- -b 9000', { clean: true, backendPort: '9000' }, []],
  ['-b 8000 -- -b 9000 -f 3001', { backendPort: '9000', frontendPort: '3001' }, []],
  ['-b 8000 -f 3000 --', { backendPort: '8000', frontendPort: '3000' }, []],
  ['-- exec --json -- npm test', { json: true }, ['npm', 'test']],
  ['--quiet -- exec -- npm test -- --grep x', { quiet: true }, ['npm', 'test', '--', '--grep', 'x']],
  ['exec -- -b 9000', {}, ['-b', '9000']],
  ['exec --quiet -- npm test -- --json', { quiet: true }, ['npm', 'test', '--', '--json']],
  ['--only exec -- -b 9000', { only: ['exec'], backendPort: '9000' }, []],
] as [string, object, string[]][]) {
  test(`from a package manager's script: devstart ${line}`, async () => {
    const { given, failure } = await readArguments(split(line), true);
    assert.equal(failure, undefined);
    const said = Object.entries(given?.flags ?? {}).filter(([, value]) => value !== undefined);
    assert.deepEqual(Object.fromEntries(said), flags);
    assert.deepEqual(given?.rest, rest);
  });
}

test('only one pair of dashes is a package manager’s', async () => {
  const { failure } = await readArguments(split('-- -- -b 9000'), true);
  assert.match(String(failure), /nothing can follow --/);
});
