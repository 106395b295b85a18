import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withWrittenPorts } from '../../../../src/config/copies/written.ts';
import { draftApp } from '../../../../src/config/detect/candidate.ts';
import { Project } from '../../../../src/config/detect/project.ts';
import { type Files, look, project, scripts } from './projects.ts';

const vite = scripts({ dev: 'vite' }, ['vite']);

const cases: [string, Files, string[]][] = [
  [
    'of two apps, each kind, whoever reads them',
    {
      'package.json': scripts(
        {
          'dev:server': 'node --watch server/index.js',
          'dev:client': 'wait-on http://localhost:4040 && vite client --port 5000',
        },
        ['express', 'vite', 'dotenv'],
      ),
      'server/index.js':
        "import 'dotenv/config';\napp.use(cors({\n  origin: [\n    'http://localhost:5000',\n    'http://127.0.0.1:5000',\n    'https://example.com:5000',\n  ],\n}));\nconst site = process.env.CLIENT_URL || 'http://localhost:5000';\nconst mail = 'http://localhost:8025';\napp.listen(process.env.PORT || 4040);\n",
      'client/vite.config.js': "export default { server: { proxy: { '/api': 'http://localhost:4040' } } };\n",
      '.env': 'VITE_X=1\nWS_URL=ws://localhost:4040/ws\nDATABASE_URL=postgres://u@localhost:5432/x\n',
    },
    [
      '.env:2 4040 of server env',
      'client/vite.config.js:1 4040 of server proxy',
      'package.json:4 4040 of server script',
      'package.json:4 5000 of client script',
      'server/index.js:4 5000 of client cors',
      'server/index.js:5 5000 of client cors',
      'server/index.js:9 5000 of client default',
      'server/index.js:11 4040 of server default',
    ],
  ],
  [
    'a Django list, pydantic’s fields',
    {
      'backend/requirements.txt': 'fastapi\nuvicorn\npydantic-settings',
      'backend/main.py':
        'from fastapi import FastAPI\nfrom config import settings\napp = FastAPI()\napp.add_middleware(\n    CORSMiddleware,\n    allow_origins=["http://localhost:5173"],\n)\n',
      'backend/config.py':
        'from pydantic_settings import BaseSettings\n\nclass Settings(BaseSettings):\n    frontend_host: str = "http://localhost:5173"\n    REDIS_URL: str = "redis://localhost:6379"\n    CORS_ORIGINS: list[str] = ["http://localhost:3000", "http://localhost:5173"]\n',
      'frontend/package.json': vite,
    },
    [
      'backend/config.py:4 5173 of frontend default',
      'backend/config.py:6 5173 of frontend default',
      'backend/main.py:6 5173 of frontend cors',
    ],
  ],
  [
    'code without semicolons: an import of cors makes no list of what follows',
    {
      'server/package.json': scripts({ dev: 'node index.js' }, ['express']),
      'server/index.js':
        "import cors from 'cors'\nconst site = 'http://localhost:5173'\napp.use(cors())\napp.listen(4040)\n",
      'client/package.json': vite,
    },
    ['server/index.js:2 5173 of client literal', 'server/index.js:4 4040 of server literal'],
  ],
  [
    'a list is one by what is done with it: the name alone says nothing',
    {
      'server/package.json': scripts({ dev: 'node index.js' }, ['express', 'cors']),
      'server/index.js':
        "const whitelist = ['http://localhost:5173'];\nconst pages = new Set([\n  'http://127.0.0.1:5173',\n]);\nconst site = 'http://localhost:5173';\nconst mail = 'http://localhost:5173';\nconst check = (origin, done) => done(null, pages.has(origin) || whitelist.includes(origin));\nif (req.headers.origin === site) next();\nfetch(mail, { headers: { origin } });\napp.listen(4040);\n",
      'client/package.json': vite,
    },
    [
      'server/index.js:1 5173 of client cors',
      'server/index.js:3 5173 of client cors',
      'server/index.js:5 5173 of client cors',
      'server/index.js:6 5173 of client literal',
      'server/index.js:10 4040 of server literal',
    ],
  ],
  [
    'a constant that is given as the origin, and one that is not',
    {
      'server/package.json': scripts({ dev: 'node index.js' }, ['express', 'cors']),
      'server/index.js':
        "const FRONT = 'http://localhost:5173';\nconst OTHER = 'http://127.0.0.1:5173';\nconst THIRD = 'http://localhost:5173';\nconst mail = 'http://localhost:5173';\napp.use(cors({ origin: [\n  'https://shop.example',\n  OTHER,\n] }));\nio = new Server(server, { cors: { origin: THIRD } });\nres.setHeader('Access-Control-Allow-Origin', FRONT);\nconst origin = req.headers.origin\nsend(mail)\napp.listen(4040);\n",
      'client/package.json': vite,
    },
    [
      'server/index.js:1 5173 of client cors',
      'server/index.js:2 5173 of client cors',
      'server/index.js:3 5173 of client cors',
      'server/index.js:4 5173 of client literal',
      'server/index.js:13 4040 of server literal',
    ],
  ],
  [
    'a regular expression',
    {
      'server/package.json': scripts({ dev: 'node index.js' }, ['express', 'cors']),
      'server/index.js': 'app.use(cors({ origin: /^https?:\\/\\/localhost:5173$/ }));\napp.listen(4040);\n',
      'client/package.json': vite,
    },
    ['server/index.js:1 5173 of client cors', 'server/index.js:2 4040 of server literal'],
  ],
  [
    'Python: what an origin is looked for in',
    {
      'backend/requirements.txt': 'flask',
      'backend/app.py':
        'from flask import Flask\napp = Flask(__name__)\nKNOWN: set[str] = {\n    "http://localhost:5173",\n}\n@app.after_request\ndef cors(r):\n    if request.headers.get("Origin") in KNOWN: pass\n',
      'frontend/package.json': vite,
    },
    ['backend/app.py:4 5173 of frontend cors'],
  ],
  [
    'a page that fetches: none of these is a list',
    {
      'server/package.json': scripts({ dev: 'node index.js' }, ['express']),
      'server/index.js': 'app.listen(4040);\n',
      'client/package.json': vite,
      'client/src/api.js':
        "const API = 'http://localhost:4040';\nfetch(API, { mode: 'cors' });\nif (event.origin !== location.origin) throw API;\nexport const of = (path) => new URL(path, API).origin;\n",
    },
    ['client/src/api.js:1 4040 of server literal', 'server/index.js:1 4040 of server literal'],
  ],
  [
    'nobody’s numbers',
    {
      'server/package.json': scripts({ dev: 'node index.js' }, ['express']),
      'server/index.js':
        "const redis = 'redis://localhost:6379';\nfetch('http://localhost:9999');\nfetch('http://example.com:4040');\napp.listen(4040);\n",
      'client/package.json': vite,
    },
    ['server/index.js:4 4040 of server literal'],
  ],
];

for (const [name, files, expected] of cases) {
  test(`copies: ${name}`, async () => {
    assert.deepEqual((await look(files)).copies, expected);
  });
}

test('a copy says what is replaced, where, and in which value', async () => {
  const text = 'TITLE=x\nexport VITE_API_URL="http://localhost:4040/api/v1" # local\n';
  const { apps, raw } = await look({
    'server/package.json': scripts({ dev: 'node index.js' }, ['express']),
    'server/index.js': 'app.listen(process.env.PORT ?? 4040);\n',
    'client/package.json': vite,
    'client/.env': text,
  });
  const [env, own] = raw;
  assert.deepEqual(
    apps.map(({ portName }) => portName),
    ['PORT', undefined],
  );
  assert.deepEqual(env, {
    file: 'client/.env',
    line: 2,
    columns: [38, 42],
    port: 4040,
    kind: 'env',
    host: 'localhost',
    name: 'VITE_API_URL',
    value: 'http://localhost:4040/api/v1',
    by: 'client',
    of: 'server',
  });
  assert.equal(text.split('\n')[1]?.slice(...(env?.columns ?? [])), '4040');
  assert.deepEqual([own?.name, own?.value, own?.columns], ['PORT', '4040', [31, 35]]);
});

test('Redwood: two ports in one file', async () => {
  const root = await project({
    'redwood.toml': '[web]\n  title = "x"\n  port = 8915\n[api]\n  port = 8916\n',
  });
  const argv: [string, ...string[]] = ['yarn', 'rw', 'dev'];
  const runs = { words: ['rw', 'dev'], dir: root, line: 'rw dev', lineDir: root, env: {} };
  const site = { ...draftApp('site', { kind: 'argv', argv }, root, ''), framework: 'redwood', runs };
  const { apps, copies } = await withWrittenPorts(
    new Project(root),
    [{ ...site, roles: ['backend', 'frontend'] }],
    { prod: false, env: {} },
  );
  const { backend, frontend } = apps[0]?.written ?? {};
  assert.deepEqual([backend?.[0]?.port, frontend?.[0]?.port], [8916, 8915]);
  assert.deepEqual(
    copies.map(({ line, port }) => [line, port]),
    [
      [3, 8915],
      [5, 8916],
    ],
  );
});

test('a program that nobody knows is not what lies beside it', async () => {
  const { ports } = await look({
    'package.json': scripts({ dev: './start-everything' }, []),
    'index.js': 'require("http").createServer().listen(4321);\n',
  });
  assert.deepEqual(ports, ['app -']);
});
