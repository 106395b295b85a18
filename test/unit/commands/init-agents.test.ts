import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { initAgents } from '../../../src/commands/init-agents.ts';

function folder(t: TestContext, files: Record<string, string> = {}) {
  const root = mkdtempSync(path.join(tmpdir(), 'devstart-agents-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
  const read = (name: string) => readFileSync(path.join(root, name), 'utf8');
  return { root, read };
}

test('a section of ten lines, never twice', async (t) => {
  const { root, read } = folder(t);
  await initAgents(root, { yes: true });
  const text = read('AGENTS.md');
  assert.equal(text.trim().split('\n').filter(Boolean).length, 8);
  assert.ok(text.trim().split('\n').length <= 10);
  await initAgents(root, { yes: true });
  assert.equal(read('AGENTS.md'), text);
  assert.equal(existsSync(path.join(root, 'conductor.json')), false);
});

for (const words of ['# Rules\n\nBe kind.\n', '# Rules without an end']) {
  test(`the user's words stay: ${JSON.stringify(words)}`, async (t) => {
    const { root, read } = folder(t, { 'AGENTS.md': words });
    await initAgents(root, { yes: true });
    assert.ok(read('AGENTS.md').startsWith(words));
    assert.match(read('AGENTS.md'), /\n\n<!-- devstart -->\n/);
  });
}

test('entries where the files exist, in their own style; what they say stays', async (t) => {
  const { root, read } = folder(t, {
    '.claude/launch.json': '{\n\t"version": "0.0.1",\n\t"configurations": [{"name": "mine"}]\n}\n',
    'conductor.json': '{"scripts": {"setup": "npm ci"}}',
  });
  await initAgents(root, { yes: true });
  const launch = JSON.parse(read('.claude/launch.json'));
  assert.equal(launch.version, '0.0.1');
  assert.deepEqual(
    launch.configurations.map(({ name }: { name: string }) => name),
    ['mine', 'devstart'],
  );
  assert.match(read('.claude/launch.json'), /^\{\n\t"version"/);
  assert.deepEqual(JSON.parse(read('conductor.json')).scripts, { setup: 'npm ci', run: 'npx devstart' });
  const before = [read('.claude/launch.json'), read('conductor.json')];
  await initAgents(root, { yes: true });
  assert.deepEqual([read('.claude/launch.json'), read('conductor.json')], before);
});

test('a run of the user’s own stays; what is no JSON is an error and stays, too', async (t) => {
  const own = '{"scripts": {"run": "make dev"}}';
  const { root, read } = folder(t, { 'conductor.json': own });
  await initAgents(root, { yes: true });
  assert.equal(read('conductor.json'), own);
  writeFileSync(path.join(root, 'conductor.json'), '{ // mine\n}');
  await assert.rejects(initAgents(root, { yes: true }), { code: 'CONFIG_INVALID' });
  assert.equal(read('conductor.json'), '{ // mine\n}');
});

test('nobody to ask: the entry is only named', async (t) => {
  const { root, read } = folder(t, { 'conductor.json': '{}' });
  await initAgents(root, { yes: false });
  assert.equal(read('conductor.json'), '{}');
});
