// Which sockets an app is handed, and how they come into its command and environment.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draftApp } from '../../../src/config/detect/candidate.ts';
import type { App, Settings, Sourced, SourceKind, Takes } from '../../../src/config/types.ts';
import {
  commandWith,
  handoverOf,
  isShared,
  listenOf,
  socketEnv,
  takesBy,
  toldHost,
} from '../../../src/plan/listen.ts';

const app = (over: Partial<App> = {}): App => ({
  ...draftApp('api', { kind: 'shell', line: 'serve' }, '/p', ''),
  roles: ['backend'],
  ...over,
});
const said = (value: boolean, kind: SourceKind): Sourced<boolean> => ({
  value,
  source: { kind, name: 'test' },
  overrode: [],
});
const settings = (handover?: Sourced<boolean>): Settings => ({ handover }) as Settings;
const TAKES: Takes = { hosts: ['127.0.0.1'] };
const PROVEN: Takes = { ...TAKES, proven: true };
const TCP: App['tcpPorts'] = [
  { key: 'backend', fd: 3, name: '8080', backlog: 64, reusePort: false, nonBlock: false },
  { key: 'fd5', fd: 5, name: 'auto:5000-5100', host: '::1', backlog: 128, reusePort: false, nonBlock: true },
];

const WANTS: [string, Partial<App>, Sourced<boolean> | undefined, string | undefined][] = [
  ['nothing is known of it', {}, undefined, undefined],
  ['it is known to take one, and not more', { takes: TAKES }, undefined, undefined],
  ['it is proven to', { takes: PROVEN }, undefined, 'default'],
  ['several instances have ports of their own', { takes: PROVEN, instances: 2 }, undefined, undefined],
  ['its own word, of whom nothing is known', { handover: true }, undefined, 'asked'],
  ['its own no', { takes: PROVEN, handover: false }, undefined, undefined],
  ['the word for all', { takes: TAKES }, said(true, 'config'), 'asked'],
  ['the word for all, of whom nothing is known', {}, said(true, 'flag'), undefined],
  [
    'its own word before the config’s for all',
    { takes: TAKES, handover: false },
    said(true, 'config'),
    undefined,
  ],
  ['a flag before its own word', { takes: TAKES, handover: true }, said(false, 'flag'), undefined],
  [
    'two ports in its command',
    { takes: { ...TAKES, severalPorts: true }, handover: true },
    undefined,
    undefined,
  ],
  ['tcpPorts stand', { tcpPorts: TCP as never }, said(false, 'flag'), 'given'],
  ['a process of two roles', { takes: PROVEN, roles: ['backend', 'frontend'] }, undefined, undefined],
  ['what is run as it stands', { takes: PROVEN, opaque: true }, said(true, 'flag'), undefined],
];
for (const [name, over, handover, expected] of WANTS) {
  test(`handover: ${name}`, () =>
    assert.equal(handoverOf(app(over), settings(handover), new Set()), expected));
}

test('handover: not again for who has not served from it, but for tcpPorts', () => {
  const plain = new Set(['api']);
  assert.equal(handoverOf(app({ takes: PROVEN }), settings(), plain), undefined);
  assert.equal(handoverOf(app({ tcpPorts: TCP as never }), settings(), plain), 'given');
});

test('tcpPorts: where nobody says, it is where the server itself would listen', () => {
  const given = app({ tcpPorts: TCP as never, takes: { hosts: ['::'] } });
  const listen = listenOf(given, { backend: 8080, fd5: 5001 }, undefined, 'given');
  assert.deepEqual(listen?.sockets, [
    {
      key: 'backend',
      fd: 3,
      port: 8080,
      host: '::',
      name: '8080',
      backlog: 64,
      reusePort: false,
      nonBlock: false,
    },
    {
      key: 'fd5',
      fd: 5,
      port: 5001,
      host: '::1',
      name: 'auto-5000-5100',
      backlog: 128,
      reusePort: false,
      nonBlock: true,
    },
  ]);
  assert.equal(listen?.orPlain, false);
  const hosts = (host?: string) =>
    listenOf({ ...given, takes: undefined as never }, { backend: 1, fd5: 2 }, host, 'given')?.sockets.map(
      (one) => one.host,
    );
  assert.deepEqual(hosts(), ['127.0.0.1', '::1']);
  assert.deepEqual(hosts('0.0.0.0'), ['0.0.0.0', '::1']);
  // The gap after 3 has no word in the protocol.
  assert.deepEqual(socketEnv(undefined, listen as never, undefined), {
    LISTEN_FDS: '1',
    LISTEN_FDNAMES: '8080',
  });
  assert.deepEqual([isShared(given, 'fd5', 'given'), isShared(given, 'own', 'given')], [true, false]);
});

const OWN: [string, Takes, string | undefined, string[]][] = [
  ['one address', TAKES, undefined, ['3 127.0.0.1']],
  ['the address that the user gave', TAKES, '0.0.0.0', ['3 0.0.0.0']],
  [
    'both loopbacks for who can take both',
    { preload: true, hosts: ['127.0.0.1', '::1'] },
    undefined,
    ['3 127.0.0.1', '4 ::1'],
  ],
  [
    'none where one of two would be missing',
    { flags: ['--fd', '{fd}'], hosts: ['localhost'] },
    undefined,
    [],
  ],
  ['by stdin', { hosts: ['::'], preload: true, stdin: true }, undefined, ['0 ::']],
];
for (const [name, takes, host, expected] of OWN) {
  test(`handover, the app’s own port: ${name}`, () => {
    const listen = listenOf(app({ takes }), { backend: 8000 }, host, 'asked');
    assert.deepEqual(listen?.sockets.map((one) => `${one.fd} ${one.host}`) ?? [], expected);
  });
}

test('lithos’ word for Werkzeug brings the second one that it wants by now', () => {
  const flask = app({ env: { WERKZEUG_SERVER_FD: '3' }, tcpPorts: TCP as never });
  const listen = listenOf(flask, { backend: 8080, fd5: 5001 }, undefined, 'given');
  assert.deepEqual([listen?.selects, listen?.respawn], [true, 3]);
  assert.equal(socketEnv(takesBy(flask), listen as never, undefined).WERKZEUG_RUN_MAIN, 'true');
});

test('the address that the environment says, its own before the shell’s; none of an empty one', () => {
  const told = (env: Record<string, string>, shell: Record<string, string>) =>
    toldHost(app({ env, takes: { ...TAKES, hostName: 'X_HOST' } }), shell);
  assert.equal(told({ X_HOST: '::1' }, { X_HOST: '0.0.0.0' }), '::1');
  assert.equal(told({}, { X_HOST: '0.0.0.0' }), '0.0.0.0');
  assert.equal(told({}, { X_HOST: '' }), undefined);
  assert.equal(toldHost(app({ takes: TAKES }), { X_HOST: '0.0.0.0' }), undefined);
});

test('flags and variables of each kind', () => {
  const ports = { backend: 8000 };
  const made = (takes: Takes) => {
    const one = app({ takes, command: { kind: 'argv', argv: ['x', '--port', '{port}'] } });
    const listen = listenOf(one, ports, undefined, 'asked');
    assert.ok(listen);
    return [commandWith(one, listen.sockets), socketEnv(takes, listen, '/bin')];
  };
  assert.deepEqual(made({ flags: ['--fd', '{fd}'], hosts: ['127.0.0.1'] }), [
    { kind: 'argv', argv: ['x', '--port', '{port}', '--fd', '3'] },
    { LISTEN_FDS: '1', LISTEN_FDNAMES: 'api' },
  ]);
  assert.deepEqual(
    made({
      hosts: ['::1'],
      command: { kind: 'shell', line: 'puma' },
      path: ['/p/node_modules/.bin'],
      env: { PUMA_INHERIT_0: '{fd}:tcp://{address}' },
    }),
    [
      { kind: 'shell', line: 'puma' },
      {
        LISTEN_FDS: '1',
        LISTEN_FDNAMES: 'api',
        PUMA_INHERIT_0: '3:tcp://[::1]:8000',
        PATH: '/p/node_modules/.bin:/bin',
      },
    ],
  );
});
