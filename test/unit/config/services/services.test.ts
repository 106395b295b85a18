import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draftApp } from '../../../../src/config/detect/candidate.ts';
import { detectProject } from '../../../../src/config/detect/index.ts';
import { describe, neededServices } from '../../../../src/config/services/services.ts';
import { type Files, projectOf } from '../detect/files.ts';

const express = (deps: string[], more: object = {}) => ({
  scripts: { dev: 'node index.js' },
  dependencies: Object.fromEntries(['express', ...deps].map((name) => [name, '*'])),
  ...more,
});
const compose = (services: string) => `services:\n${services}`;
const DB = compose('  db:\n    image: postgres:17-alpine\n    ports: ["5432:5432"]\n');
const PG = { 'package.json': express(['pg']), 'index.js': 'app.listen(3000)' };
const FASTAPI = 'from fastapi import FastAPI\napp = FastAPI()\n';
const START = 'postgres at localhost:5432: nothing listens there; docker compose up -d db would start it';

const cases: [string, Files, string[], Record<string, string>?][] = [
  ['a driver and a compose file', { ...PG, 'docker-compose.yml': DB }, [`${START} (docker-compose.yml)`]],
  [
    'an env file',
    { ...PG, '.env': 'DATABASE_URL="postgresql://u:p%40ss@localhost:5433/shop?schema=public"\n' },
    ['postgres at localhost:5433: nothing listens there (DATABASE_URL in .env)'],
  ],
  [
    'an env file whose port a compose file publishes',
    { ...PG, '.env': 'DATABASE_URL=postgres://u:p@127.0.0.1:5432/shop\n', 'docker-compose.yml': DB },
    [
      'postgres at 127.0.0.1:5432: nothing listens there; docker compose up -d db would start it (DATABASE_URL in .env)',
    ],
  ],
  [
    'FastAPI’s template: parts of an address in the root’s env file, compose with its variables',
    {
      'backend/main.py': FASTAPI,
      'backend/pyproject.toml': '[project]\ndependencies = [\n  "psycopg[binary]<4.0.0,>=3.1.13",\n]\n',
      'frontend/package.json': { scripts: { dev: 'vite' }, dependencies: { vite: '*' } },
      '.env': 'POSTGRES_SERVER=localhost\nPOSTGRES_PORT=5432\nSMTP_HOST=\n',
      'docker-compose.yml': compose('  db:\n    image: postgres:17\n  backend:\n    build: ./backend\n'),
      'docker-compose.override.yml': compose('  db:\n    ports:\n      - "${POSTGRES_PORT:-5432}:5432"\n'),
    },
    [`${START} (POSTGRES_SERVER in .env)`],
  ],
  [
    'a compose file whose port a file that is not there says',
    {
      ...PG,
      'compose.yaml': compose('  db:\n    image: postgres:17\n    ports:\n      - ${DB_PORT}:5432\n'),
    },
    [`${START} (compose.yaml)`],
  ],
  [
    'a compose file that publishes nothing',
    { ...PG, 'compose.yaml': compose('  db:\n    image: postgres:17\n') },
    [
      'postgres: nothing listens at localhost:5432, and "db" of compose.yaml has no port of this machine, so that only its containers reach it',
    ],
  ],
  [
    'a service that compose moves within its container is nobody’s known one',
    {
      'package.json': express(['redis']),
      'index.js': 'app.listen(3000)',
      'docker-compose.yml': compose('  cache:\n    image: redis:7\n    ports: ["7963:7963"]\n'),
    },
    [],
  ],
  [
    'a host that is a compose service’s name, without a driver among the packages',
    {
      'package.json': express([]),
      'index.js': 'app.listen(3000)',
      '.env': 'MYSQL_HOST=store\n',
      'docker-compose.yml': compose('  store:\n    image: mysql:8\n    ports: ["3306:3306"]\n'),
    },
    [
      'mysql at localhost:3306: nothing listens there; docker compose up -d store would start it (docker-compose.yml)',
    ],
  ],
  [
    'a port that compose takes from what people copy to .env',
    {
      ...PG,
      '.env.example': 'DB_PORT=5434\n',
      'docker-compose.yml': compose('  db:\n    image: postgres:17\n    ports: ["${DB_PORT}:5432"]\n'),
    },
    [
      'postgres at localhost:5434: nothing listens there; docker compose up -d db would start it (docker-compose.yml)',
    ],
  ],
  [
    'Spring’s address with defaults behind colons',
    {
      'pom.xml':
        '<project><artifactId>spring-boot-starter-web</artifactId><artifactId>postgresql</artifactId></project>',
      'src/main/resources/application.yml':
        'spring:\n  datasource:\n    url: jdbc:postgresql://${DB_HOST:localhost}:${DB_PORT:5435}/${DB_NAME}\n',
    },
    ['postgres at localhost:5435: nothing listens there (src/main/resources/application.yml)'],
  ],
  [
    'a compose file that publishes nothing, and one for developing that does',
    {
      ...PG,
      'docker-compose.yaml': compose('  db:\n    image: postgres:17\n'),
      'docker-compose.dev.yaml': DB,
    },
    [
      'postgres at localhost:5432: nothing listens there; docker compose -f docker-compose.dev.yaml up -d db would start it (docker-compose.dev.yaml)',
    ],
  ],
  [
    'a compose file, and nobody speaks to it',
    { 'package.json': express([]), 'index.js': '', 'compose.yaml': DB },
    [],
  ],
  [
    'a service of a profile',
    {
      'package.json': express(['ioredis']),
      'compose.yml': compose(
        '  cache:\n    image: redis:8\n    ports: ["6379:6379"]\n    profiles: [full]\n',
      ),
    },
    [],
  ],
  [
    'a service of a profile that an env file asks for',
    {
      'package.json': express(['ioredis']),
      '.env': 'REDIS_URL=redis://localhost\n',
      'compose.yml': compose(
        '  cache:\n    image: redis:8\n    ports: ["6379:6379"]\n    profiles: [full]\n',
      ),
    },
    [
      'redis at localhost:6379: nothing listens there; docker compose up -d cache would start it (REDIS_URL in .env)',
    ],
  ],
  [
    'a service for tests',
    { ...PG, 'compose.yml': compose('  db-test:\n    image: postgres\n    ports: ["5432:5432"]\n') },
    [],
  ],
  [
    'variables for tests',
    {
      ...PG,
      '.env': 'TEST_DATABASE_URL=postgres://localhost/x\nSHADOW_DATABASE_URL=postgres://localhost/y\n',
    },
    [],
  ],
  [
    'a database in a file',
    { 'package.json': express(['pg', 'better-sqlite3']), 'docker-compose.yml': DB },
    [],
  ],
  [
    'a database in a file by its URL',
    { ...PG, '.env': 'DATABASE_URL=file:./dev.db\n', 'docker-compose.yml': DB },
    [],
  ],
  [
    'Django’s sqlite default beside a compose file for elsewhere',
    {
      'manage.py': 'import django\n',
      'requirements.txt': 'Django\npsycopg2-binary\n',
      'shop/settings.py': "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3'}}\n",
      'docker-compose.yml': DB,
    },
    [],
  ],
  [
    'a sqlite default in the settings of the package that is served',
    {
      'pyproject.toml': '[project]\ndependencies = [\n  "fastapi",\n  "psycopg2",\n]\n',
      'shop/main.py': FASTAPI,
      'shop/__init__.py': '',
      'shop/core/settings/settings.py': 'class Settings:\n    DB_ENGINE: str = "sqlite"\n',
      'docker-compose.yml': DB,
    },
    [],
  ],
  [
    'a package of settings, whatever its parts are called',
    {
      'manage.py': 'import django\n',
      'requirements.txt': 'Django\nredis\n',
      'shop/__init__.py': '',
      'shop/settings/__init__.py': 'from shop.settings.custom import redis_url\n',
      'shop/settings/custom.py': 'return "redis://localhost:6379"\n',
    },
    ['redis at localhost:6379: nothing listens there (shop/settings/custom.py)'],
  ],
  [
    'a part of the settings that they do not take',
    {
      'manage.py': 'import django\n',
      'requirements.txt': 'Django\nredis\n',
      'settings/__init__.py': '',
      'settings/main.py': '',
      'settings/local_dev.py': 'LOCATION = "redis://localhost:6379/1"\n',
    },
    [],
  ],
  [
    'a database elsewhere',
    { ...PG, '.env': 'DATABASE_URL=postgres://u:p@ep-1.neon.tech/db\n', 'docker-compose.yml': DB },
    [],
  ],
  [
    'compose’s own env file above, the local one below',
    {
      'backend/package.json': express(['mysql2']),
      'backend/index.js': '',
      'backend/.env': 'DB_HOST=localhost\nDB_DIALECT=mysql\n',
      '.env': 'DB_HOST=db\n',
      'docker-compose.yml': compose('  db:\n    image: mariadb:11\n    ports: ["3307:3306"]\n'),
    },
    ['mysql at localhost:3306: nothing listens there (DB_HOST in backend/.env)'],
  ],
  [
    'what the owner’s command starts',
    {
      'package.json': express(['pg'], {
        scripts: { predev: 'docker compose up -d --wait db', dev: 'node index.js' },
      }),
      'docker-compose.yml': DB,
    },
    [],
  ],
  [
    'what it starts by its dependencies',
    {
      'package.json': express(['pg'], {
        scripts: { dev: 'npm run services && node index.js', services: 'docker compose up -d admin' },
      }),
      'docker-compose.yml': `${DB}  admin:\n    image: adminer\n    depends_on:\n      db:\n        condition: service_healthy\n`,
    },
    [],
  ],
  [
    'what it starts is another service',
    {
      'package.json': express(['pg'], { scripts: { dev: 'docker-compose up -d mail && node index.js' } }),
      'docker-compose.yml': DB,
    },
    [`${START} (docker-compose.yml)`],
  ],
  [
    'what a script of its own starts',
    {
      'package.json': express(['pg'], { scripts: { dev: './scripts/start-database.sh && node index.js' } }),
      'docker-compose.yml': DB,
    },
    [],
  ],
  [
    'what a part of the whole starts',
    {
      'package.json': express(['ioredis'], {
        scripts: { dev: 'concurrently "redis-server" "npm:api"', api: 'node index.js' },
      }),
      '.env': 'REDIS_URL=redis://localhost:6379\n',
    },
    [],
  ],
  [
    'mongo by its URL in the code',
    {
      'package.json': express(['mongoose']),
      'index.js': "mongoose.connect(process.env.MONGO || 'mongodb://127.0.0.1:27017/shop')\n",
    },
    ['mongodb at 127.0.0.1:27017: nothing listens there (index.js)'],
  ],
  [
    'prisma says which database',
    {
      'package.json': express(['@prisma/client']),
      'prisma/schema.prisma': 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}\n',
      'docker-compose.yml': DB,
    },
    [`${START} (docker-compose.yml)`],
  ],
  [
    'several, in a compose file of its own name',
    {
      'package.json': express(['meilisearch', 'amqplib', 'kafkajs', 'nodemailer', 'minio']),
      'docker-compose.dev.yml': compose(
        '  search:\n    image: getmeili/meilisearch:v1\n    ports: ["7700:7700"]\n  mq:\n    image: rabbitmq:4-management\n    ports: ["5672:5672", "15672:15672"]\n  log:\n    image: apache/kafka:4.0\n    ports: ["29092:29092"]\n  mail:\n    image: axllent/mailpit\n    ports: ["1025:1025", "8025:8025"]\n  s3:\n    image: minio/minio\n    ports:\n      - target: 9000\n        published: "9100"\n',
      ),
    },
    [
      ['meilisearch', 7700, 'search'],
      ['rabbitmq', 5672, 'mq'],
      ['kafka', 29092, 'log'],
      ['minio', 9100, 's3'],
      ['mailpit', 1025, 'mail'],
    ].map(
      ([kind, port, name]) =>
        `${kind} at localhost:${port}: nothing listens there; docker compose -f docker-compose.dev.yml up -d ${name} would start it (docker-compose.dev.yml)`,
    ),
  ],
  [
    'Laravel’s env file names more than it uses',
    {
      artisan: '',
      'composer.json': { require: { 'laravel/framework': '^12' } },
      '.env':
        'DB_CONNECTION=mysql\nDB_HOST=127.0.0.1\nDB_PORT=3306\nCACHE_STORE=database\nREDIS_HOST=127.0.0.1\nMAIL_MAILER=log\nMAIL_HOST=127.0.0.1\nMAIL_PORT=2525\nMEMCACHED_HOST=127.0.0.1\n',
    },
    ['mysql at 127.0.0.1:3306: nothing listens there (DB_HOST in .env)'],
  ],
  [
    'Laravel on sqlite',
    { artisan: '', 'composer.json': {}, '.env': 'DB_CONNECTION=sqlite\nDB_HOST=127.0.0.1\n' },
    [],
  ],
  [
    'Laravel before its setup: what its setup copies, and Sail’s search that it does not use',
    {
      artisan: '',
      'composer.json': { require: { 'meilisearch/meilisearch-php': '*' } },
      '.env.example': 'DB_CONNECTION=mysql\nDB_HOST=127.0.0.1\nDB_PORT=3306\nSCOUT_DRIVER=database\n',
      'docker-compose.yml': compose(
        '  meilisearch:\n    image: getmeili/meilisearch\n    ports: ["7700:7700"]\n',
      ),
    },
    ['mysql at 127.0.0.1:3306: nothing listens there (DB_HOST in .env.example)'],
  ],
  [
    'Rails over a socket file',
    {
      Gemfile: "gem 'rails'\ngem 'pg'\n",
      'config/database.yml': 'default: &default\n  adapter: postgresql\n',
      'docker-compose.yml': DB,
    },
    [
      'postgres on this machine: there is no socket of it, and nothing listens at localhost:5432 (config/database.yml)',
    ],
  ],
  [
    'Phoenix as its generator makes it',
    {
      'mix.exs':
        'defmodule Shop.MixProject do\n  defp deps do\n    [{:phoenix, "~> 1.7"}, {:postgrex, ">= 0.0.0"}]\n  end\nend\n',
      'config/dev.exs':
        'import Config\n\nconfig :shop, Shop.Repo,\n  adapter: Ecto.Adapters.Postgres,\n  username: "postgres",\n  hostname: "localhost",\n  pool_size: 10\n\nconfig :shop, ShopWeb.Endpoint,\n  http: [ip: {127, 0, 0, 1}, port: 4000]\n',
    },
    ['postgres at localhost:5432: nothing listens there (config/dev.exs)'],
  ],
  [
    'Phoenix with a database elsewhere',
    {
      'mix.exs':
        'defmodule Shop.MixProject do\n  defp deps do\n    [{:phoenix, "~> 1.7"}, {:postgrex, ">= 0.0.0"}]\n  end\nend\n',
      'config/dev.exs': 'import Config\n\nconfig :shop, Shop.Repo,\n  hostname: "db.example.com"\n',
    },
    [],
  ],
  [
    'Rails with SQLite',
    {
      Gemfile: "gem 'rails'\ngem 'pg', group: :production\n",
      'config/database.yml':
        'default: &default\n  adapter: sqlite3\nproduction:\n  url: <%= ENV["DATABASE_URL"] %>\n',
    },
    [],
  ],
  [
    'Spring with H2 for its tests',
    {
      'pom.xml':
        '<project><artifactId>spring-boot-starter-web</artifactId><artifactId>h2</artifactId><artifactId>mysql-connector-j</artifactId></project>\n',
      'src/main/resources/application.properties':
        'spring.datasource.url=jdbc:mysql://localhost:3306/users?useSSL=false\n',
    },
    ['mysql at localhost:3306: nothing listens there (src/main/resources/application.properties)'],
  ],
  [
    'Spring with H2 for its development',
    {
      'pom.xml':
        '<project><artifactId>spring-boot-starter-web</artifactId><artifactId>h2</artifactId><artifactId>mysql-connector-j</artifactId></project>\n',
      'src/main/resources/application.properties':
        'spring.datasource.url=jdbc:mysql://localhost:3306/users\n',
      'src/main/resources/application-dev.properties': 'spring.datasource.url=jdbc:h2:mem:users\n',
    },
    [],
  ],
  [
    'Spring’s settings for one of several databases',
    {
      'pom.xml': '<artifactId>spring-boot-maven-plugin</artifactId>',
      'src/main/java/a/Main.java': '@SpringBootApplication\nclass Main {}\n',
      'src/main/resources/application-mariadb.yml': 'url: jdbc:mariadb://localhost:3306/x\n',
      'src/main/resources/application-pg.yml': 'url: jdbc:postgresql://localhost:5432/x\n',
    },
    [],
  ],
  [
    'Spring’s settings for a profile of any name',
    {
      'pom.xml':
        '<artifactId>spring-boot-maven-plugin</artifactId><artifactId>mysql-connector-j</artifactId>',
      'src/main/java/a/Main.java': '@SpringBootApplication\nclass Main {}\n',
      'src/main/resources/application-druid.yml': 'url: jdbc:mysql://localhost:3306/ry?useSSL=true\n',
    },
    ['mysql at localhost:3306: nothing listens there (src/main/resources/application-druid.yml)'],
  ],
  [
    'Supabase’s own stack',
    {
      'package.json': express(['@supabase/supabase-js']),
      '.env.local': 'NEXT_PUBLIC_SUPABASE_URL=http://127.0.0.1:54321\n',
      'supabase/config.toml': '',
    },
    [
      'supabase at 127.0.0.1:54321: nothing listens there; supabase start would start it (NEXT_PUBLIC_SUPABASE_URL in .env.local)',
    ],
  ],
  [
    'Supabase’s own stack, which a script starts, and whose address nobody has copied yet',
    {
      'package.json': express(['@supabase/ssr'], {
        scripts: { dev: 'node index.js', chat: 'supabase start && npm run dev' },
      }),
      'index.js': 'app.listen(3000)',
      '.env.local.example': 'NEXT_PUBLIC_SUPABASE_URL=\n',
      'supabase/config.toml': '[api]\nenabled = true\nport = 55321\n[db]\nport = 55322\n',
    },
    ['supabase at localhost:55321: nothing listens there; supabase start would start it (package.json)'],
  ],
  [
    'Supabase’s cloud, by the template of the env file',
    {
      'package.json': express(['@supabase/ssr']),
      'index.js': 'app.listen(3000)',
      '.env.example': 'NEXT_PUBLIC_SUPABASE_URL=https://your-project.supabase.co\n',
      'supabase/config.toml': '',
      'README.md': 'Or `supabase start`.\n',
    },
    [],
  ],
  [
    'what people copy to the env file that is not there',
    { ...PG, '.env.example': 'DATABASE_URL=postgres://u:p@localhost:5433/shop\n' },
    ['postgres at localhost:5433: nothing listens there (DATABASE_URL in .env.example)'],
  ],
  [
    'a template beside the env file itself',
    {
      ...PG,
      '.env': 'DATABASE_URL=postgres://db.example.net/shop\n',
      '.env.example': 'DATABASE_URL=postgres://u:p@localhost:5433/shop\n',
    },
    [],
  ],
  [
    'a service under another image',
    {
      'package.json': express(['ioredis']),
      'compose.yaml': compose('  kv:\n    image: valkey/valkey:8\n    ports: ["127.0.0.1:6380:6379"]\n'),
    },
    ['redis at localhost:6380: nothing listens there; docker compose up -d kv would start it (compose.yaml)'],
  ],
  [
    'the shell’s variable over the file’s',
    { ...PG, '.env': 'DATABASE_URL=postgres://localhost:5432/x\n' },
    ['postgres at localhost:5999: nothing listens there (DATABASE_URL in the environment)'],
    { DATABASE_URL: 'postgres://localhost:5999/x' },
  ],
  [
    '${…} in an env file',
    { ...PG, '.env': 'DB_PORT=5440\nDATABASE_URL=postgres://u:p@localhost:${DB_PORT}/x\n' },
    ['postgres at localhost:5440: nothing listens there (DATABASE_URL in .env)'],
  ],
  [
    'a list of packages that PowerShell has written',
    {
      'main.py': FASTAPI,
      'requirements.txt': Buffer.from('\uFEFFfastapi==0.115.0\r\npsycopg2==2.9.9\r\n', 'utf16le'),
      'docker-compose.yml': DB,
    },
    [`${START} (docker-compose.yml)`],
  ],
  [
    'the default of Reflex’s own config',
    {
      'rxconfig.py':
        'import os\nimport reflex as rx\nurl = os.environ.get("DATABASE_URL", "mysql+pymysql://root:@localhost:3306/shop")\nconfig = rx.Config(app_name="shop", db_url=url)\n',
      'shop/shop.py': 'import reflex as rx\napp = rx.App()\n',
      'requirements.txt': 'reflex==0.8.26\npymysql\n',
    },
    ['mysql at localhost:3306: nothing listens there (rxconfig.py)'],
  ],
  [
    'a driver in a package of the workspace',
    {
      'package.json': { workspaces: ['apps/*', 'packages/*'] },
      'apps/api/package.json': express(['@shop/db']),
      'apps/api/index.js': '',
      'packages/db/package.json': { name: '@shop/db', dependencies: { postgres: '*' } },
      'docker-compose.yml': DB,
    },
    [`${START} (docker-compose.yml)`],
  ],
];
for (const [name, files, expected, env = {}] of cases) {
  test(`services: ${name}`, async () => {
    const root = await projectOf(files);
    const { apps } = await detectProject(root, { prod: false, env: { PATH: '' } });
    const needs = await neededServices(root, apps, env);
    assert.deepEqual(
      needs.map((need) => describe(need).message.replace(/^needs /, '')),
      expected,
    );
  });
}

test('the config’s env wins over the files', async () => {
  const root = await projectOf({
    '.env': 'REDIS_URL=redis://localhost:1\n',
    'package.json': express(['redis']),
  });
  const app = {
    ...draftApp('api', { kind: 'shell', line: 'node index.js' }, root, ''),
    env: { REDIS_URL: 'redis://[::1]:6400' },
  };
  const [need] = await neededServices(root, [app], {});
  assert.equal(
    need && describe(need).message,
    'needs redis at [::1]:6400: nothing listens there (REDIS_URL in the config)',
  );
});

test('--env-file of a command', async () => {
  const root = await projectOf({
    '.env.dev2': 'REDIS_URL=redis://localhost:6401\n',
    'package.json': express(['redis']),
  });
  const app = draftApp('api', { kind: 'shell', line: 'node --env-file=.env.dev2 index.js' }, root, '');
  assert.deepEqual(
    (await neededServices(root, [app], {})).map(({ port }) => port),
    [6401],
  );
});
