// What the config says of instances, ranges, sockets, users and workers, in the files of every engine.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { exportOf, filesIn } from '../../rig/exported.ts';
import { projectOf } from '../../rig/files.ts';

const MANY = {
  'devstart.config.json': {
    name: 'many',
    apps: [
      {
        name: 'api',
        role: 'backend',
        command: ['python3', 'server.py'],
        cwd: 'api',
        environ: { LISTEN_FDS: 1, MODE: 'fast' },
        'tcp-ports': { 81: { fd: 3, host: '0.0.0.0', 'listen-backlog': 64 }, 8443: { fd: 4 } },
        user: 'www-data',
        group: 'www-data',
        instances: 3,
      },
      {
        name: 'web',
        role: 'frontend',
        command: 'node server.js',
        cwd: 'web',
        port: '3000-3001',
        instances: 2,
        dependsOn: ['api'],
      },
      {
        name: 'jobs',
        command: ['node', 'jobs.js'],
        cwd: 'web',
        port: false,
        instances: 2,
        restart: 'always',
        user: 'deploy',
      },
      // It is handed its stdin; and a Node program that only devstart's preload brings to its socket.
      {
        name: 'stdin',
        command: 'python3 in.py',
        cwd: 'api',
        tcpPorts: { 9000: { fd: 0 } },
        user: '2000',
      },
      { name: 'mine', command: 'node mine.js', cwd: 'web', tcpPorts: { 9100: { fd: 3 } }, instances: 2 },
    ],
  },
  'api/server.py': 'import socket\ns = socket.socket(fileno=3)\n',
  'api/in.py': '',
  'web/package.json': { name: 'web' },
  'web/server.js': '',
  'web/jobs.js': '',
  'web/mine.js': '',
};

/** What each engine says that it cannot, by the app: a part of each sentence. */
const LOST: Record<string, string[]> = {
  compose: [
    'api: handed sockets (81 as fd 3, 8443 as fd 4)',
    'api: 3 instances on one port, which Docker Compose publishes as one each: 81-83',
    'jobs: the user deploy',
    'stdin: handed sockets (9000 as fd 0)',
  ],
  systemd: [
    'api: its sockets have one backlog in systemd: 128',
    'web: systemd spreads no load over its ports 3000, 3001',
    'mine: systemd spreads no load over its ports 9100, 9101',
  ],
  kubernetes: [
    'api: handed sockets (81 as fd 3, 8443 as fd 4)',
    'jobs: the user deploy',
    'stdin: handed sockets',
  ],
  procfile: [
    'api: handed sockets',
    'api: 3 instances',
    'api: the user www-data',
    'jobs: 2 instances',
    'jobs: the user deploy',
    'jobs: restart "always"',
    'stdin: the user 2000',
  ],
  pm2: ['api: handed sockets', 'web: its ports 3000, 3001: a cluster of PM2 is on 3000 alone'],
};

for (const [engine, lost] of Object.entries(LOST)) {
  test(`${engine}: what it cannot say of sockets, users, instances and workers is a warning each`, async (t) => {
    const rig = await projectOf(t, MANY);
    const { code, stdout, stderr } = await exportOf(rig, [
      engine,
      '--cors-origin',
      'https://shop.example',
      '--json',
    ]);
    assert.equal(code, 0, stderr);
    const { warnings } = JSON.parse(stdout) as { warnings: { code: string; message: string }[] };
    const messages = warnings.filter((one) => one.code === 'NOT_EXPRESSED').map(({ message }) => message);
    for (const start of [...lost, "mine: its own listen takes a handed socket by devstart's preload alone"])
      assert.ok(
        messages.some((one) => one.startsWith(start)),
        `${start}\n${messages.join('\n')}`,
      );
    const files = await filesIn(path.join(rig.dir, 'deploy', engine));
    // What systemd itself says is said by nobody else.
    for (const [name, text] of files) assert.doesNotMatch(text, /LISTEN_|undefined/, name);
    CHECKS[engine]?.(files);
  });
}

type Files = Map<string, string>;
// biome-ignore lint/suspicious/noExplicitAny: what a file holds
type Any = any;

const CHECKS: Record<string, (files: Files) => void> = {
  compose(files) {
    const { services }: Any = parse(files.get('compose.yaml') ?? '');
    assert.deepEqual(
      Object.entries<Any>(services).map(([name, { ports, user, deploy }]) => [
        name,
        ports?.[0],
        user,
        deploy?.replicas,
      ]),
      [
        ['api', '127.0.0.1:81-83:8000', '33:33', 3],
        ['web', '127.0.0.1:3000-3001:8000', undefined, 2],
        ['jobs', undefined, undefined, 2],
        ['stdin', '127.0.0.1:9000:8000', '2000:2000', undefined],
        ['mine', '127.0.0.1:9100-9101:8000', undefined, 2],
      ],
    );
    assert.deepEqual([services.jobs.restart, services.jobs.healthcheck], ['unless-stopped', undefined]);
  },
  systemd(files) {
    assert.match(
      files.get('many-api.socket') ?? '',
      /^ListenStream=0\.0\.0\.0:81\nListenStream=127\.0\.0\.1:8443\nBacklog=128\nService=many-api@0\.service$/m,
    );
    const api = files.get('many-api@.service') ?? '';
    assert.match(api, /^ExecStart=python3 server\.py\nSockets=many-api\.socket\n/m);
    assert.match(api, /^User=www-data\nGroup=www-data\n/m);
    // Its own program may block in accept, and needs no capability for a port that it does not open.
    assert.doesNotMatch(api, /NonBlocking|CAP_NET|DynamicUser/);
    assert.match(
      files.get('many-stdin.service') ?? '',
      /^Sockets=many-stdin\.socket\nStandardInput=socket\nStandardOutput=journal\n[\s\S]*^User=2000\n/m,
    );
    assert.match(files.get('many-web@.service') ?? '', /^Environment=PORT=%i$/m);
    assert.doesNotMatch(files.get('many-jobs@.service') ?? '', /PORT=|Sockets=/);
    assert.deepEqual(
      [...(files.get('many.target') ?? '').matchAll(/^Wants=many-(.*)$/gm)].map(([, unit]) => unit),
      [
        'api.socket',
        ...['api@0', 'api@1', 'api@2', 'web@3000', 'web@3001', 'jobs@0', 'jobs@1'].map(
          (one) => `${one}.service`,
        ),
        'stdin.socket',
        ...['stdin', 'mine@9100', 'mine@9101'].map((one) => `${one}.service`),
      ],
    );
  },
  kubernetes(files) {
    const objects: Any[] = parseAllDocuments(files.get('kubernetes.yaml') ?? '').map((doc) => doc.toJS());
    const users = objects
      .filter(({ kind }) => kind === 'Deployment')
      .map(({ metadata, spec }) => {
        const { runAsUser, runAsGroup } = spec.template.spec.securityContext;
        return [metadata.name, runAsUser, runAsGroup];
      });
    assert.deepEqual(users, [
      ['api', 33, 33],
      ['web', 1000, 1000],
      ['jobs', 1000, 1000],
      ['stdin', 2000, 2000],
      ['mine', 1000, 1000],
    ]);
    const names = (wanted: string) =>
      objects.filter(({ kind }) => kind === wanted).map(({ metadata }) => metadata.name);
    assert.deepEqual(names('Service'), ['api', 'web', 'stdin', 'mine']);
    assert.deepEqual(names('HorizontalPodAutoscaler'), ['api', 'web', 'jobs', 'mine']);
  },
  procfile(files) {
    assert.match(files.get('Procfile') ?? '', /^jobs: cd web && exec env .* node jobs\.js$/m);
  },
  pm2(files) {
    const text = files.get('ecosystem.config.cjs') ?? '';
    const made: Any = { exports: {} };
    new Function('require', '__dirname', 'module', text)(() => path.posix, '/srv/many/deploy/pm2', made);
    const apps: Any[] = made.exports.apps;
    assert.deepEqual(
      apps.map(({ name, instances, exec_mode, uid }) => [name, instances, exec_mode, uid]),
      [
        ['many-api', 3, undefined, 'www-data'],
        ['many-web', 2, 'cluster', undefined],
        ['many-jobs', 2, 'fork', 'deploy'],
        ['many-stdin', undefined, undefined, '2000'],
        ['many-mine', 2, 'cluster', undefined],
      ],
    );
  },
};
