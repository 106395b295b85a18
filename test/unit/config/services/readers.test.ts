import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressesOf, expand, isLoopback, readUrl } from '../../../../src/config/services/addresses.ts';
import { readCode } from '../../../../src/config/services/code.ts';
import { publishedPort, readCompose } from '../../../../src/config/services/compose.ts';
import { readLock } from '../../../../src/config/services/dev-lock.ts';
import { readDrivers } from '../../../../src/config/services/drivers.ts';
import { readEnv } from '../../../../src/config/services/env.ts';
import { kindOfImage } from '../../../../src/config/services/kinds.ts';
import { readStarted } from '../../../../src/config/services/started.ts';

// [URL, what it is, host:port of each]
const urls: [string, string | undefined, string][] = [
  ['postgres://u:p@localhost/db', 'postgres', 'localhost:5432'],
  ['postgresql+asyncpg://u:p@ss@127.0.0.1:5433/db', 'postgres', '127.0.0.1:5433'],
  ['jdbc:mysql://localhost:3307/x?useSSL=false', 'mysql', 'localhost:3307'],
  ['mongodb://a:27018,b/x?replicaSet=rs', 'mongodb', 'a:27018 b:27017'],
  ['mongodb+srv://u:p@cluster.example.net/x', 'mongodb', 'cluster.example.net:27017'],
  ['redis://:secret@[::1]:6380/0', 'redis', '::1:6380'],
  ['pyamqp://guest@localhost//', 'rabbitmq', 'localhost:5672'],
  ['postgresql:///db', 'postgres', ''],
  ['sqlite+aiosqlite:///./x.db', 'file', ''],
  ['file:./dev.db', 'file', ''],
  ['http://localhost:8000', undefined, ''],
  ['postgres', undefined, ''],
];
for (const [url, kind, addresses] of urls) {
  test(`reads ${url}`, () => {
    const says = readUrl(url);
    const found = says && 'file' in says ? 'file' : says?.kind.id;
    const at = says && 'addresses' in says ? says.addresses.map(({ host, port }) => `${host}:${port}`) : [];
    assert.deepEqual([found, at.join(' ')], [kind, addresses]);
  });
}

test('lists of addresses', () => {
  assert.deepEqual(addressesOf('localhost:9092, http://127.0.0.1:9093/x,[::1],bad host', 1), [
    { host: 'localhost', port: 9092 },
    { host: '127.0.0.1', port: 9093 },
    { host: '::1', port: 1 },
  ]);
  assert.deepEqual(
    ['localhost', '127.1.2.3', '::1', '0.0.0.0', '10.0.0.1', 'db', '127.0.0.1.example'].map(isLoopback),
    [true, true, true, true, false, false, false],
  );
});

test('names are filled in as compose does', () => {
  const values = { A: 'a', EMPTY: '', B: '${A}b' };
  const cases: [string, string][] = [
    ['$A-${A}', 'a-a'],
    ['${NO:-5432}:5432', '5432:5432'],
    ['${EMPTY:-x}${EMPTY-y}', 'x'],
    ['${NO-${A}}', 'a'],
    ['${A:+yes}${NO:+no}', 'yes'],
    ['$$A', '$A'],
    ['${NO:?must be set}', ''],
  ];
  for (const [text, expected] of cases) assert.equal(expand(text, values), expected, text);
});

const images: [string, string | undefined][] = [
  ['postgres', 'postgres'],
  ['docker.io/bitnami/postgresql:16', 'postgres'],
  ['pgvector/pgvector:pg17', 'postgres'],
  ['timescale/timescaledb-ha:pg16', 'postgres'],
  ['mcr.microsoft.com/mssql/server:2022-latest', 'mssql'],
  ['docker.elastic.co/elasticsearch/elasticsearch:8.1.0', 'elasticsearch'],
  ['redis@sha256:abc', 'redis'],
  ['localhost:5000/mongo:7', 'mongodb'],
  ['postgrest/postgrest', undefined],
  ['mongo-express', undefined],
  ['nginx', undefined],
];
for (const [image, kind] of images)
  test(`image ${image}: ${kind}`, () => assert.equal(kindOfImage(image)?.id, kind));

test('ports of compose: short, long, ranges, other machines’, profiles, extends', () => {
  const ports = (list: unknown[], more = {}) =>
    readCompose([{ services: { db: { image: 'postgres', ports: list, ...more } } }], { P: '5440' })[0];
  assert.deepEqual(
    ports(['5432:5432', '127.0.0.1:5433:5432/tcp', '${P}:5432', 5432, '10.0.0.5:1:2'])?.ports.map(
      ({ host }) => host,
    ),
    [5432, 5433, 5440],
  );
  assert.deepEqual(ports(['6000-6001:5431-5432'])?.ports, [
    { container: 5431, host: 6000 },
    { container: 5432, host: 6001 },
  ]);
  assert.equal(publishedPort(ports([{ target: 5432, published: 5555 }]) as never), 5555);
  assert.equal(publishedPort(ports(['8080:80']) as never), undefined);
  assert.equal(ports([], { profiles: ['x'] })?.optional, true);
  const [, child] = readCompose(
    [{ services: { base: { image: 'redis', ports: ['1:6379'] }, cache: { extends: { service: 'base' } } } }],
    {},
  );
  assert.deepEqual([child?.kind?.id, child?.ports.length], ['redis', 1]);
  assert.deepEqual(readCompose([undefined, 'text', { services: [] }, { services: { x: null } }], {}), []);
});

// [variables, kinds with a driver, what is needed]
const envs: [Record<string, string>, string[], string][] = [
  [{ DB_HOST: 'localhost' }, ['postgres'], 'postgres@localhost:5432'],
  [{ DB_HOST: 'localhost' }, ['postgres', 'mysql'], ''],
  [{ DB_HOST: 'localhost', DB_PORT: '3306' }, ['postgres', 'mysql'], 'mysql@localhost:3306'],
  [{ DATABASE_HOST: '127.0.0.1', DATABASE_PORT: '5444', DB_TYPE: 'postgres' }, [], 'postgres@127.0.0.1:5444'],
  [{ PGHOST: 'localhost', PGPORT: '5433' }, [], 'postgres@localhost:5433'],
  [{ PGHOST: '/var/run/postgresql' }, [], ''],
  [{ KAFKA_BOOTSTRAP_SERVERS: 'localhost:29092' }, [], 'kafka@localhost:29092'],
  [{ APP_REDIS_HOST: 'localhost', APP_REDIS_PORT: '6390' }, [], 'redis@localhost:6390'],
  [{ CELERY_BROKER_URL: 'redis://localhost:6379/1' }, [], 'redis@localhost:6379'],
  [{ MEILI_HOST: 'http://localhost:7700' }, [], 'meilisearch@localhost:7700'],
  [{ SMTP_HOST: 'localhost', SMTP_PORT: '1025' }, [], 'mailpit@localhost:1025'],
  [{ SMTP_HOST: 'localhost' }, [], ''],
  [
    { S3_BUCKET_URL: 'http://localhost:9000/b', S3_ENDPOINT: 'http://localhost:9000' },
    [],
    'minio@localhost:9000',
  ],
  [{ API_URL: 'http://localhost:8000', SERVER_HOST: 'localhost', HOST: 'localhost' }, [], ''],
  [{ REDIS_URL: '' }, [], ''],
  [{ POSTGRES_HOST: 'db' }, [], ''],
];
for (const [values, spoken, expected] of envs) {
  test(`variables ${JSON.stringify(values)} with ${spoken}: ${expected}`, () => {
    const { needs } = readEnv(values, new Set(spoken));
    assert.equal(needs.map(({ kind, host, port }) => `${kind.id}@${host}:${port}`).join(' '), expected);
  });
}

test('drivers by manifest, and none by a package’s own name', () => {
  const all = readDrivers([
    [
      'go.mod',
      'module x\nrequire (\n\tgithub.com/jackc/pgx/v5 v5.1.0\n\tgithub.com/redis/go-redis/v9 v9\n)\n',
    ],
    ['requirements.txt', '# pymongo\ncelery[redis]==5\nelasticsearch>=8\n'],
    ['Cargo.toml', 'sqlx = { version = "0.8", features = ["mysql"] }\n'],
    ['Gemfile', "gem 'bunny'\n"],
    ['pom.xml', '<artifactId>spring-kafka</artifactId>'],
    ['package.json', '{"name": "mongodb", "keywords": ["nats"], "dependencies": {"typesense": "1"}}'],
  ]);
  assert.deepEqual([...all.kinds].sort(), [
    'elasticsearch',
    'kafka',
    'mysql',
    'postgres',
    'rabbitmq',
    'redis',
    'typesense',
  ]);
  assert.equal(readDrivers([['package.json', '{ no json']]).kinds.size, 0);
});

test('options in code: a database of this machine, not what a variable names', () => {
  const needs = (text: string) =>
    readCode(text, 'x').needs.map(({ kind, host, port }) => `${kind.id} ${host}:${port}`);
  assert.deepEqual(needs('{ "type": "postgres", "host": "localhost", "port": 5433 }'), [
    'postgres localhost:5433',
  ]);
  assert.deepEqual(needs('{ "host": "127.0.0.1",\n "dialect": "mysql" }'), ['mysql 127.0.0.1:3306']);
  assert.deepEqual(needs("client: 'pg', connection: { host: 'db', port: 5432 }"), []);
  assert.deepEqual(needs("{ type: 'postgres', host: process.env.DB_HOST, port: 5432 }"), []);
});

test('defaults in code, but not in comments', () => {
  const says = readCode(
    "# postgres://localhost:1/x\nurl = 'postgresql+psycopg://a:b@localhost:5435/x'\nr = 'redis://cache:6379'\n",
    'config.py',
  );
  assert.deepEqual(
    says.needs.map(({ kind, port }) => [kind.id, port]),
    [['postgres', 5435]],
  );
  assert.equal(readCode('DATABASE_URL = "sqlite:///./app.db"', 'x').file, true);
});

// [lines, all, compose services, kinds]
const starts: [string, boolean, string[], string[]][] = [
  ['docker compose up -d', true, [], []],
  ['docker compose -f dev.yml --profile x up --wait -t 5 db cache', false, ['db', 'cache'], []],
  ['docker-compose up db && node x', false, ['db'], []],
  ['docker compose down', false, [], []],
  ['docker run --rm -d -p 5432:5432 postgres:17', false, [], ['postgres']],
  ['docker start redis', false, [], ['redis']],
  ['supabase start', false, [], ['supabase', 'postgres']],
  ['brew services start postgresql@16', false, [], ['postgres']],
  ['redis-server --port 6379', false, [], ['redis']],
  ['make db-up', true, [], []],
  ['make dev', false, [], []],
  ['./start-database.sh', true, [], []],
  ['node server.js', false, [], []],
];
for (const [line, all, services, kinds] of starts) {
  test(`started by ${line}`, () => {
    const started = readStarted([line]);
    assert.deepEqual([started.all, [...started.services], [...started.kinds]], [all, services, kinds]);
  });
}

test('what a lock says of its holder', () => {
  const next =
    '{"pid":17374,"port":45031,"hostname":"localhost","appUrl":"http://localhost:45031","startedAt":1}';
  assert.deepEqual(readLock(next), { pid: 17374, port: 45031, url: 'http://localhost:45031' });
  assert.deepEqual(readLock('{"pid": 7, "command": "dev"}'), { pid: 7 });
  const vite = {
    command: 'dev',
    root: '/shop',
    configFile: null,
    mode: 'development',
    pid: 7,
    startTime: '9',
  };
  const urls = { local: ['http://localhost:5173/'], network: [] };
  assert.deepEqual(readLock(JSON.stringify({ ...vite, urls })), {
    pid: 7,
    port: 5173,
    url: 'http://localhost:5173/',
    root: '/shop',
    command: 'dev',
  });
  assert.deepEqual(readLock(JSON.stringify({ ...vite, urls: null })), {
    pid: 7,
    root: '/shop',
    command: 'dev',
  });
  for (const bad of ['', '[]', '{"pid": "7"}', '{"pid": -1}', '{"pid": 7, "command": "build"}']) {
    assert.equal(readLock(bad), undefined, bad);
  }
});
