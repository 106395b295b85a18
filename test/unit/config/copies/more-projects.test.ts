import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Files, look, scripts } from './projects.ts';

/** Ports that public projects write down in places of their own, one row a kind. */

const vite = scripts({ dev: 'vite' }, ['vite']);
const tsx = (...deps: string[]) => scripts({ dev: 'tsx src/index.ts' }, ['express', ...deps]);
const both = (server: Files): Files => ({ 'web/package.json': vite, ...server });
const CARGO = '[package]\nname = "api"\n[dependencies]\naxum = "0.8"\n';
const ENV = '@acme/env';

const cases: [string, Files, string[]][] = [
  [
    'a package beside it listens, on the default of another package’s schema',
    both({
      'package.json': { workspaces: ['api', 'packages/*'] },
      'api/package.json': tsx('@acme/bootstrap', '@acme/config'),
      'api/src/index.ts': "import { start } from '@acme/bootstrap';\nawait start(app);\n",
      'packages/bootstrap/package.json': { name: '@acme/bootstrap', main: 'dist/index.js' },
      'packages/bootstrap/src/index.ts': "export { start } from './bootstrap.js';\n",
      'packages/bootstrap/src/bootstrap.ts':
        "import { config } from '@acme/config';\nexport const start = (app) => app.listen(config.port, '0.0.0.0');\n",
      'packages/config/package.json': { name: '@acme/config', main: 'dist/index.js' },
      'packages/config/src/index.ts': "export { default as config } from './env.js';\n",
      'packages/config/src/env.ts':
        "import { schema } from './env.schema.js';\nconst vars = schema.parse(process.env);\nexport default { port: vars.PORT };\n",
      'packages/config/src/env.schema.ts':
        "import { DEFAULTS } from './env.constants.js';\nexport const schema = z.object({ PORT: z.coerce.number().default(DEFAULTS.PORT) });\n",
      'packages/config/src/env.constants.ts': 'export const DEFAULTS = {\n  PORT: 3011,\n};\n',
    }),
    ['backend 3011 packages/config/src/env.constants.ts:2 app.listen', 'frontend 5173'],
  ],
  [
    'a file of a package beside it',
    both({
      'package.json': { workspaces: ['api', 'packages/*'] },
      'api/package.json': tsx(ENV),
      'api/src/index.ts': `import { env } from '${ENV}/server';\napp.listen(env.PORT);\n`,
      'packages/env/package.json': { name: ENV },
      'packages/env/src/server.ts': 'export const env = create({ PORT: z.coerce.number().default(3012) });\n',
    }),
    ['backend 3012 packages/env/src/server.ts:1 PORT', 'frontend 5173'],
  ],
  [
    'NestJS under webpack: the default stands in the schema that checks the variables',
    both({
      'api/package.json': scripts({ dev: 'nest build --webpack --webpackPath hmr.js --watch' }, [
        '@nestjs/core',
      ]),
      'api/src/main.ts':
        "import { AppModule } from './app.module';\nconst PORT = process.env.PORT as string;\nawait app.listen(PORT, HOST);\n",
      'api/src/app.module.ts': "import { schema } from 'config/env-validation';\n",
      'api/src/config/env-validation.ts':
        "export const schema = Joi.object({\n  PORT: Joi.string().default('5012'),\n});\n",
    }),
    ['backend 5012 api/src/config/env-validation.ts:2 PORT', 'frontend 5173'],
  ],
  [
    'a key that Express keeps, of `this`',
    both({
      'api/package.json': tsx(),
      'api/src/index.ts': "import { Server } from './server';\nnew Server().listen();\n",
      'api/src/server.ts':
        "export class Server {\n  constructor() {\n    this.app.set('port', process.env.PORT || 3013);\n  }\n  listen() {\n    this.app.listen(this.app.get('port'), () => {});\n  }\n}\n",
    }),
    ['backend 3013 api/src/server.ts:3 PORT', 'frontend 5173'],
  ],
  [
    'what a function gives back, one import further',
    both({
      'api/package.json': scripts({ dev: 'node index.js' }, ['express']),
      'api/index.js':
        "const { getPort } = require('./http');\nconst PORT = getPort();\napp.listen(PORT, () => {});\n",
      'api/http.js':
        "const STANDARD = 8810;\nfunction getPort() {\n  if (!('API_PORT' in process.env)) return STANDARD;\n  return Number(process.env.API_PORT);\n}\nmodule.exports = { getPort };\n",
    }),
    ['backend 8810 api/http.js:1 API_PORT', 'frontend 5173'],
  ],
  [
    'Node does not start without its env file: what that is copied from counts',
    both({
      'api/package.json': scripts({ dev: 'node --env-file=.env index.js' }, ['express']),
      'api/index.js': 'app.listen(process.env.PORT || 3000);\n',
      'api/.env.example': 'PORT=3110\n',
    }),
    ['backend 3110 api/.env.example:1 PORT', 'frontend 5173'],
  ],
  [
    'a variable without a default, and no env file yet',
    both({
      'api/package.json': scripts({ dev: 'node index.js' }, ['express', 'dotenv']),
      'api/index.js': "require('dotenv').config();\napp.listen(process.env.PORT);\n",
      'api/.env.sample': 'PORT=5111\n',
    }),
    ['backend 5111 api/.env.sample:1 PORT', 'frontend 5173'],
  ],
  [
    'a default in the code goes before what an env file may once hold',
    both({
      'api/package.json': scripts({ dev: 'node index.js' }, ['express', 'dotenv']),
      'api/index.js': "require('dotenv').config();\napp.listen(process.env.PORT || 3014);\n",
      'api/.env.example': 'PORT=5112\n',
    }),
    ['backend 3014 api/index.js:2 PORT', 'frontend 5173'],
  ],
  [
    'gin’s own default',
    both({
      'api/go.mod': 'module x\n',
      'api/main.go':
        'package main\n\nimport "github.com/gin-gonic/gin"\n\nfunc main() {\n\tr := gin.Default()\n\tr.Run()\n}\n',
    }),
    ['backend 8080 api/main.go:7 Run', 'frontend 5173'],
  ],
  [
    'Rust: a function’s last expression',
    both({
      'api/Cargo.toml': CARGO,
      'api/src/main.rs':
        'fn get_port() -> u16 {\n    std::env::var(env::NAME)\n        .ok()\n        .unwrap_or(8093)\n}\n\nasync fn main() {\n    let addr = SocketAddr::from(([0, 0, 0, 0], get_port()));\n    axum::Server::bind(&addr).serve(app);\n}\n',
    }),
    ['backend 8093 api/src/main.rs:4 SocketAddr::from', 'frontend 5173'],
  ],
  [
    'Rust: the one address that its settings name',
    both({
      'api/Cargo.toml': CARGO,
      'api/src/main.rs': 'mod config;\nasync fn main() { Server::builder().serve(config.address).await }\n',
      'api/src/config.rs': 'fn default_address() -> String {\n    "0.0.0.0:8094".to_string()\n}\n',
    }),
    ['backend 8094 api/src/config.rs:2 address', 'frontend 5173'],
  ],
  [
    'Python: a function',
    both({
      'api/requirements.txt': 'flask',
      'api/app.py':
        'from flask import Flask\napp = Flask(__name__)\n\ndef port():\n    return int(os.environ.get("PORT", 5015))\n\napp.run(port=port())\n',
    }),
    ['backend 5015 api/app.py:5 PORT', 'frontend 5173'],
  ],
  [
    'Ktor, in the packages of its owner',
    both({
      'api/build.gradle.kts':
        'plugins { application; id("io.ktor.plugin") }\napplication { mainClass.set("com.shop.ApplicationKt") }\ndependencies { implementation("io.ktor:ktor-server-netty") }\n',
      'api/gradlew': '',
      'api/src/main/kotlin/com/shop/Application.kt':
        'fun main() {\n    embeddedServer(Netty, port = 8095, host = "0.0.0.0") {\n    }.start(wait = true)\n}\n',
    }),
    ['backend 8095 api/src/main/kotlin/com/shop/Application.kt:2 embeddedServer', 'frontend 5173'],
  ],
  [
    'Tornado’s options',
    both({
      'api/requirements.txt': 'tornado',
      'api/server.py':
        'import tornado.web\nfrom tornado.options import define, options\ndefine("port", default=9998, type=int)\nif __name__ == "__main__":\n    app.listen(options.port)\n',
    }),
    ['backend 9998 api/server.py:3 app.listen', 'frontend 5173'],
  ],
  [
    'two that would start on one number: the README’s command for the backend',
    {
      'backend/Gemfile': "gem 'rails'\n",
      'backend/config/puma.rb': 'port        ENV.fetch("PORT") { 3000 }\n',
      'frontend/package.json': scripts({ start: 'react-scripts start' }, ['react-scripts']),
      'README.md': '- use `rails s -p 3001` to start the backend\n',
    },
    ['backend 3001 README.md:1 README.md', 'frontend 3000'],
  ],
  [
    'the README says nothing where the two do not meet',
    {
      'backend/Gemfile': "gem 'rails'\n",
      'backend/config/puma.rb': 'port        ENV.fetch("PORT") { 3005 }\n',
      'frontend/package.json': scripts({ start: 'react-scripts start' }, ['react-scripts']),
      'README.md': '- use `rails s -p 3001` to start the backend\n',
    },
    ['backend 3005 backend/config/puma.rb:1 port', 'frontend 3000'],
  ],
  [
    'of two targets below /api the one that has all of the rest',
    both({
      'api/package.json': scripts({ dev: 'node index.js' }, ['express']),
      'api/index.js': 'start(app);\n',
      'web/vite.config.ts':
        "export default { server: { proxy: {\n  '/api/v1/billing': { target: 'http://127.0.0.1:8181' },\n  '/api': { target: 'http://127.0.0.1:8180' },\n} } };\n",
    }),
    ['backend 8180 web/vite.config.ts:3 proxy', 'frontend 5173'],
  ],
  [
    'a proxy that is a leftover: the page’s own code calls the number of the server’s',
    both({
      'api/package.json': scripts({ dev: 'node index.js' }, ['express']),
      'api/index.js': 'app.listen(process.env.PORT || 3121);\n',
      'web/vite.config.ts':
        "export default { server: { proxy: { '/socket.io': 'ws://localhost:3000' } } };\n",
      'web/src/socket.ts': "const URL = import.meta.env.VITE_SERVER || 'http://localhost:3121';\n",
    }),
    ['backend 3121 api/index.js:1 PORT', 'frontend 5173'],
  ],
  [
    'a file that is the number, and a second one that no variable reaches',
    both({
      'api/package.json': scripts({ start: 'node index.js' }, ['express']),
      'api/index.js':
        "const port = require('./port');\nconst { PAGE } = require('./constants');\napp.listen(PAGE);\nhttp.listen(port);\n",
      'api/port.js':
        "const argv = require('./argv');\nmodule.exports = parseInt(argv.port || process.env.PORT || '3123', 10);\n",
      'api/argv.js': 'module.exports = {};\n',
      'api/constants.js': 'const PAGE = 3124;\nexports.PAGE = PAGE;\n',
    }),
    ['backend 3123 api/port.js:2 PORT', 'frontend 5173'],
  ],
  [
    'a class that is called as a server, in a project that is compiled as a whole',
    both({
      'api/package.json': scripts({ start: 'node dist/packages/api/src/main.js' }, ['express']),
      'api/src/main.ts': "import { GameServer } from 'src/GameServer';\nnew GameServer().start();\n",
      'api/src/GameServer.ts': 'const PORT = process.env.PORT ?? 3125;\napp.listen(PORT);\n',
    }),
    ['backend 3125 api/src/GameServer.ts:1 PORT', 'frontend 5173'],
  ],
  [
    'Socket.IO that is called with its number',
    both({
      'api/package.json': scripts({ start: 'nodemon index.js' }, ['socket.io']),
      'api/index.js':
        'const { Socket } = require("socket.io");\nconst io = require("socket.io")(8127, {\n  cors: { origin: "http://localhost:5173" },\n});\n',
    }),
    ['backend 8127 api/index.js:2 socket.io', 'frontend 5173'],
  ],
  [
    'Socket.IO’s server of a number of its own',
    both({
      'api/package.json': scripts({ start: 'nodemon index.js' }, ['socket.io']),
      'api/index.js':
        'import { Server } from "socket.io";\nconst io = new Server(8128, { cors: { origin: "http://localhost:5173" } });\n',
    }),
    ['backend 8128 api/index.js:2 Server', 'frontend 5173'],
  ],
  [
    'a config of two modes: each server has its own branch',
    {
      'package.json': scripts({ 'dev:api': 'vite', 'dev:web': 'vite --mode web' }, ['vite']),
      'vite.config.ts':
        "export default defineConfig(({ mode }) => {\n  if (mode === 'web') {\n    return { server: { proxy: { '/api': 'http://localhost:3126' } } };\n  } else {\n    return { server: { port: 3126 } };\n  }\n});\n",
    },
    ['backend 3126 vite.config.ts:5 server.port', 'frontend 5173'],
  ],
  [
    'a config of two commands: what is built does not count',
    {
      'web/package.json': vite,
      'web/vite.config.ts':
        "export default ({ command }) => {\n  if (command !== 'serve') return {};\n  if (command === 'build') {\n    return { server: { port: 3127 } };\n  }\n  return { server: { port: 3128 } };\n};\n",
    },
    ['frontend 3128 web/vite.config.ts:6 server.port'],
  ],
  [
    'a file that sounds like nothing, two imports below',
    both({
      'api/package.json': scripts({ start: 'node main.js' }, ['fastify']),
      'api/main.js': "require('./bot');\n",
      'api/bot.js': "import { EventManager } from './managers/EventManager.js';\n",
      'api/managers/EventManager.js': 'await fastify.listen({\n  port: 3130,\n});\n',
    }),
    ['backend 3130 api/managers/EventManager.js:2 fastify.listen', 'frontend 5173'],
  ],
  [
    'a default behind a number’s wrapper, handed to a class',
    both({
      'api/package.json': scripts({ start: 'node index.js' }, ['fastify']),
      'api/index.js':
        "import Server from './server.js';\nconst port = Number(process.env.PORT) || 3131;\nnew Server({}).start(port);\n",
      'api/server.js': 'export default class { start(port) { this.app.listen({ port }); } }\n',
    }),
    ['backend 3131 api/index.js:2 PORT', 'frontend 5173'],
  ],
  [
    'of several names the one that `.env.example` has',
    both({
      'api/package.json': scripts({ start: 'node index.js' }, ['express']),
      'api/index.js': "app.listen(toPort(process.env.PORT || env('APP_PORT')));\n",
      'api/.env.example': 'APP_PORT=3132\nDB_PORT=3306\n',
    }),
    ['backend 3132 api/.env.example:1 APP_PORT', 'frontend 5173'],
  ],
  [
    'a table of proxies that names ports alone',
    both({
      'api/package.json': scripts({ start: 'node index.js' }, ['express']),
      'api/index.js': "app.listen(app.get('port'));\n",
      'web/package.json': {
        ...scripts({ start: 'react-scripts start' }, ['react-scripts']),
        proxy: { '/api': { target: { port: 3129 } } },
      },
    }),
    ['backend 3129 web/package.json:11 proxy', 'frontend 3000'],
  ],
  [
    'env files that a server has Next’s own loader read, in its order',
    both({
      'api/package.json': scripts({ dev: 'tsx index.ts' }, ['express', '@next/env']),
      'api/index.ts':
        "import { loadEnvConfig } from '@next/env';\nloadEnvConfig(process.cwd(), true);\napp.listen(process.env.API_PORT);\n",
      'api/.env': 'API_PORT=3131\n',
      'api/.env.local': 'API_PORT=3132\n',
    }),
    ['backend 3132 api/.env.local:1 API_PORT', 'frontend 5173'],
  ],
  [
    'a proxy that nothing contradicts',
    both({
      'api/package.json': scripts({ dev: 'node index.js' }, ['express']),
      'api/index.js': 'app.listen(process.env.PORT || 3121);\n',
      'web/vite.config.ts': "export default { server: { proxy: { '/api': 'http://localhost:3122' } } };\n",
    }),
    ['backend 3122 web/vite.config.ts:1 proxy', 'frontend 5173'],
  ],
];

for (const [name, files, expected] of cases) {
  test(name, async () => {
    assert.deepEqual((await look(files)).ports, expected);
  });
}

test('a number is its whose first choice it is, not its who would fall back on it', async () => {
  const { copies } = await look(
    both({
      'api/package.json': scripts({ dev: 'node --env-file=.env index.js' }, ['express']),
      'api/index.js': 'app.listen(process.env.PORT || 5173);\n',
      'api/.env': 'PORT=3120\nWEB_URL=http://localhost:5173\n',
    }),
  );
  assert.ok(
    copies.includes('api/.env:2 5173 of frontend env') || copies.includes('api/.env:2 5173 of web env'),
    copies.join('\n'),
  );
});
