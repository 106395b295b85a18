import { type Place, projects, scripts, testPlaces } from './projects.ts';

/** Servers that only the README starts, and pages that it serves in a way of its own. */

const project = await projects();

const vite = scripts({ dev: 'vite' }, ['vite']);
const WEB = 'web frontend vite 5173: npm run dev -- +P @web';
const LISTENS = "import express from 'express';\nexpress().listen(process.env.PORT || 5000);\n";
const readme = (...lines: string[]) => `# Shop\n\n\`\`\`sh\n${lines.join('\n')}\n\`\`\`\n`;
const built = scripts({ build: 'esbuild src/server.ts --outfile=dist/server.js' }, ['express']);
const PLAIN = '<script src=a.js></script>';

/** Title, files, apps, what is left out. */
const places: Place[] = [
  [
    'what is built first and started by hand',
    {
      'package.json': built,
      'src/server.ts': LISTENS,
      'README.md': readme('npm install', 'npm run build', 'node dist/server.js'),
    },
    ['backend backend express 5000: $ npm run build && node dist/server.js'],
  ],
  [
    'the same in one line, in the folder beside the page',
    {
      'server/package.json': built,
      'server/src/server.ts': LISTENS,
      'web/package.json': vite,
      'README.md': readme('cd server', 'npm run build && node dist/server.js', 'cd web', 'npm run dev'),
    },
    [WEB, 'backend backend express 5000: $ npm run build && node dist/server.js @server'],
  ],
  [
    'beside a page at the top, of its own package: said, it may be the page built',
    {
      'package.json': scripts({ dev: 'vite', build: 'vite build && esbuild server.ts' }, ['vite', 'express']),
      'index.html': '',
      'server.ts': LISTENS,
      'README.md': readme('npm run build && node dist/server.js', 'npm run dev'),
    },
    ['frontend frontend vite 5173: npm run dev -- +P'],
    ['node dist/server.js'],
  ],
  [
    'a server without a package two folders down, beside a plain page at the top',
    {
      'index.html': PLAIN,
      'backend/api/server.js': "require('http').createServer(() => {}).listen(5000);\n",
    },
    ['backend backend node 5000: node server.js @backend/api', 'frontend frontend static any: STATIC'],
  ],
  [
    'the same from the top, where the README has it so',
    {
      'index.html': PLAIN,
      'backend/api/server.js': "require('http').createServer(() => {}).listen(5000);\n",
      'README.md': 'Run `node backend/api/server.js`\n',
    },
    ['backend backend node 5000: $ node backend/api/server.js', 'frontend frontend static any: STATIC'],
  ],
  [
    'a plain page that the server in a folder serves itself',
    {
      'index.html': PLAIN,
      'server/package.json': scripts({ start: 'node app.js' }, ['express']),
      'server/app.js': `${LISTENS}app.use(express.static(path.join(__dirname, '..')));\n`,
    },
    ['server backend express 5000: npm run start @server'],
    ['index.html'],
  ],
  [
    'a bare nodemon that is installed, and pages by their own server',
    {
      'server/package.json': scripts({}, ['express', 'nodemon'], { main: 'app.js' }),
      'server/app.js': LISTENS,
      'client/index.html': PLAIN,
      'README.md': readme('cd server', 'nodemon', 'cd ../client', 'live-server --port=5500'),
    },
    [
      'server backend express 5000: $ npx nodemon @server',
      'client frontend live-server 5500: $ live-server --port=5500 --port={port} --no-browser @client',
    ],
  ],
  [
    'one that is not installed, and a page that people open',
    {
      'server/package.json': scripts({}, ['express'], { main: 'index.js' }),
      'server/index.js': LISTENS,
      'client/index.html': PLAIN,
      'README.md': readme('cd server', 'nodemon'),
    },
    ['server backend express 5000: node index.js @server', 'client frontend static any: STATIC @client'],
  ],
  [
    'a module of Deno for others, and a task that only tests',
    {
      'api/deno.json': { tasks: { dev: 'deno test --watch', start: 'deno run -A main.ts' } },
      'api/main.ts': 'Deno.serve(() => new Response());\n',
      'lib/deno.json': { exports: './mod.ts' },
      'lib/mod.ts': 'export const a = 1;\n',
      'web/package.json': vite,
    },
    ['api backend deno 8000: deno task start @api', WEB],
  ],
  [
    'Quasar without a script, and Firebase’s functions beside it',
    {
      'package.json': scripts({ build: 'quasar build' }, ['quasar', '@quasar/app-vite']),
      'quasar.config.js': 'module.exports = () => ({});\n',
      'firebase.json': { functions: { source: 'functions' } },
    },
    ['frontend frontend quasar 9000: npm exec --silent -- quasar dev +P'],
    ['functions'],
  ],
  [
    'nps, which has its commands in a file of its own',
    { 'package.json': scripts({ start: 'nps' }, ['nps']), 'package-scripts.js': 'module.exports = {};\n' },
    ['app none ? *: npm run start'],
  ],
  [
    'an MCP server that talks to who starts it, among others',
    {
      'package.json': { scripts: { dev: 'turbo dev' }, workspaces: ['apps/*'] },
      'turbo.json': { tasks: { dev: {} } },
      'apps/mcp/package.json': scripts({ dev: 'tsx watch src/index.ts' }, ['@modelcontextprotocol/sdk']),
      'apps/mcp/src/index.ts': 'await new Server({}).connect(new StdioServerTransport());\n',
      'apps/web/package.json': vite,
    },
    ['mcp none task -: npm run dev @apps/mcp', WEB.replace('@web', '@apps/web')],
  ],
  [
    'an entry that is too long to be read',
    {
      'package.json': scripts({ start: 'node server.js' }, ['express']),
      'server.js': `${'// x\n'.repeat(3e4)}${LISTENS}`,
      'app.js': LISTENS,
    },
    ['backend backend express any: npm run start'],
  ],
  [
    'a port that only the README gives, before the command',
    {
      'package.json': scripts({ server: 'node server.js', dev: 'vite' }, ['express', 'vite']),
      'server.js': "require('express')().listen(process.env.PORT);\n",
      'index.html': '',
      'README.md': readme('PORT=4000 npm run server', 'PORT=3001 npm run dev'),
    },
    ['server backend express 4000: npm run server', 'frontend frontend vite 5173: npm run dev -- +P'],
  ],
  [
    'and in the env file that people write',
    {
      'package.json': scripts({ start: 'node server.js' }, ['express']),
      'server.js': "require('dotenv').config();\nrequire('express')().listen(process.env.PORT);\n",
      'README.md':
        'Create `.env`:\n\n```env\nPORT=4000\nDB=x\n```\n\n## Docker\n\n`docker run -e PORT=80 x`\n',
    },
    ['backend backend express 4000: npm run start'],
  ],
  [
    'Vite beside a server of a folder called app, which has Vite within it as well',
    {
      'app/package.json': scripts({ dev: 'concurrently "vite" "tsx watch server/index.ts"' }, [
        'vite',
        'express',
      ]),
      'app/server/index.ts': `import { createServer } from 'vite';\n${LISTENS}`,
    },
    [
      'backend backend node 5000: bin tsx watch server/index.ts @app',
      'frontend frontend vite 5173: bin vite +P @app',
    ],
  ],
  [
    'commands of a README without fences: indented, and in a list',
    {
      'nx.json': {},
      'package.json': scripts({ start: 'vite' }, ['vite', 'nx']),
      'index.html': '',
      'api/server/index.js': LISTENS,
      'README.md': '# Shop\n\n    cd api/server\n    node index.js\n\n- npm start\n- npm start to run it\n',
    },
    [
      'api backend node 5000: $ node index.js @api/server',
      'frontend frontend vite 5173: npm run start -- +P',
    ],
  ],
  [
    'Tauri without its folder, and a task of Deno called run',
    {
      'web/package.json': scripts({ dev: 'vite' }, ['vite', '@tauri-apps/cli']),
      'api/deno.json': { tasks: { run: 'deno run -A main.ts' } },
      'api/main.ts': 'Deno.serve(() => new Response());\n',
    },
    ['api backend deno 8000: deno task run @api', WEB],
    ['window'],
  ],
  [
    'a server whose file has a name of its own, told in another language',
    {
      'package.json': scripts({ dev: 'webpack-dev-server --port 9090' }, ['webpack-dev-server']),
      'server/koa.js': 'const app = new Koa();\napp.listen(3000);\n',
      'README.md': '\t- `cd server & node koa` 启动后台服务器\n',
    },
    ['frontend frontend webpack 9090: npm run dev', 'koa backend node 3000: $ node koa @server'],
  ],
  [
    'the same where nothing tells it',
    {
      'package.json': scripts({ dev: 'vite' }, ['vite']),
      'index.html': '',
      'server/koa.js': 'const app = new Koa();\napp.listen(3000);\n',
    },
    ['frontend frontend vite 5173: npm run dev -- +P'],
    ['server'],
  ],
  [
    'nodemon.json, which sets the port; a backend by a short name; rollup that starts a script of its own',
    {
      'package.json': scripts(
        {
          dev: 'run-p dev:node dev:svelte',
          'dev:node': 'nodemon',
          'dev:svelte': 'rollup -c -w',
          'start:svelte': 'sirv public',
        },
        ['express', 'sirv-cli'],
      ),
      'nodemon.json': { exec: 'node main.js', env: { PORT: 8008 } },
      'main.js': LISTENS,
      'rollup.config.js': "spawn('npm', ['run', 'start:svelte', '--', '--dev']);\n",
    },
    ['node backend express 8008: npm run dev:node', 'svelte frontend rollup 8080: npm run dev:svelte'],
  ],
  [
    'what a server does in production alone',
    {
      'package.json': scripts({ 'dev:back': 'node server.js', dev: 'svite' }, ['fastify', 'svite']),
      'index.html': '',
      'server.js':
        "const fastify = require('fastify')();\nif (process.env.NODE_ENV === 'production') {\n  fastify.listen(3000, '0.0.0.0');\n} else {\n  fastify.listen(3001);\n}\n",
      'firebase.json': { emulators: { auth: { port: 9099 } } },
    },
    ['back backend fastify 3001: npm run dev:back', 'frontend frontend svite 3000: npm run dev -- +P'],
  ],
  [
    'a fake API that a heading of the README tells, and the window around the page',
    {
      'package.json': scripts(
        { start: 'react-scripts start', 'electron:start': 'wait-on http://localhost:3000 && electron .' },
        ['react-scripts'],
      ),
      'src/index.js': '',
      'db.json': '{}',
      'README.md': '### `json-server --watch db.json --port 3500`\n',
    },
    [
      'frontend frontend cra 3000: npm run start',
      'backend backend json-server 3500: $ json-server --watch db.json --port 3500 +P',
    ],
    ['window'],
  ],
  [
    'a plain page in a folder app',
    {
      'server/package.json': scripts({ start: 'node server.js' }, ['express']),
      'server/server.js': LISTENS,
      'app/index.html': PLAIN,
    },
    ['server backend express 5000: npm run start @server', 'app frontend static any: STATIC @app'],
  ],
];
testPlaces('typed start', places, project);
