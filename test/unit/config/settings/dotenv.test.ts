import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { readEnvFiles } from '../../../../src/config/settings/dotenv.ts';
import { expandValues } from '../../../../src/config/settings/expand.ts';

const base = await mkdtemp(path.join(os.tmpdir(), 'devstart-dotenv-ü-'));
after(() => rm(base, { recursive: true, force: true }));
let count = 0;

async function read(files: Record<string, string | Buffer>, env: Record<string, string> = {}) {
  const root = path.join(base, String(count++));
  await mkdir(root);
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(root, name), content);
  return readEnvFiles(root, env);
}

// What dotenv-expand 12.0.3 makes of them.
for (const [values, env, expected] of [
  [{ A: '1', B: '${A}2' }, {}, { A: '1', B: '12' }],
  [{ B: 'x${A}', A: '1' }, {}, { B: 'x', A: '1' }],
  [{ A: '$X-$X' }, { X: 'y' }, { A: 'y-y' }],
  [{ P: '1', A: '${P}' }, { P: '2' }, { P: '1', A: '2' }],
  [{ A: '${X:-d}|${X-e}|${X}' }, {}, { A: 'd|e|' }],
  [{ A: '${X:-${Y:-z}}' }, {}, { A: 'z' }],
  [{ A: '${X:-a:-b}' }, {}, { A: 'a:-b' }],
  [{ A: '${X:+set}|${X+set}' }, { X: '1' }, { A: 'set|set' }],
  [{ A: '${X:+set}' }, {}, { A: '' }],
  [{ A: '\\$X \\${X}' }, { X: '1' }, { A: '$X ${X}' }],
  [{ A: '${X}' }, { X: '${Y}', Y: '2' }, { A: '2' }],
  [{ A: '${A}' }, {}, { A: '' }],
  [{ A: 'cost $5 ${} $' }, {}, { A: 'cost $5 ${} $' }],
] as const) {
  test(`expands ${JSON.stringify(values)} with ${JSON.stringify(env)}`, () => {
    assert.deepEqual(expandValues(values, env), expected);
  });
}

test('a value that leads back to itself comes to an end', () => {
  assert.deepEqual(expandValues({ A: '${X}' }, { X: '${X}' }), { A: '' });
});

test('a file sees what the one that it overrides has, the shell wins', async () => {
  const files = {
    '.env': 'BASE=4000\nBACKEND_PORT=${BASE}\n',
    '.env.local': 'FRONTEND_PORT=${BASE}\nBACKEND_PORT=${BACKEND_PORT}\n',
  };
  const [local, plain] = await read(files);
  assert.deepEqual(local?.values, { FRONTEND_PORT: '4000', BACKEND_PORT: '4000' });
  assert.deepEqual(plain?.values, { BASE: '4000', BACKEND_PORT: '4000' });
  assert.equal(plain?.written.BACKEND_PORT, '${BASE}');
  const [said] = await read(files, { BASE: '5000' });
  assert.equal(said?.values.FRONTEND_PORT, '5000');
});

const text = 'A=ä\r\nBACKEND_PORT=9000\r\n';
const utf16 = Buffer.from(`\uFEFF${text}`, 'utf16le');
for (const [name, bytes] of [
  ['UTF-8', Buffer.from(text)],
  ['UTF-8 with a mark', Buffer.from(`\uFEFF${text}`)],
  ['UTF-16, as PowerShell writes it', utf16],
  ['UTF-16, the other way round', Buffer.from(utf16).swap16()],
] as const) {
  test(`reads ${name}`, async () => {
    const [file] = await read({ '.env': bytes });
    assert.deepEqual(file?.values, { A: 'ä', BACKEND_PORT: '9000' });
    assert.equal(file?.lineOf('BACKEND_PORT'), 2);
  });
}

for (const [name, bytes] of [
  ['UTF-16 without a mark', [65, 0, 61, 0, 66, 0]],
  ['UTF-32', [0xff, 0xfe, 0, 0, 65, 0, 0, 0, 61, 0, 0, 0]],
] as const) {
  test(`${name} is no text, and named`, async () => {
    await assert.rejects(read({ '.env.local': Buffer.from(bytes) }), {
      code: 'USAGE',
      message: '.env.local is no text in UTF-8 or UTF-16',
    });
  });
}
