// The options, each said once: what the contract, the schema, .env.example and the README say is what the rows say.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { helpOf } from '../../../src/commands/options.ts';
import { longName, OPTIONS, type OptionRow } from '../../../src/config/options.ts';
import { READERS } from '../../../src/config/values.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const ROWS = Object.entries(OPTIONS as Record<string, OptionRow>);

/** Names that other people's scripts build on: option, variable, config key, default. */
const PROMISED: Record<string, [string | undefined, string | undefined, unknown, string?]> = {
  '-b, --backend-port': ['BACKEND_PORT', undefined, undefined],
  '-f, --frontend-port': ['FRONTEND_PORT', undefined, undefined],
  '--port': [undefined, undefined, undefined],
  '--base-port': ['DEVSTART_BASE_PORT', 'basePort', undefined, 'CONDUCTOR_PORT'],
  '--max-attempts': ['DEVSTART_MAX_ATTEMPTS', 'maxAttempts', 10],
  '--strict-port': ['DEVSTART_STRICT_PORT', 'strictPort', false],
  '--no-follow': ['DEVSTART_FOLLOW', 'follow', true],
  '--handover': ['DEVSTART_HANDOVER', 'handover', undefined],
  '--no-sticky': ['DEVSTART_STICKY', 'sticky', true],
  '--ports-file': ['DEVSTART_PORTS_FILE', 'portsFile', '.ports.json'],
  '--host': ['DEVSTART_HOST', 'host', undefined],
  '--cors-origin': ['CORS_ORIGINS', 'corsOrigins', undefined],
  '--prod': ['DEVSTART_PROD', 'prod', false],
  '--only': [undefined, undefined, undefined],
  '--clean': [undefined, undefined, false],
  '--kill-timeout': ['DEVSTART_KILL_TIMEOUT', 'killTimeout', 5],
  '--keep-going': [undefined, 'keepGoing', false],
  '--open': [undefined, undefined, false],
  '--stdin': [undefined, undefined, undefined],
  '--new': [undefined, undefined, undefined],
  '-d, --detach': [undefined, undefined, undefined],
  '--timeout': [undefined, undefined, undefined],
  '--cwd': [undefined, undefined, undefined],
  '--config': [undefined, undefined, undefined],
  '--dry-run': [undefined, undefined, undefined],
  '--explain': [undefined, undefined, undefined],
  '--json': [undefined, undefined, undefined],
  '--quiet': [undefined, undefined, undefined],
  '--timestamps': [undefined, undefined, undefined],
  '--log-format': [undefined, undefined, undefined],
};

/** As it is written: what is on is turned off. */
const spelled = ([key, row]: [string, OptionRow]): string =>
  `${row.alias ? `-${row.alias}, ` : ''}--${row.default === true ? 'no-' : ''}${longName(key)}`;

test('names and defaults are those that were promised', () => {
  const said = ROWS.map((row) => [
    spelled(row),
    [row[1].env, row[1].config, row[1].default, ...[row[1].elseEnv ?? []].flat()],
  ]);
  assert.deepEqual(Object.fromEntries(said), PROMISED);
});

test('a repeatable option keeps all its values, a text wants one', () => {
  const many = ROWS.filter(([, row]) => row.many).map(([key]) => key);
  assert.deepEqual(many, ['port', 'corsOrigin', 'only']);
  assert.ok(ROWS.every(([, row]) => !row.many || row.kind === 'text'));
});

test('the help shows each default', () => {
  assert.equal(helpOf(OPTIONS.maxAttempts), 'How many ports to try for each [10]');
  assert.equal(helpOf(OPTIONS.strictPort), 'Exactly these ports: fail where one is taken');
  assert.equal(helpOf(OPTIONS.cwd), 'The project’s folder [the current one]');
});

const schema = JSON.parse(read('schema.json')).properties as Record<string, Record<string, unknown>>;
/** Top-level keys that no option of the command line sets. */
const CONFIG_ONLY = ['$schema', 'apps', 'avoid', 'clean', 'name'];

test('schema.json has each row’s key, and no other', () => {
  const keys = ROWS.flatMap(([, row]) => row.config ?? []);
  assert.deepEqual(Object.keys(schema).sort(), [...keys, ...CONFIG_ONLY].sort());
});

for (const [key, row] of ROWS) {
  if (row.config === undefined) continue;
  test(`schema.json: ${row.config} is as its row says`, () => {
    const { type, minimum, maximum, description } = schema[row.config ?? ''] ?? {};
    const types = { boolean: 'boolean', port: 'integer', count: 'integer', seconds: 'number' } as const;
    const expected = row.many ? 'array' : types[row.kind as keyof typeof types];
    assert.equal(type, expected ?? 'string');
    const accepts = (value: unknown): boolean => {
      try {
        READERS[row.kind](value, { kind: 'flag', name: '--x' });
        return true;
      } catch {
        return false;
      }
    };
    if (typeof minimum === 'number') assert.deepEqual([minimum - 1, minimum].map(accepts), [false, true]);
    if (typeof maximum === 'number') assert.deepEqual([maximum, maximum + 1].map(accepts), [true, false]);
    assert.ok(['number', 'integer'].includes(String(type)) === (minimum !== undefined));
    const flag = `Flag --${row.default === true ? 'no-' : ''}${longName(key)}`;
    assert.ok(
      String(description).endsWith(`${flag}${row.env ? `, variable ${row.env}` : ''}.`),
      `${description}`,
    );
    if (row.default !== false && row.default !== undefined && row.kind !== 'host')
      assert.ok(String(description).includes(`Default: ${row.default}.`), `${description}`);
  });
}

/** Variables that are no option's. */
const FURTHER = ['FRONTEND_URL', 'DEVSTART_HOME', 'NO_COLOR', 'FORCE_COLOR'];

test('.env.example has a line for each variable', () => {
  const lines = new Map<string, { value: string; text: string }>();
  for (const line of read('.env.example').split('\n')) {
    const [, name, value = '', text = ''] = /^# ([A-Z_]+)=(\S*)\s+# (.+)$/.exec(line) ?? [];
    if (name) lines.set(name, { value, text });
  }
  const variables = ROWS.flatMap(([, row]) => row.env ?? []);
  assert.deepEqual([...lines.keys()].sort(), [...variables, ...FURTHER].sort());
  for (const [, row] of ROWS) {
    const line = lines.get(row.env ?? '');
    if (!line) continue;
    assert.equal(line.value, String(row.default ?? row.start ?? ''), row.env);
    assert.ok(line.text.startsWith(row.describe), `${row.env}: ${line.text}`);
  }
});

test('README’s table has each option with its variable, key and default', () => {
  const text = read('README.md');
  const table = text.slice(text.indexOf('| option | environment |'));
  const rows = table
    .slice(0, table.indexOf('\n\n'))
    .split('\n')
    .slice(2)
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
    .map(([, option = '', env = '', config = '', value = '']) => ({ option, env, config, value }));
  const elsewhere = ['--dry-run', '--explain'];
  for (const entry of ROWS) {
    const [key, row] = entry;
    const name = spelled(entry);
    if (elsewhere.includes(name)) continue;
    const found = rows.find(({ option }) => new RegExp(`(^|[\`\\s])${name}(?![\\w-])`).test(option));
    assert.ok(found, `${name} has no row`);
    const variables = [...found.env.matchAll(/`([A-Z_]+)`/g)].map(([, variable]) => variable);
    assert.deepEqual(variables, [row.env ?? [], row.elseEnv ?? []].flat(), name);
    // --clean is no key itself: the key of this name adds paths.
    if (row.config !== undefined) assert.equal(found.config, `\`${row.config}\``, name);
    else assert.match(found.config, key === 'clean' ? /^`clean` adds/ : /^(`apps\[\]\.port`)?$/, name);
    if (row.many) assert.match(found.option, /repeatable/, name);
    const shown =
      row.default === true ? 'on' : row.default === false ? 'off' : String(row.default ?? row.start ?? '');
    const said = found.value.replaceAll('`', '');
    // Where the search for a port starts is the last resort.
    const fits = row.start === undefined ? said.startsWith(shown) : said.endsWith(shown);
    if (row.kind !== 'host') assert.ok(fits, `${name}: ${found.value}`);
  }
});
