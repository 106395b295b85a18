import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { FORMATS } from '../../../src/export/index.ts';
import type { Deployment, Output, Service } from '../../../src/export/types.ts';
import { deployment, service } from './sample.ts';

const target = { toRoot: '../..', fromRoot: 'deploy/x', alone: false };
// biome-ignore lint/suspicious/noExplicitAny: what a file holds
const compose = (one: Deployment): any => parse(make('compose', one).files.get('compose.yaml') ?? '');
const make = (format: string, one: Deployment): Output =>
  (FORMATS[format] as (typeof FORMATS)[string])(one, target);
const objects = (one: Deployment) =>
  parseAllDocuments(make('kubernetes', one).files.get('kubernetes.yaml') ?? '').map((doc) => doc.toJS());
const unit = (one: Deployment, name: string): string => make('systemd', one).files.get(name) ?? '';
const handed = { ...service({}).recipe, handed: ['uvicorn', 'main:app', '--fd', '{fd}'] };

// What each engine makes of one thing that the plan says, or that it says it cannot.
const rows: {
  name: string;
  said: Partial<Service>;
  compose?: object;
  unit?: RegExp;
  pod?: object;
  lost?: Record<string, RegExp>;
}[] = [
  {
    name: 'restart never',
    said: { restart: { when: 'never', max: 10 } },
    compose: { restart: 'no' },
    unit: /^Restart=no$/m,
    lost: { kubernetes: /restart "never"/, procfile: /restart "never"/ },
  },
  {
    name: 'restart on failure',
    said: { restart: { when: 'on-failure', max: 3 } },
    compose: { restart: 'on-failure:3' },
    unit: /^StartLimitBurst=3$[\s\S]*^Restart=on-failure$/m,
  },
  {
    name: 'restart always',
    said: { restart: { when: 'always', max: 10 } },
    compose: { restart: 'unless-stopped' },
    unit: /^Restart=always$/m,
  },
  {
    name: 'the time to stop, and the signal',
    said: { grace: 20, stopSignal: 'SIGINT' },
    compose: { stop_grace_period: '20s', stop_signal: 'SIGINT' },
    unit: /^KillSignal=SIGINT$[\s\S]*^KillMode=mixed$[\s\S]*^TimeoutStopSec=20$/m,
    pod: { terminationGracePeriodSeconds: 25 },
  },
  {
    name: 'a user',
    said: { user: '2000', group: '2001' },
    compose: { user: '2000:2001' },
    unit: /^User=2000\nGroup=2001$/m,
  },
  {
    name: 'a user that images do not know',
    said: { user: 'deploy' },
    unit: /^User=deploy$/m,
    lost: {
      compose: /the user deploy.*it is 1000/,
      kubernetes: /the user deploy/,
      procfile: /the user deploy/,
    },
  },
  {
    name: 'root',
    said: { user: 'root' },
    compose: { user: '0:0' },
    unit: /^User=root$/m,
    lost: { kubernetes: /the user root, whom restricted Pod Security refuses/ },
  },
  {
    name: 'a database beside the code',
    said: { recipe: { ...service({}).recipe, writesCode: true } },
    compose: { read_only: undefined, cap_drop: ['ALL'] },
    unit: /^ProtectSystem=full$/m,
    lost: { systemd: /it writes beside its code/ },
  },
  {
    name: 'a port below 1024',
    said: { port: { inside: 8000, outside: [80] } },
    compose: { ports: ['127.0.0.1:80:8000'] },
    unit: /^AmbientCapabilities=CAP_NET_BIND_SERVICE$/m,
  },
  {
    name: 'a log line that says ready',
    said: { checks: [{ port: 'backend', log: 'up' }] },
    lost: {
      compose: /its log says "up"/,
      kubernetes: /its log says "up"/,
      systemd: /its log says "up"/,
      pm2: /its log says "up"/,
      procfile: /when it is ready \(up\)/,
    },
  },
  {
    name: 'a port that its code has',
    said: { fixedPort: 8080, port: { inside: 8080, outside: [80] } },
    compose: { ports: ['127.0.0.1:80:8080'] },
    lost: {
      systemd: /its code listens on 8080, whatever it is told: nobody answers on 80/,
      procfile: /listens on 8080/,
      pm2: /listens on 8080/,
    },
  },
  {
    name: 'instances and a range',
    said: { instances: 2, port: { inside: 8000, outside: [16101, 16102] } },
    compose: { ports: ['127.0.0.1:16101-16102:8000'], deploy: { replicas: 2 } },
    lost: { procfile: /2 instances/, systemd: /spreads no load/ },
  },
];
for (const row of rows) {
  test(`carried over: ${row.name}`, () => {
    const one = deployment({ services: [service(row.said)] });
    if (row.compose)
      for (const [key, value] of Object.entries(row.compose))
        assert.deepEqual(compose(one).services.api[key], value, key);
    if (row.unit) assert.match(unit(one, 'shop-api.service') || unit(one, 'shop-api@.service'), row.unit);
    if (row.pod)
      for (const [key, value] of Object.entries(row.pod))
        assert.deepEqual(objects(one)[0].spec.template.spec[key], value, key);
    for (const [format, words] of Object.entries(row.lost ?? {}))
      assert.match(make(format, one).lost.join('\n'), words, format);
  });
}

test('systemd: instances share one socket, a target wants them all', () => {
  const one = deployment({ services: [service({ instances: 2, recipe: handed })] });
  assert.match(
    unit(one, 'shop-api.socket'),
    /^ListenStream=127\.0\.0\.1:8000\nService=shop-api@0\.service$/m,
  );
  assert.match(
    unit(one, 'shop-api@.service'),
    /^ExecStart=python3 \/srv\/shop\/deploy\/x\/uvicorn-drain\.py main:app --fd 3$[\s\S]*^Sockets=shop-api\.socket\nNonBlocking=yes$/m,
  );
  assert.match(
    unit(one, 'shop.target'),
    /^Wants=shop-api\.socket\nWants=shop-api@0\.service\nWants=shop-api@1\.service$/m,
  );
});

test('systemd: who resets the odd connection at a restart is said; uvicorn is started so that it does not', () => {
  const served = (...words: string[]) =>
    make(
      'systemd',
      deployment({ services: [service({ recipe: { ...service({}).recipe, handed: words } })] }),
    );
  const lost = (...words: string[]) => served(...words).lost.join('\n');
  assert.match(served('uvicorn', 'a:b').files.get('uvicorn-drain.py') ?? '', /uvicorn\.main\(\)/);
  assert.doesNotMatch(lost('uvicorn', 'a:b'), /resets/);
  assert.equal(served('gunicorn', 'a:b').files.has('uvicorn-drain.py'), false);
  assert.doesNotMatch(lost('gunicorn', 'a:b'), /resets/);
  assert.match(lost('gunicorn', 'a:b', '-k', 'uvicorn.workers.UvicornWorker'), /uvicorn worker closes/);
  assert.match(lost('hypercorn', 'a:b'), /hypercorn closes/);
});

test('systemd: sockets as the config has them; instances without one are named by their ports', () => {
  const sockets = [
    { name: 'main', host: '::1', port: 8080, fd: 5, backlog: 40, reusePort: true, nonBlock: false },
  ];
  const one = deployment({ services: [service({ sockets, recipe: handed })] });
  assert.match(
    unit(one, 'shop-api.socket'),
    /^ListenStream=\[::1\]:8080\nBacklog=40\nReusePort=yes\nFileDescriptorName=main$/m,
  );
  // systemd numbers from 3 on.
  assert.match(unit(one, 'shop-api.service'), /--fd 3$/m);
  assert.match(make('systemd', one).lost.join('\n'), /8080 is fd 3, not 5/);
  const plain = deployment({
    services: [
      service({ instances: 2, env: { PORT: '{port}' }, port: { inside: 8000, outside: [7000, 7001] } }),
    ],
  });
  assert.match(unit(plain, 'shop-api@.service'), /^Environment=PORT=%i$/m);
  assert.match(unit(plain, 'shop.target'), /^Wants=shop-api@7001\.service$/m);
});

test('systemd: words with blanks, quotes, percents and dollars are quoted', () => {
  const recipe = { ...service({}).recipe, argv: ['node', 'a b', '50%', '$HOME', 'say "hi"'] };
  const one = deployment({ services: [service({ recipe, env: { A: 'x y%' } })] });
  assert.match(unit(one, 'shop-api.service'), /^Environment="A=x y%%"$/m);
  assert.match(unit(one, 'shop-api.service'), /^ExecStart=node "a b" 50%% \$\$HOME "say \\"hi\\""$/m);
});

test('kubernetes: restricted pods, probes, an autoscaler in place of a number, a drain before the end', () => {
  const one = deployment({
    services: [
      service({
        instances: 2,
        checks: [{ port: 'backend', path: '/health' }],
        readyTimeout: 30,
        secrets: ['KEY'],
      }),
    ],
  });
  const [deploy, , scaler] = objects(one);
  const pod = deploy.spec.template.spec;
  const [container] = pod.containers;
  assert.equal(deploy.spec.replicas, undefined);
  assert.deepEqual([scaler.kind, scaler.spec.minReplicas], ['HorizontalPodAutoscaler', 2]);
  assert.deepEqual(
    [pod.enableServiceLinks, pod.automountServiceAccountToken, pod.securityContext.runAsNonRoot],
    [false, false, true],
  );
  assert.deepEqual(container.lifecycle.preStop, { sleep: { seconds: 5 } });
  assert.deepEqual(
    [container.startupProbe.failureThreshold, container.startupProbe.httpGet.path],
    [30, '/health'],
  );
  assert.deepEqual(container.livenessProbe.tcpSocket, { port: 'http' });
  assert.deepEqual(container.envFrom, [{ secretRef: { name: 'shop-env', optional: true } }]);
  assert.deepEqual(objects(one).at(-1).spec.tls[0].hosts, ['api.shop.example']);
});

test('a server that refuses foreign Hosts is asked by its public one', () => {
  const recipe = { ...service({}).recipe, runtime: 'python' as const, strictHost: true };
  const one = deployment({ services: [service({ recipe, checks: [{ port: 'backend', path: '/health' }] })] });
  assert.match(
    compose(one).services.api.healthcheck.test.at(-1),
    /c\.request\("GET", "\/health", headers=\{"Host": "api\.shop\.example"\}\)/,
  );
  const [container] = objects(one)[0].spec.template.spec.containers;
  for (const probe of ['startupProbe', 'readinessProbe'])
    assert.deepEqual(container[probe].httpGet.httpHeaders, [{ name: 'Host', value: 'api.shop.example' }]);
  const local = deployment({ ...one, backendUrl: 'http://localhost:8000' });
  assert.doesNotMatch(compose(local).services.api.healthcheck.test.at(-1), /headers/);
});

test('kubernetes: the origins of this machine get no Ingress, and that is said', () => {
  const output = make(
    'kubernetes',
    deployment({ frontendUrl: undefined, backendUrl: 'http://localhost:8000' }),
  );
  assert.match(output.lost.join('\n'), /no Ingress/);
  assert.equal(output.files.has('gateway.yaml'), false);
});

test('what is not known for sure is a TODO with two ways on, and no Dockerfile', () => {
  const one = deployment({
    services: [service({ unsure: true, recipe: { ...service({}).recipe, image: undefined } })],
  });
  const { files } = make('compose', one);
  assert.deepEqual([...files.keys()], ['compose.yaml']);
  assert.match(files.get('compose.yaml') ?? '', /# TODO api: [\s\S]*buildpacks[\s\S]*railpack/);
  assert.match(make('kubernetes', one).next.join('\n'), /TODO shop-api:1: .*buildpacks.*railpack/);
});

test('texts that YAML 1.1 takes for something else stay texts', () => {
  const env = { FLAG: 'on', TIME: '1:30', BIG: '1_000', DAY: '2026-11-30', NONE: '~' };
  const one = deployment({ services: [service({ env, restart: { when: 'never', max: 10 } })] });
  const read = (format: string, file: string): unknown =>
    parseAllDocuments(make(format, one).files.get(file) ?? '', { version: '1.1' })[0]?.toJS();
  // biome-ignore lint/suspicious/noExplicitAny: what a file holds
  const { services }: any = read('compose', 'compose.yaml');
  assert.deepEqual([services.api.restart, services.api.environment], ['no', env]);
  // biome-ignore lint/suspicious/noExplicitAny: what a file holds
  const { spec }: any = read('kubernetes', 'kubernetes.yaml');
  const told = spec.template.spec.containers[0].env.map(({ name, value }: Record<string, string>) => [
    name,
    value,
  ]);
  assert.deepEqual(Object.fromEntries(told), env);
});

test('PM2: instances whose command says their port are an app each', () => {
  const recipe = { ...service({}).recipe, argv: ['uvicorn', 'main:app', '--port', '{port}'] };
  const apps = (said: Partial<Service>) =>
    [
      ...(
        make('pm2', deployment({ services: [service({ recipe, instances: 2, ...said })] })).files.get(
          'ecosystem.config.cjs',
        ) ?? ''
      ).matchAll(/name: "([^"]+)"[\s\S]*?args: (\[.*\])/g),
    ].map(([, name, args]) => [name, JSON.parse(args ?? '').at(-1)]);
  assert.deepEqual(apps({ port: { inside: 8000, outside: [7000, 7001] } }), [
    ['shop-api-0', '7000'],
    ['shop-api-1', '7001'],
  ]);
  assert.equal(apps({ port: undefined }).length, 1);
});

test('a Dockerfile of the project is used from its own folder', () => {
  const recipe = { ...service({}).recipe, image: undefined, context: 'api', dockerfile: 'api/Dockerfile' };
  const built = compose(deployment({ services: [service({ recipe })] })).services.api;
  assert.deepEqual(built.build, { context: '../../api', dockerfile: 'Dockerfile' });
  assert.equal(built.read_only, undefined);
});

test('secrets stand in no file but by name', () => {
  const one = deployment({ services: [service({ secrets: ['STRIPE_KEY'] })] });
  for (const format of ['compose', 'kubernetes', 'procfile'])
    assert.match(make(format, one).files.get('.env.example') ?? '', /^STRIPE_KEY=$/m, format);
  assert.match(make('systemd', one).files.get('api.env.example') ?? '', /^STRIPE_KEY=$/m);
  assert.deepEqual(compose(one).services.api.env_file, [{ path: '.env', required: false }]);
});
