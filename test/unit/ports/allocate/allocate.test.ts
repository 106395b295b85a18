import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import { test } from 'node:test';
import { parsePortSpec } from '../../../../src/config/port-spec.ts';
import type { PortKey, Role, Source, SourceKind } from '../../../../src/config/types.ts';
import { DevstartError, type ErrorCode } from '../../../../src/errors.ts';
import { allocatePorts } from '../../../../src/ports/allocate/allocate.ts';
import type { AllocateOptions } from '../../../../src/ports/allocate/board.ts';
import type { ProbeResult } from '../../../../src/ports/allocate/probe.ts';
import type { ClaimOf } from '../../../../src/ports/claims/claims.ts';
import { describeHolding } from '../../../../src/ports/holders/words.ts';
import type { PortOwner, PortRequest } from '../../../../src/ports/types.ts';
import { firstUnprivilegedPort } from '../../../../src/system/kernel.ts';

const sources: Partial<Record<SourceKind, string>> = { flag: '--port', env: 'SOME_PORT' };

function ask(
  app: string,
  spec: string | number,
  {
    kind = 'flag',
    instances = 1,
    key = 'own',
  }: { kind?: SourceKind; instances?: number; key?: PortKey } = {},
): PortRequest {
  const source: Source = { kind, name: sources[kind] ?? app };
  const role: Role | null = app === 'api' ? 'backend' : app === 'web' ? 'frontend' : null;
  return { app, key, role, instances, spec: { value: parsePortSpec(spec, source), source, overrode: [] } };
}

/** As `ports.json` has it. */
function pinned(app: string, port: number): PortRequest {
  const source: Source = { kind: 'config', name: 'backend', file: 'ports.json' };
  return { ...ask(app, port), spec: { value: { kind: 'single', port, exact: true }, source, overrode: [] } };
}

const node: PortOwner = { pid: 4711, name: 'node', cwd: '/home/eva/other-app' };

/** A machine on which just these ports are busy. */
function machine(
  busy: number[],
  more: Partial<AllocateOptions> = {},
): AllocateOptions & { probed: number[] } {
  const probed: number[] = [];
  return {
    maxAttempts: 10,
    strict: false,
    home: '/home/eva',
    probed,
    probe: async (port): Promise<ProbeResult> => {
      probed.push(port);
      return busy.includes(port) ? { free: false, address: '::1', code: 'EADDRINUSE' } : { free: true };
    },
    findOwners: async (ports) => new Map(ports.map((port) => [port, [node]])),
    ...more,
  };
}

/** Another run of devstart has these. */
const claimed =
  (has: (port: number) => boolean): ClaimOf =>
  (port) =>
    has(port)
      ? {
          port,
          app: 'web',
          instance: 0,
          run: 'r',
          root: '/home/eva/shop',
          pid: 4712,
          start: '1',
          boot: '',
          net: '',
          pidns: '',
        }
      : undefined;

const ports = async (requests: PortRequest[], options: AllocateOptions) =>
  (await allocatePorts(requests, options)).map(({ port }) => port);

async function refused(
  requests: PortRequest[],
  options: AllocateOptions,
  code: ErrorCode,
  message: string | RegExp,
): Promise<DevstartError> {
  const error = await allocatePorts(requests, options).then(
    (found) => assert.fail(JSON.stringify(found)),
    (problem) => problem,
  );
  assert(error instanceof DevstartError, String(error));
  if (typeof message === 'string') assert.equal(error.message, message);
  else assert.match(error.message, message);
  assert.equal(error.code, code);
  assert(error.hint);
  return error;
}

test('a free port is given as asked', async () => {
  const options = machine([]);
  assert.deepEqual(await allocatePorts([ask('api', 8000), ask('web', '3000')], options), [
    { id: 'api:0', key: 'own', role: 'backend', port: 8000, requested: 8000, moved: false },
    { id: 'web:0', key: 'own', role: 'frontend', port: 3000, requested: 3000, moved: false },
  ]);
  assert.deepEqual(options.probed, [8000, 3000]);
});

test('a taken port moves to the next free one and names the holder', async () => {
  assert.deepEqual(await allocatePorts([ask('web', 3000)], machine([3000, 3001])), [
    {
      id: 'web:0',
      key: 'own',
      role: 'frontend',
      port: 3002,
      requested: 3000,
      moved: true,
      holder: node,
    },
  ]);
  const [unknown] = await allocatePorts(
    [ask('web', 3000)],
    machine([3000], { findOwners: async () => new Map() }),
  );
  assert.deepEqual(unknown?.holder, {});
});

test('which ports are given', async () => {
  const all = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const table: [string, PortRequest[], number[], number[], Partial<AllocateOptions>?][] = [
    ['the last attempt', [ask('api', 8000)], all(8000, 8008), [8009]],
    ['the last port', [ask('api', 65_534)], [65_534], [65_535]],
    [
      'a default yields to what was given',
      [ask('api', 8000, { kind: 'default' }), ask('web', 8000)],
      [],
      [8001, 8000],
    ],
    [
      'a framework default likewise',
      [ask('api', 5173, { kind: 'framework' }), ask('web', 5173, { kind: 'env' })],
      [],
      [5174, 5173],
    ],
    [
      'the last run comes between',
      [ask('api', 8000, { kind: 'default' }), ask('web', 8000, { kind: 'sticky' })],
      [],
      [8001, 8000],
    ],
    ['two equal: the first keeps it', [ask('api', 3000), ask('web', 3000)], [], [3000, 3001]],
    ['two equal and taken', [ask('api', 3000), ask('web', 3000)], [3000], [3001, 3002]],
    [
      'a moving port leaves the neighbour its own',
      [ask('api', 3000), ask('web', 3001)],
      [3000],
      [3002, 3001],
    ],
    [
      'what others of the run have is no attempt',
      [ask('api', 3001, { instances: 5 }), ask('web', 3000, { kind: 'env' })],
      [3000],
      [3001, 3002, 3003, 3004, 3005, 3006],
      { maxAttempts: 2 },
    ],
    [
      'claims are no attempt',
      [ask('web', 3000)],
      [],
      [3100],
      { maxAttempts: 1, claimOf: claimed((port) => port < 3100) },
    ],
    [
      'what other projects’ files name is no attempt',
      [ask('web', 3000), ask('api', 'auto:3000-3005')],
      [3002],
      [3003, 3004],
      { maxAttempts: 2, avoid: new Map([3000, 3001].map((port) => [port, '../shop/.ports.json'])) },
    ],
    ['a pinned port is served before others', [ask('web', 8000), pinned('api', 8000)], [], [8001, 8000]],
    ['instances of a single port', [ask('api', 8000, { instances: 3 })], [8001], [8000, 8002, 8003]],
    ['more instances than attempts', [ask('api', 8000, { instances: 12 })], [], all(8000, 8011)],
    ['a range', [ask('api', '8000-8003', { instances: 4 })], [], all(8000, 8003)],
    ['a wide range', [ask('api', '8000-8003', { instances: 2 })], [8002], [8000, 8001]],
    [
      'a range is served before a single',
      [ask('api', 8000), ask('web', '8000-8001', { instances: 2 })],
      [],
      [8002, 8000, 8001],
    ],
    ['auto in a range', [ask('api', 'auto:5000-5100', { instances: 2 })], [5000, 5002], [5001, 5003]],
    [
      'auto',
      [ask('api', 'auto'), ask('web', 'auto'), ask('db', 'auto')],
      [...all(3000, 3030), 8000],
      [8001, 3031, 4000],
    ],
    ['auto after the others', [ask('api', 'auto'), ask('web', 8000)], [], [8001, 8000]],
    [
      'auto leaves defaults of others',
      [ask('api', 'auto:3000-3001', { kind: 'default' }), ask('web', 3000, { kind: 'default' })],
      [],
      [3001, 3000],
    ],
    ['strict and free', [ask('api', 8000, { instances: 2 })], [], [8000, 8001], { strict: true }],
    ['strict leaves auto free', [ask('api', 'auto:8000-8010')], [8000], [8001], { strict: true }],
    [
      'a block',
      [
        ask('web', 3000, { kind: 'default' }),
        ask('api', 8000, { kind: 'default' }),
        ask('db', 1, { kind: 'default' }),
      ],
      [],
      [5001, 5000, 5002],
      { basePort: 5000 },
    ],
    [
      'a block with instances',
      [ask('api', 8000, { instances: 2 }), ask('web', 3000)],
      [],
      [5000, 5001, 5002],
      { basePort: 5000 },
    ],
    [
      'a block moves as a whole',
      [ask('api', 8000), ask('web', 3000)],
      [5001],
      [5002, 5003],
      { basePort: 5000 },
    ],
    [
      'so does one that the settings have spelled out for each app, as its own source says',
      [ask('api', 5000, { kind: 'env' }), ask('web', 5001, { kind: 'env' })],
      [5000],
      [5001, 5002],
      { basePort: 5000, basePortSource: { kind: 'env', name: 'SOME_PORT' } },
    ],
    [
      'the frontend is N+1 also where the backend has a port of its own',
      [ask('api', 9000), ask('web', 5001, { kind: 'env' }), ask('db', 5002, { kind: 'env' })],
      [5002],
      [9000, 5003, 5004],
      { basePort: 5000, basePortSource: { kind: 'env', name: 'SOME_PORT' } },
    ],
    [
      'claims do not use up blocks',
      [ask('api', 8000), ask('web', 3000)],
      [],
      [5100, 5101],
      { basePort: 5000, maxAttempts: 1, claimOf: claimed((port) => port < 5100) },
    ],
    [
      'a block with a strict base',
      [ask('api', 8000), ask('web', 3000)],
      [],
      [5000, 5001],
      { basePort: 5000, strict: true },
    ],
    [
      'a stronger own port stays out of the block',
      [ask('api', 9000), ask('web', 3000, { kind: 'config' })],
      [],
      [9000, 5000],
      { basePort: 5000, basePortSource: { kind: 'env', name: 'DEVSTART_BASE_PORT' } },
    ],
    [
      'a block goes round it',
      [ask('api', 5000), ask('web', 3000, { kind: 'default' })],
      [],
      [5000, 5001],
      { basePort: 5000, basePortSource: { kind: 'flag', name: '--base-port' } },
    ],
  ];
  for (const [name, requests, busy, expected, options] of table) {
    assert.deepEqual(await ports(requests, machine(busy, options)), expected, name);
  }
});

test('moved, requested and holder of the less plain ones', async () => {
  const brief = async (requests: PortRequest[], options: AllocateOptions) =>
    (await allocatePorts(requests, options)).map(({ port, requested, moved, holder }) => [
      port,
      requested,
      moved,
      holder?.pid,
    ]);
  assert.deepEqual(await brief([ask('api', 8000, { kind: 'default' }), ask('web', 8000)], machine([])), [
    [8001, 8000, true, undefined],
    [8000, 8000, false, undefined],
  ]);
  assert.deepEqual(await brief([ask('api', 'auto:5000-5001')], machine([5000])), [
    [5001, 'auto:5000-5001', false, undefined],
  ]);
  assert.deepEqual(await brief([ask('api', '8000-8003')], machine([])), [
    [8000, '8000-8003', false, undefined],
  ]);
  assert.deepEqual(await brief([ask('api', 8000, { instances: 2 })], machine([8000])), [
    [8001, 8000, true, 4711],
    [8002, 8000, true, undefined],
  ]);
  assert.deepEqual(await brief([ask('api', 8000), ask('web', 3000)], machine([5001], { basePort: 5000 })), [
    [5002, 5000, true, undefined],
    [5003, 5001, true, 4711],
  ]);
});

test('who has it by word is told as the holder', async () => {
  const avoid = new Map([[8000, '../shop/.ports.json']]);
  const options = machine([3001], { claimOf: claimed((port) => port === 3000), avoid });
  const found = await allocatePorts([ask('web', 3000), ask('api', 8000)], options);
  assert.deepEqual(
    found.map(({ port, moved, holder }) => [port, moved, holder]),
    [
      [3002, true, { pid: 4712, name: "app 'web'", cwd: '/home/eva/shop', app: 'web' }],
      [8001, true, { file: '../shop/.ports.json' }],
    ],
  );
  assert.equal(describeHolding(found[0]?.holder, '/home/eva'), "assigned to app 'web' of ~/shop (pid 4712)");
  assert.equal(describeHolding(found[1]?.holder), 'named in ../shop/.ports.json');
  assert.equal(describeHolding(node), 'in use by node (pid 4711, /home/eva/other-app)');

  const strict = { ...options, strict: true };
  const said = await refused(
    [ask('api', 8000)],
    strict,
    'PORT_IN_USE',
    'Port 8000 is named in ../shop/.ports.json',
  );
  assert.match(said.hint ?? '', /take the file out of avoid/);
  const pin = await refused(
    [pinned('api', 3001)],
    machine([3001]),
    'PORT_IN_USE',
    'Port 3001 is already in use by node (pid 4711, ~/other-app)',
  );
  assert.match(pin.hint ?? '', /from backend in ports.json\), and that file pins it/);
  await refused(
    [ask('web', '2999-3000', { instances: 2 })],
    options,
    'PORT_IN_USE',
    "Port 3000 is already assigned to app 'web' of ~/shop (pid 4712)",
  );
  await refused(
    [ask('web', 3000)],
    machine(
      Array.from({ length: 20 }, (_, i) => 3001 + i),
      { claimOf: options.claimOf },
    ),
    'PORTS_EXHAUSTED',
    /range 3000-3010 \(3000 is assigned to app 'web' of ~\/shop \(pid 4712\)\)$/,
  );
  await refused(
    [ask('api', 1), ask('web', 1)],
    { ...strict, basePort: 3000 },
    'PORT_IN_USE',
    /^Port 3000 is already assigned to app 'web'|^Port 3001 is already in use/,
  );
});

test('what cannot be had', async () => {
  const all = Array.from({ length: 100 }, (_, i) => 3000 + i);
  await refused(
    [ask('web', 3000)],
    machine(all),
    'PORTS_EXHAUSTED',
    'no free port for web: could not find available port in range 3000-3009 (3000 is in use by node (pid 4711, ~/other-app))',
  );
  await refused([ask('web', 3000)], machine(all, { maxAttempts: 1 }), 'PORTS_EXHAUSTED', /range 3000-3000 /);
  await refused([ask('web', 65_535)], machine([65_535]), 'PORTS_EXHAUSTED', /range 65535-65535 /);
  await refused([ask('web', 'auto:3000-3004')], machine(all), 'PORTS_EXHAUSTED', /range 3000-3004$/);
  await refused(
    [ask('web', 'auto:3098-3100', { instances: 2 })],
    machine(all),
    'PORTS_EXHAUSTED',
    /range 3098-3100 \(1 of 2 found\)$/,
  );
  await refused(
    [ask('web', 3000)],
    machine([3000], { strict: true }),
    'PORT_IN_USE',
    'Port 3000 is already in use by node (pid 4711, ~/other-app)',
  );
  await refused(
    [ask('web', 3000)],
    machine([3000], { strict: true, findOwners: async () => new Map() }),
    'PORT_IN_USE',
    'Port 3000 is already in use by another process',
  );
  await refused(
    [ask('web', '3000-3003', { instances: 2 })],
    machine([3001]),
    'PORT_IN_USE',
    /^Port 3001 is already in use by node/,
  );
  await refused(
    [ask('web', 3000)],
    machine([], { strict: true, claimOf: claimed(() => true) }),
    'PORT_IN_USE',
    "Port 3000 is already assigned to app 'web' of ~/shop (pid 4712)",
  );
  await refused(
    [ask('api', 3000), ask('web', 3000)],
    machine([], { strict: true }),
    'PORT_INVALID',
    "Port 3000 is already assigned to app 'api' (from --port)",
  );
  await refused(
    [ask('api', '3000-3001', { instances: 2 }), ask('web', '3001-3002')],
    machine([]),
    'PORT_INVALID',
    /^Port 3001 is already assigned to app 'api'/,
  );
  await refused(
    [ask('web', 3000)],
    machine(all, { basePort: 3000 }),
    'PORTS_EXHAUSTED',
    /range 3000-3009 \(3000 is in use by node/,
  );
  await refused(
    [ask('api', 1), ask('web', 1)],
    machine([5001], { basePort: 5000, strict: true }),
    'PORT_IN_USE',
    /^Port 5001 is already in use by node/,
  );
});

test('what can never be is refused before any probe', async () => {
  const options = machine([]);
  const { exitCode } = await refused(
    [ask('db', 1), ask('api', '3000-3001', { instances: 4 })],
    options,
    'PORT_INVALID',
    'Port range 3000-3001 has only 2 ports but 4 instances requested',
  );
  assert.equal(exitCode, 2);
  await refused(
    [ask('api', '3000-3000', { instances: 2 })],
    options,
    'PORT_INVALID',
    /3000-3000 has only 1 port but 2 /,
  );
  await refused(
    [ask('api', 'auto:3000-3001', { instances: 3 })],
    options,
    'PORT_INVALID',
    /^Port range 3000-3001 has only 2 ports but 3 instances/,
  );
  await refused([ask('api', 65_534, { instances: 3 })], options, 'PORT_INVALID', /end above 65535/);
  await refused(
    [ask('api', 1), ask('web', 1)],
    { ...options, basePort: 65_535 },
    'PORT_INVALID',
    /end above 65535/,
  );
  assert.deepEqual(options.probed, []);
});

test('a privileged port is refused where the right is missing', async () => {
  const probe = async () => ({ free: false as const, address: '127.0.0.1', code: 'EACCES' });
  const first = firstUnprivilegedPort();
  if (first > 80) {
    const message = /^port 80 is privileged: .* \(from --port\)$/;
    await refused([ask('web', 80)], machine([], { probe }), 'PORT_INVALID', message);
  }
  await refused([ask('web', first + 8080)], machine([], { probe }), 'PORTS_EXHAUSTED', /no free port/);
});

test('several ports of one app are told apart', async () => {
  const both = [
    ask('api', 8000, { key: 'backend' }),
    { ...ask('api', 8000, { key: 'frontend' }), role: 'frontend' as const },
  ];
  const found = await allocatePorts(both, machine([]));
  assert.deepEqual(
    found.map(({ key, port }) => [key, port]),
    [
      ['backend', 8000],
      ['frontend', 8001],
    ],
  );
  await refused(both, machine([], { strict: true }), 'PORT_INVALID', /app 'api \(backend\)'/);
});

test('on this machine: listeners are passed over and named, and what is given can be bound', async () => {
  const listen = (port: number, host: string) =>
    new Promise<Server>((resolve, reject) => {
      const server = createServer().once('error', reject);
      server.listen(port, host, () => resolve(server));
    });
  const first = await listen(0, '::1');
  const servers = [first];
  const busy = (first.address() as { port: number }).port;
  const options = { maxAttempts: 50, strict: false };
  const found = await allocatePorts([ask('api', busy), ask('web', busy)], options);
  assert.equal(found[0]?.holder?.pid, process.pid);
  assert.equal(new Set([busy, ...found.map(({ port }) => port)]).size, 3);
  for (const { port } of found) servers.push(await listen(port, '::'));
  await refused(
    [ask('api', busy)],
    { ...options, strict: true },
    'PORT_IN_USE',
    new RegExp(`by .* \\(pid ${process.pid}, `),
  );
  for (const server of servers) server.close();
});

test('a port that had moved comes home; while home is taken the last run’s comes next', async () => {
  const source: Source = { kind: 'framework', name: 'PORT', file: 'index.js', line: 4 };
  const home: PortRequest = {
    ...ask('api', 3001),
    spec: { value: { kind: 'single', port: 3001, otherwise: 3007 }, source, overrode: [] },
  };
  const table: [number[], number, boolean][] = [
    [[], 3001, false],
    [[3001], 3007, true],
    [[3001, 3007], 3002, true],
    [[3001, 3002, 3003, 3007], 3004, true],
  ];
  for (const [busy, port, moved] of table) {
    const [found] = await allocatePorts([home], machine(busy));
    assert.deepEqual([found?.port, found?.moved, found?.requested], [port, moved, 3001], String(busy));
  }
});

test('a number that the project has written down keeps its digits where that is possible', async () => {
  const table: [SourceKind, number, number[], number][] = [
    ['framework', 9998, [9998], 9999],
    ['framework', 9998, [9998, 9999], 9997],
    ['framework', 9999, [9999, 9998], 9997],
    ['flag', 9999, [9999], 10_000],
  ];
  for (const [kind, port, busy, expected] of table) {
    const [found] = await allocatePorts([ask('api', port, { kind })], machine(busy));
    assert.equal(found?.port, expected, `${kind} ${port}`);
  }
});
