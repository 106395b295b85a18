import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detect, type Files, projects, scripts } from './projects.ts';

/** What containers start and ask for, beside the servers of a run. */

const project = await projects();
const vite = scripts({ dev: 'vite' }, ['vite']);
const FASTAPI = 'from fastapi import FastAPI\napp = FastAPI()\n';
const SHOP: Files = { 'backend/main.py': FASTAPI, 'frontend/package.json': vite };
const OWN = '  api:\n    build: ./backend\n    ports: ["8000:8000"]\n';
const page = (line: string): Files => ({
  ...SHOP,
  'docker-compose.yml': `services:\n${OWN}`,
  'frontend/vite.config.js': `export default { server: { proxy: {\n  '/api': ${line},\n} } };\n`,
});

/** Title, files, what is left out, notes. */
const places: [string, Files, string[], string[]?][] = [
  [
    'a proxy and an admin page are said; the project’s own servers, stores and what has no port are not',
    {
      ...SHOP,
      'docker-compose.yml': `services:\n${OWN}  page:\n    image: node:22\n    volumes: ["./frontend:/code"]\n    ports: ["5000:5173"]\n  proxy:\n    image: nginx:alpine\n    volumes: ["./frontend:/usr/share/nginx/html", "./:/etc/x"]\n    ports: ["8080:80"]\n  admin:\n    image: adminer\n    ports: ["8888:8080"]\n  db:\n    image: postgres:17\n    ports: ["5432:5432"]\n  tool:\n    build: ./tool\n  extra:\n    image: grafana/grafana\n    profiles: [more]\n    ports: ["3030:3000"]\n`,
    },
    [
      'proxy, admin (docker-compose.yml): "docker compose up proxy admin" starts them, at 8080, 8888; a config can add them',
    ],
  ],
  [
    'a name that is asked for within containers only',
    page("process.env.IN_DOCKER ? 'http://api:8000' : 'http://localhost:8000'"),
    [],
  ],
  [
    'built of all there is, by a Dockerfile of its own folder',
    {
      ...SHOP,
      'docker-compose.yml': `services:\n${OWN}  gate:\n    build: { context: ., dockerfile: gate/Dockerfile }\n    ports: ["81:80"]\n  all:\n    build: .\n    ports: ["9001:80"]\n`,
    },
    ['gate (docker-compose.yml): "docker compose up gate" starts it, at 81; a config can add it'],
  ],
  [
    'a second server of the same code, by a command of its own',
    {
      ...SHOP,
      'docker-compose.yml': `services:\n${OWN}  socket:\n    build: ./backend\n    command: python socket.py\n    ports: ["6001:6001"]\n`,
    },
    ['socket (docker-compose.yml): "docker compose up socket" starts it, at 6001; a config can add it'],
  ],
  [
    'code of a folder in which nothing is started, whatever it is called; a build at the top has none of it',
    {
      'package.json': scripts({ dev: 'turbo run dev' }, ['turbo'], { workspaces: ['apps/*'] }),
      'turbo.json': { tasks: { dev: { dependsOn: ['^build'], persistent: true }, build: {} } },
      'apps/kit/package.json': { name: 'kit', scripts: { build: 'tsc' } },
      'apps/live/package.json': scripts({ dev: 'node server.js' }, ['express', 'kit']),
      'apps/live/server.js': 'app.listen(3100);',
      'apps/web/package.json': scripts({ dev: 'next dev' }, ['next']),
      'docker-compose.yml': 'services:\n  api:\n    build: ./apps/shop\n    ports: ["8000:8000"]\n',
      'apps/shop/README.md': '',
    },
    ['api (docker-compose.yml): "docker compose up api" starts it, at 8000; a config can add it'],
  ],
  [
    'the file for developing goes before the plain one',
    {
      ...SHOP,
      'docker-compose.yml': 'services:\n  proxy:\n    image: nginx\n    ports: ["80:80"]\n',
      'docker-compose.dev.yml': `services:\n${OWN}  mq:\n    image: softwaremill/elasticmq\n    ports: ["9324:9324"]\n`,
    },
    [
      'mq (docker-compose.dev.yml): "docker compose -f docker-compose.dev.yml up mq" starts it, at 9324; a config can add it',
    ],
  ],
  [
    'a file for developing that only changes the plain one',
    {
      ...SHOP,
      'docker-compose.yml': `services:\n${OWN}  vectors:\n    image: chromadb/chroma\n    ports: ["8001:8000"]\n`,
      'docker-compose.dev.yml': 'services:\n  vectors:\n    ports: ["8002:8000"]\n',
    },
    ['vectors (docker-compose.yml): "docker compose up vectors" starts it, at 8001; a config can add it'],
  ],
  [
    'two files that say it only together',
    {
      ...SHOP,
      'docker-compose.yml': 'services:\n  socket:\n    restart: always\n  db:\n    image: postgres:17\n',
      'docker-compose.dev.yml':
        'services:\n  socket:\n    image: shop/socket\n    ports: ["6001:6001"]\n  db:\n    ports: ["5433:5432"]\n',
    },
    [
      'socket (docker-compose.dev.yml): "docker compose -f docker-compose.yml -f docker-compose.dev.yml up socket" starts it, at 6001; a config can add it',
    ],
  ],
  [
    'a page that asks a container by its name is said',
    page("'http://api:8000'"),
    [],
    [
      'frontend: frontend/vite.config.js:2 calls "api", a name that only the containers of docker-compose.yml know',
    ],
  ],
  [
    'not where a variable that is set says another place, nor a comment',
    {
      ...page("process.env.SHOP_TARGET || 'http://api:8000' // 'http://api:8000'"),
      'frontend/.env': 'SHOP_TARGET=http://localhost:8000\n',
    },
    [],
  ],
];

for (const [title, files, leftOut, notes = []] of places) {
  test(`containers: ${title}`, async () => {
    const found = await detect(await project(files));
    assert.deepEqual(
      found.leftOut.map(({ what, file, why }) => `${what} (${file}): ${why}`),
      leftOut,
    );
    assert.deepEqual(found.notes, notes);
  });
}
