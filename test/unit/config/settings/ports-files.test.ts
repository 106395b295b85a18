import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { explainLines } from '../../../../src/config/settings/explain.ts';
import { type Loaded, loadSettings, withConfigLines } from '../../../../src/config/settings/load.ts';

/** A project beside another one; files by path from the project. */
async function load(
  t: TestContext,
  files: Record<string, unknown>,
  more: { env?: Record<string, string>; config?: object } = {},
): Promise<Loaded> {
  const top = await mkdtemp(path.join(tmpdir(), 'devstart-files-'));
  t.after(() => rm(top, { recursive: true, force: true }));
  const root = path.join(top, 'mine');
  await Promise.all([mkdir(root), mkdir(path.join(top, 'other'))]);
  const command = 'node x.js';
  const apps = [
    { name: 'api', role: 'backend', command },
    { name: 'web', role: 'frontend', command },
    { name: 'worker', command },
  ];
  const all = { 'devstart.config.json': { apps, ...more.config }, ...files };
  for (const [name, content] of Object.entries(all)) {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    await writeFile(path.join(root, name), text);
  }
  return loadSettings({ flags: {}, env: more.env ?? {}, cwd: root });
}

const specs = ({ settings: { ports } }: Loaded) => [
  ports.api?.backend?.value,
  ports.web?.frontend?.value,
  ports.worker?.own?.value,
];
const single = (port: number) => ({ kind: 'single' as const, port });
const exact = (port: number) => ({ ...single(port), exact: true as const });
const theirs = {
  version: 1,
  status: 'stopped',
  backend: 8100,
  frontend: 3100,
  urls: {},
  apps: [{ name: 'w', ports: [4100, 4101] }],
};

test('ports.json pins ports: below what is said, above the last run', async (t) => {
  const table: [string, Record<string, unknown>, Parameters<typeof load>[2], unknown[]][] = [
    [
      'the guide’s',
      { 'ports.json': { backend: 8001, frontend: 3001 } },
      {},
      [exact(8001), exact(3001), single(4000)],
    ],
    ['one of them', { 'ports.json': { frontend: 3001 } }, {}, [single(8000), exact(3001), single(4000)]],
    [
      'over the last run',
      { 'ports.json': { backend: 8001 }, '.ports.json': { backend: 8002, frontend: 3002 } },
      {},
      [exact(8001), single(3002), single(4000)],
    ],
    [
      'a further app’s',
      { 'ports.json': { backend: 8001, apps: [{ name: 'worker', ports: [4005] }] } },
      {},
      [exact(8001), single(3000), exact(4005)],
    ],
    [
      'under the environment',
      { 'ports.json': { backend: 8001 } },
      { env: { BACKEND_PORT: '8003' } },
      [single(8003), single(3000), single(4000)],
    ],
    [
      'under .env',
      { 'ports.json': { backend: 8001 }, '.env': 'BACKEND_PORT=8004' },
      {},
      [single(8004), single(3000), single(4000)],
    ],
    [
      'over the default, beside a base port',
      { 'ports.json': { backend: 8001 } },
      { env: { DEVSTART_BASE_PORT: '5000' } },
      [single(5000), single(5001), single(5002)],
    ],
    [
      'another thing by that name',
      { 'ports.json': ['Rotterdam', 'Hamburg'] },
      {},
      [single(8000), single(3000), single(4000)],
    ],
    [
      'another thing, an object',
      { 'ports.json': { ssh: 22 } },
      {},
      [single(8000), single(3000), single(4000)],
    ],
    [
      'our own file, named so',
      { 'ports.json': { version: 1, backend: 8001 } },
      { config: { portsFile: 'ports.json' } },
      [single(8001), single(3000), single(4000)],
    ],
  ];
  for (const [name, files, more, expected] of table) {
    const loaded = await load(t, files, more);
    assert.deepEqual(specs(loaded), expected, name);
    assert.deepEqual(loaded.warnings, [], name);
  }
});

test('ports.json in --explain', async (t) => {
  const lines = explainLines(await withConfigLines(await load(t, { 'ports.json': { backend: 8001 } })));
  assert.ok(
    lines.includes('BACKEND_PORT=8001 from ports.json (backend) (overrode 8000, default)'),
    lines.join('\n'),
  );
});

test('broken ports files are warnings', async (t) => {
  for (const [name, content, says] of [
    ['ports.json', '{"backend": ', 'ports.json is not valid JSON; it pins no port'],
    [
      'ports.json',
      { backend: 80_000 },
      'ports.json is not a ports file such as {"backend": 8000, "frontend": 3000}; it pins no port',
    ],
    ['../other/.ports.json', '{', '/other/.ports.json is not valid JSON; its ports are not avoided'],
    ['../other/.ports.json', { a: 1 }, '/other/.ports.json is not a ports file; its ports are not avoided'],
  ] as const) {
    const loaded = await load(t, { [name]: content }, { config: { avoid: ['../other/.ports.json'] } });
    assert.deepEqual(specs(loaded), [single(8000), single(3000), single(4000)]);
    assert.deepEqual(
      loaded.warnings.map(({ code }) => code),
      ['PORTS_FILE_IGNORED'],
    );
    assert.ok(loaded.warnings[0]?.message.endsWith(says), loaded.warnings[0]?.message);
  }
});

test('avoid: the ports that other projects’ files name, each with its file', async (t) => {
  const table: [string, Record<string, unknown>, string[], Record<number, string>][] = [
    ['none', {}, [], {}],
    ['missing', {}, ['../other/.ports.json', '../nowhere/.ports.json'], {}],
    [
      'the contract’s',
      { '../other/.ports.json': theirs },
      ['../other/.ports.json'],
      {
        8100: '../other/.ports.json',
        3100: '../other/.ports.json',
        4100: '../other/.ports.json',
        4101: '../other/.ports.json',
      },
    ],
    [
      'the guide’s, and the first one names it',
      {
        '../other/a.json': { backend: 8000, frontend: 3000 },
        '../other/b.json': { backend: 8000, frontend: 3001 },
      },
      ['../other/a.json', '../other/b.json'],
      { 8000: '../other/a.json', 3000: '../other/a.json', 3001: '../other/b.json' },
    ],
    ['its own is not another’s', { '.ports.json': { backend: 8000, frontend: 3000 } }, ['.ports.json'], {}],
  ];
  for (const [name, files, avoid, expected] of table) {
    const loaded = await load(t, files, { config: { avoid } });
    assert.deepEqual(Object.fromEntries(loaded.avoided), expected, name);
    assert.deepEqual(loaded.settings.avoid.value, avoid);
    assert.deepEqual(loaded.warnings, [], name);
  }
});
