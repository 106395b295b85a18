import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Files, look, scripts } from './projects.ts';

const vite = scripts({ dev: 'vite' }, ['vite']);
const express = (...more: string[]) => scripts({ dev: 'nodemon index.js' }, ['express', ...more]);
const EXPRESS = "const express = require('express');\nconst app = express();\n";
const both = (server: Files, client: Files = { 'client/package.json': vite }): Files => ({
  'server/package.json': express('dotenv'),
  ...server,
  ...client,
});

const cases: [string, Files, string[]][] = [
  [
    'MERN: the server’s default and CRA’s proxy agree',
    {
      'package.json': scripts(
        {
          server: 'node --watch index.js',
          client: 'npm start --prefix client',
          dev: 'concurrently "npm run server" "npm run client"',
        },
        ['express', 'concurrently'],
      ),
      'index.js': `${EXPRESS}const PORT = process.env.PORT || 5000;\napp.listen(PORT, () => console.log(\`on \${PORT}\`));\n`,
      'client/package.json': scripts({ start: 'react-scripts start' }, ['react-scripts'], {
        proxy: 'http://localhost:5000',
      }),
    },
    ['backend 5000 index.js:3 PORT', 'frontend 3000'],
  ],
  [
    'no default in code, no .env in the repository: the page’s axios says it',
    both(
      { 'server/index.js': `${EXPRESS}require('dotenv').config();\napp.listen(process.env.PORT);\n` },
      {
        'client/package.json': scripts({ start: 'react-scripts start' }, ['react-scripts']),
        'client/src/api/axios.js':
          "import axios from 'axios';\nexport default axios.create({ baseURL: 'http://localhost:3500/api' });\n",
      },
    ),
    ['backend 3500 client/src/api/axios.js:2 URL', 'frontend 3000'],
  ],
  [
    'the other half wins where the server takes its port from us',
    both(
      { 'server/index.js': `${EXPRESS}app.listen(process.env.PORT || 3000);\n` },
      {
        'client/package.json': vite,
        'client/vite.config.ts':
          "import { defineConfig } from 'vite';\nexport default defineConfig({\n  server: {\n    proxy: {\n      '/api': { target: 'http://localhost:4000', changeOrigin: true },\n    },\n  },\n});\n",
      },
    ),
    ['backend 4000 client/vite.config.ts:5 proxy', 'frontend 5173'],
  ],
  [
    'TLS beside it, which is often for production',
    both({
      'server/index.js': `${EXPRESS}https.createServer(keys, app).listen(process.env.HTTPS_PORT || 4443);\napp.listen(process.env.PORT || 4000);\n`,
    }),
    ['backend 4000 server/index.js:4 PORT', 'frontend 5173'],
  ],
  [
    'a number that nothing reaches stays',
    both(
      { 'server/index.js': `${EXPRESS}app.listen(3002);\n` },
      {
        'client/package.json': vite,
        'client/vite.config.js':
          "export default { server: { proxy: { '/api': 'http://localhost:4000' } } };\n",
      },
    ),
    ['backend 3002 server/index.js:3 app.listen', 'frontend 5173'],
  ],
  [
    'PORT in the server’s own .env',
    both({
      'server/index.js': `${EXPRESS}require('dotenv').config();\napp.listen(process.env.PORT || 3000);\n`,
      'server/.env': 'MONGO_URI=mongodb://localhost:27017/x\nPORT=8081\n',
    }),
    ['backend 8081 server/.env:2 PORT', 'frontend 5173'],
  ],
  [
    'nobody loads that .env',
    {
      'server/package.json': express(),
      'server/index.js': `${EXPRESS}app.listen(process.env.PORT || 3000);\n`,
      'server/.env': 'PORT=8081\n',
      'client/package.json': vite,
    },
    ['backend 3000 server/index.js:3 PORT', 'frontend 5173'],
  ],
  [
    '.env two folders up, by name',
    both({
      'server/index.js': `${EXPRESS}require('dotenv').config({ path: require('path').join(__dirname, '..', '.env') });\napp.listen(process.env.API_PORT || 3000);\n`,
      '.env': 'API_PORT=4321\n',
    }),
    ['backend 4321 .env:1 API_PORT', 'frontend 5173'],
  ],
  [
    'config object in another file',
    both({
      'server/index.js': `${EXPRESS}const config = require('./config');\napp.listen(config.port);\n`,
      'server/config/index.js':
        'module.exports = {\n  db: { port: 5432 },\n  port: process.env.PORT || 3333,\n};\n',
    }),
    ['backend 3333 server/config/index.js:3 PORT', 'frontend 5173'],
  ],
  [
    'const from a constants file',
    both({
      'server/package.json': scripts({ dev: 'tsx watch src/index.ts' }, ['express']),
      'server/src/index.ts':
        "import express from 'express';\nimport { PORT } from './constants.js';\nconst app = express();\napp.listen(PORT);\n",
      'server/src/constants.ts':
        'export const TIMEOUT = 5000;\nexport const PORT = Number(process.env.PORT) || 3100;\n',
    }),
    ['backend 3100 server/src/constants.ts:2 PORT', 'frontend 5173'],
  ],
  [
    'a schema’s default one import further: zod',
    both({
      'server/package.json': scripts({ dev: 'tsx watch src/index.ts' }, ['fastify']),
      'server/src/index.ts':
        "import { buildServer } from './server';\nimport { env } from './env';\nconst app = await buildServer();\nawait app.listen({ port: env.PORT, host: '0.0.0.0' });\n",
      'server/src/env.ts':
        "import { z } from 'zod';\nconst schema = z.object({\n  NODE_ENV: z.string().default('development'),\n  DATABASE_URL: z.string().default('postgres://localhost:5432/app'),\n  PORT: z.coerce\n    .number()\n    .min(1024)\n    .max(65535)\n    .default(3434),\n});\nexport const env = schema.parse(process.env);\n",
    }),
    ['backend 3434 server/src/env.ts:9 PORT', 'frontend 5173'],
  ],
  [
    'envalid',
    both({
      'server/index.js': `${EXPRESS}const { env } = require('./env');\napp.listen(env.PORT);\n`,
      'server/env.js':
        "const { cleanEnv, port, str } = require('envalid');\nexports.env = cleanEnv(process.env, {\n  DB_PORT: port({ default: 5432 }),\n  PORT: port({ default: 3737 }),\n});\n",
    }),
    ['backend 3737 server/env.js:4 PORT', 'frontend 5173'],
  ],
  [
    'Nest',
    {
      'backend/package.json': scripts({ 'start:dev': 'nest start --watch' }, [
        '@nestjs/core',
        '@nestjs/config',
      ]),
      'backend/src/main.ts':
        "import { NestFactory } from '@nestjs/core';\nasync function bootstrap() {\n  const app = await NestFactory.create(AppModule);\n  app.enableCors({ origin: 'http://localhost:4200' });\n  await app.listen(process.env.PORT ?? 3333);\n}\nbootstrap();\n",
      'frontend/package.json': scripts({ start: 'ng serve' }, ['@angular/core']),
      'frontend/angular.json': {
        projects: {
          web: {
            architect: {
              build: { options: {} },
              serve: { options: { port: 4300, proxyConfig: 'proxy.conf.json' } },
            },
          },
        },
      },
      'frontend/proxy.conf.json': { '/api': { target: 'http://localhost:3333', secure: false } },
    },
    ['backend 3333 backend/src/main.ts:5 PORT', 'frontend 4300 frontend/angular.json:10 serve.options.port'],
  ],
  [
    'Nest with its ConfigService',
    {
      'api/package.json': scripts({ dev: 'nest start --watch' }, ['@nestjs/core', '@nestjs/config']),
      'api/src/main.ts':
        "async function bootstrap() {\n  const app = await NestFactory.create(AppModule);\n  const configService = app.get(ConfigService);\n  const port = configService.get<number>('APP_PORT', 3456);\n  await app.listen(port);\n}\n",
      'web/package.json': vite,
    },
    ['backend 3456 api/src/main.ts:4 APP_PORT', 'frontend 5173'],
  ],
  [
    'Nest with a factory of its settings',
    {
      'api/package.json': scripts({ dev: 'nest start --watch' }, ['@nestjs/core', '@nestjs/config']),
      'api/src/main.ts':
        "async function bootstrap() {\n  const app = await NestFactory.create(AppModule);\n  const config = app.get(ConfigService);\n  await app.listen(config.getOrThrow<number>('app.port'));\n}\n",
      'api/src/config/app.config.ts':
        "export default registerAs('app', () => ({\n  port: parseInt(process.env.APP_PORT ?? '', 10) || 3062,\n  name: 'shop',\n}));\n",
      'api/src/config/database.config.ts': "export default registerAs('db', () => ({ port: 5432 }));\n",
      'web/package.json': vite,
    },
    ['backend 3062 api/src/config/app.config.ts:2 APP_PORT', 'frontend 5173'],
  ],
  [
    'Express’s generator: bin/www',
    {
      'backend/package.json': scripts({ start: 'node ./bin/www' }, ['express']),
      'backend/bin/www':
        "#!/usr/bin/env node\nvar app = require('../app');\nvar http = require('http');\nvar port = normalizePort(process.env.PORT || '3030');\napp.set('port', port);\nvar server = http.createServer(app);\nserver.listen(port);\n",
      'backend/app.js': EXPRESS,
      'frontend/package.json': vite,
    },
    ['backend 3030 backend/bin/www:4 PORT', 'frontend 5173'],
  ],
  [
    'app.set and app.get',
    both({
      'server/index.js': `${EXPRESS}app.set('port', process.env.PORT || 3210);\napp.listen(app.get('port'));\n`,
    }),
    ['backend 3210 server/index.js:3 PORT', 'frontend 5173'],
  ],
  [
    'the server is a class two files on',
    both({
      'server/package.json': scripts({ dev: 'ts-node-dev --respawn src/index.ts' }, ['express']),
      'server/src/index.ts': "import App from './app';\nnew App().start();\n",
      'server/src/app.ts':
        "import express from 'express';\nexport default class App {\n  private port: number = parseInt(process.env.PORT || '3650', 10);\n  start() { express().listen(this.port); }\n}\n",
    }),
    ['backend 3650 server/src/app.ts:3 PORT', 'frontend 5173'],
  ],
  [
    'Bun: export default, no port',
    {
      'backend/package.json': scripts({ dev: 'bun run --hot src/index.ts' }, ['hono']),
      'backend/src/index.ts': "import { Hono } from 'hono';\nconst app = new Hono();\nexport default app;\n",
      'frontend/package.json': vite,
    },
    ['backend 3000 backend/src/index.ts:3 export default', 'frontend 5173'],
  ],
  [
    'Bun: export default with a port',
    {
      'backend/package.json': scripts({ dev: 'bun run --hot src/index.ts' }, ['hono']),
      'backend/src/index.ts':
        "import { Hono } from 'hono';\nconst app = new Hono();\nexport default {\n  port: 3456,\n  fetch: app.fetch,\n};\n",
      'frontend/package.json': vite,
    },
    ['backend 3456 backend/src/index.ts:4 export default', 'frontend 5173'],
  ],
  [
    'Hono on Node',
    {
      'server/package.json': scripts({ dev: 'tsx watch src/index.ts' }, ['hono', '@hono/node-server']),
      'server/src/index.ts':
        "import { serve } from '@hono/node-server';\nserve({ fetch: app.fetch, port: 8787 }, (info) => console.log(info.port));\n",
      'client/package.json': vite,
    },
    ['backend 8787 server/src/index.ts:2 serve', 'frontend 5173'],
  ],
  [
    'Elysia',
    {
      'server/package.json': scripts({ dev: 'bun run --watch src/index.ts' }, ['elysia']),
      'server/src/index.ts':
        "import { Elysia } from 'elysia';\nconst app = new Elysia().get('/', () => 'hi').listen(3030);\n",
      'client/package.json': vite,
    },
    ['backend 3030 server/src/index.ts:2 listen', 'frontend 5173'],
  ],
  [
    'Apollo',
    {
      'server/package.json': scripts({ dev: 'node --watch index.js' }, ['@apollo/server']),
      'server/index.js':
        'const { url } = await startStandaloneServer(server, {\n  listen: { port: 4040 },\n});\n',
      'client/package.json': vite,
    },
    ['backend 4040 server/index.js:2 startStandaloneServer', 'frontend 5173'],
  ],
  [
    'hapi',
    both({
      'server/index.js':
        "const server = Hapi.server({\n  port: process.env.PORT || 3999,\n  host: 'localhost',\n});\nawait server.start();\n",
    }),
    ['backend 3999 server/index.js:2 PORT', 'frontend 5173'],
  ],
  [
    'production elsewhere, development here',
    both({
      'server/index.js': `${EXPRESS}const port = process.env.NODE_ENV === 'production' ? 8080 : 3456;\napp.listen(port);\n`,
    }),
    ['backend 3456 server/index.js:3 app.listen', 'frontend 5173'],
  ],
  [
    'destructured from process.env',
    both({
      'server/index.js': `${EXPRESS}const { PORT = 3939, DB_PORT = 5432 } = process.env;\napp.listen(PORT);\n`,
    }),
    ['backend 3939 server/index.js:3 PORT', 'frontend 5173'],
  ],
  [
    'a comment, a database and a cache are no ports of the server',
    both({
      'server/index.js': `// app.listen(9999) was the old one\n${EXPRESS}/* PORT || 7777 */\nmongoose.connect('mongodb://localhost:27017/db');\nconst redis = createClient({ url: 'redis://localhost:6379', port: 6379 });\nnew Pool({ host: 'localhost', port: 5432 });\nconst DB_PORT = process.env.DB_PORT || 5432;\n`,
    }),
    ['backend -', 'frontend 5173'],
  ],
  [
    'a variable of its own that the compose file gives',
    both({
      'server/index.js': `${EXPRESS}app.listen(process.env.SHOP_SERVER_PORT);\n`,
      'compose.yaml': 'services:\n  web:\n    build: .\n    environment:\n      - SHOP_SERVER_PORT=3070\n',
    }),
    ['backend 3070 compose.yaml:5 SHOP_SERVER_PORT', 'frontend 5173'],
  ],
  [
    'PORT as the service that is built from its folder has it, not as another one',
    both({
      'server/index.js': `${EXPRESS}app.listen(process.env.PORT);\n`,
      'compose.yaml':
        'services:\n  web:\n    build: ./web\n    environment:\n      PORT: 3000\n  api:\n    build: ./server\n    environment:\n      PORT: 3071\n',
    }),
    ['backend 3071 compose.yaml:9 PORT', 'frontend 5173'],
  ],
  [
    'another service’s PORT is nobody’s here',
    both({
      'server/index.js': `${EXPRESS}app.listen(process.env.PORT);\n`,
      'compose.yaml': 'services:\n  web:\n    build: ./web\n    environment:\n      PORT: 3000\n',
    }),
    ['backend -', 'frontend 5173'],
  ],
  [
    'a test’s port is not read',
    both({
      'server/index.js': `${EXPRESS}module.exports = app;\n`,
      'server/test/index.test.js': 'app.listen(4567);\n',
    }),
    ['backend -', 'frontend 5173'],
  ],
  [
    'a port below 1024 is production’s',
    both({ 'server/index.js': `${EXPRESS}app.listen(process.env.PORT || 80);\n` }),
    ['backend -', 'frontend 5173'],
  ],
  [
    'the command’s own port',
    both({
      'server/package.json': scripts({ dev: 'PORT=3456 nodemon index.js' }, ['express']),
      'server/index.js': `${EXPRESS}app.listen(process.env.PORT || 3000);\n`,
    }),
    ['backend 3456 server/package.json:3 script "dev"', 'frontend 5173'],
  ],
  [
    'a schema in a package beside it',
    {
      'package.json': scripts({ dev: 'turbo run dev' }, ['turbo'], { workspaces: ['apps/*', 'packages/*'] }),
      'packages/env/package.json': { name: '@acme/env' },
      'packages/env/index.ts':
        "import { createEnv } from '@t3-oss/env-core';\nexport const env = createEnv({\n  server: {\n    SERVER_PORT: z.coerce.number().default(3838),\n  },\n});\n",
      'apps/api/package.json': scripts({ dev: 'tsx watch src/server.ts' }, ['fastify', '@acme/env'], {
        name: 'api',
      }),
      'apps/api/src/server.ts':
        "import { env } from '@acme/env';\napp\n  .listen({\n    port: env.SERVER_PORT,\n    host: '0.0.0.0',\n  });\n",
      'apps/web/package.json': { ...vite, name: 'web' },
    },
    ['backend 3838 packages/env/index.ts:4 SERVER_PORT', 'frontend 5173'],
  ],
  [
    'an outer script’s PORT',
    both({
      'server/package.json': scripts(
        { dev: 'cross-env PORT=3459 npm run serve', serve: 'nodemon index.js' },
        ['express'],
      ),
      'server/index.js': `${EXPRESS}app.listen(process.env.PORT || 3000);\n`,
    }),
    ['backend 3459 server/package.json:3 its command', 'frontend 5173'],
  ],
  [
    'an exported PORT',
    both({
      'server/package.json': scripts({ dev: 'export PORT=3460 && nodemon index.js' }, ['express']),
      'server/index.js': `${EXPRESS}app.listen(process.env.PORT || 3000);\n`,
    }),
    ['backend 3460 server/package.json:3 script "dev"', 'frontend 5173'],
  ],
  [
    'a variable that the command sets',
    both({
      'server/package.json': scripts({ dev: 'cross-env SERVER_PORT=3457 nodemon index.js' }, ['express']),
      'server/index.js': `${EXPRESS}app.listen(process.env.SERVER_PORT || 3000);\n`,
    }),
    ['backend 3457 server/package.json:3 SERVER_PORT', 'frontend 5173'],
  ],
  [
    'node --env-file',
    both({
      'server/package.json': scripts({ dev: 'node --env-file=.env.dev --watch index.js' }, ['express']),
      'server/index.js': `${EXPRESS}app.listen(process.env.PORT || 3000);\n`,
      'server/.env.dev': 'PORT="4747"\n',
    }),
    ['backend 4747 server/.env.dev:1 PORT', 'frontend 5173'],
  ],
  [
    'dist/ in the script is src/',
    both({
      'server/package.json': scripts({ start: 'node dist/main.js' }, ['express']),
      'server/src/main.ts': "import express from 'express';\nexpress().listen(process.env.PORT ?? 3838);\n",
    }),
    ['backend 3838 server/src/main.ts:2 PORT', 'frontend 5173'],
  ],
  [
    'an index that hands the config on',
    both({
      'server/package.json': scripts({ dev: 'tsx src/index.ts' }, ['express']),
      'server/src/index.ts': "import { config } from '@/config';\napp.listen(config.port);\n",
      'server/src/config/index.ts': "export * from './env';\n",
      'server/src/config/env.ts': 'export const config = {\n  port: Number(process.env.PORT ?? 3535),\n};\n',
    }),
    ['backend 3535 server/src/config/env.ts:2 PORT', 'frontend 5173'],
  ],
  [
    'the config package',
    both({
      'server/index.js': `${EXPRESS}const config = require('config');\napp.listen(config.get('server.port'));\n`,
      'server/config/default.json': { server: { port: 3636 }, timeout: 5000 },
    }),
    ['backend 3636 server/config/default.json:3 app.listen', 'frontend 5173'],
  ],
  [
    'Strapi',
    {
      'backend/package.json': scripts({ develop: 'strapi develop' }, ['@strapi/strapi']),
      'backend/config/server.ts':
        "export default ({ env }) => ({\n  host: env('HOST', '0.0.0.0'),\n  port: env.int('PORT', 1338),\n});\n",
      'frontend/package.json': vite,
    },
    ['backend 1338 backend/config/server.ts:3 PORT', 'frontend 5173'],
  ],
];

for (const [name, files, expected] of cases) {
  test(name, async () => {
    assert.deepEqual((await look(files)).ports, expected);
  });
}

// [the script that starts all, whether the server may have Vite's hot updates within it]
for (const [dev, within] of [
  ['node server.js', true],
  ['concurrently "node server.js" "vite"', undefined],
] as const) {
  test(`Vite within the server: ${dev}`, async () => {
    const { apps } = await look({
      'package.json': scripts({ dev }, ['express', 'vite', 'concurrently']),
      'server.js': `${EXPRESS}app.listen(process.env.PORT || 3000);\n`,
    });
    assert.equal(apps.find(({ framework }) => framework !== 'vite')?.hotUpdates, within);
  });
}
