// The look all over a project, for who has a port that moved.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { isLookedAt } from '../../../../src/config/copies/tree.ts';
import { detectProject } from '../../../../src/config/detect/index.ts';
import { homesOf } from '../../../../src/plan/following.ts';
import { type Files, project, scripts } from './projects.ts';

/** `web/src/a.ts:3 8000 of api literal NAME=value`, with what the browser and the shell have to do with it. */
async function widely(files: Files, env: Record<string, string> = {}, git = false): Promise<string[]> {
  const root = await project(files);
  if (git) execFileSync('git', ['init', '-q'], { cwd: root });
  const { apps, lookWidely } = await detectProject(root, {
    prod: false,
    env: { PATH: process.env.PATH, ...env },
  });
  const copies = await lookWidely(homesOf(apps));
  return copies.map(({ file, line, port, of, by, kind, name, value, browser, bare, shell }) =>
    [
      `${file}:${line}`,
      port,
      `of ${of} by ${by} ${kind}`,
      name && `${name}${value === undefined ? '' : `=${value}`}`,
      browser && 'browser',
      bare && 'bare',
      shell && 'shell',
    ]
      .filter(Boolean)
      .join(' '),
  );
}

const node = {
  'server/package.json': scripts({ dev: 'node index.js' }, ['express']),
  'server/index.js': 'app.listen(process.env.PORT || 4040);\n',
  'client/package.json': scripts({ dev: 'vite' }, ['vite']),
};

const cases: [string, Files, string[], Record<string, string>?][] = [
  [
    'defaults in code, URLs in browser code, numbers apart from their host',
    {
      ...node,
      'client/src/deep/er/api.ts':
        "export const a = import.meta.env.VITE_API_URL ?? 'http://localhost:4040/api/v1';\nexport const b = `ws://localhost:4040/ws`;\nconst API_PORT = 4040;\nexport const c = `http://localhost:${API_PORT}`;\nexport const d = import.meta.env.VITE_API_PORT || 4040;\nexport const e = import.meta.env.VITE_USE_MOCK ? '/mock' : 'http://localhost:4040';\n",
      'server/lib/cors.js':
        "module.exports = { origins: ['http://localhost:5173', 'https://shop.example'] };\n",
      'shared/url.ts': "export const page = 'http://localhost:5173';\n",
    },
    [
      'client/src/deep/er/api.ts:1 4040 of server by client default VITE_API_URL=http://localhost:4040/api/v1',
      'client/src/deep/er/api.ts:2 4040 of server by client literal',
      'client/src/deep/er/api.ts:3 4040 of server by client literal bare',
      'client/src/deep/er/api.ts:5 4040 of server by client default VITE_API_PORT=4040',
      'client/src/deep/er/api.ts:6 4040 of server by client default VITE_USE_MOCK',
      'server/lib/cors.js:1 5173 of client by server cors',
      'shared/url.ts:1 5173 of client by server literal',
    ],
  ],
  [
    'neither tests, documents, lock files, data nor what git ignores',
    {
      ...node,
      'client/src/a.test.ts': "fetch('http://localhost:4040')",
      'client/tests/a.ts': "fetch('http://localhost:4040')",
      'docs/a.js': "fetch('http://localhost:4040')",
      'client/data.json': '["http://localhost:4040"]',
      'client/package-lock.json': '{"x":"http://localhost:4040"}',
      'client/generated/a.ts': "fetch('http://localhost:4040')",
      'client/src/big.js': `// ${'x'.repeat(130 * 1024)}\nfetch('http://localhost:4040')`,
      'client/src/comment.js': '// http://localhost:4040\n',
      '.gitignore': 'generated\n',
      'README.md': 'http://localhost:4040',
    },
    [],
  ],
  [
    'Python: pydantic’s fields and lists as JSON, a default with two addresses',
    {
      'backend/requirements.txt': 'fastapi\nuvicorn',
      'backend/main.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
      'backend/app/deep/config.py':
        'from pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n    frontend_host: str = "http://localhost:5173"\n    ORIGINS: list[str] = ["http://localhost:5173", "https://x.example"]\n',
      'backend/app/deep/cors.py':
        'import os\nALLOWED = os.getenv("ALLOWED", "http://localhost:5173,http://127.0.0.1:5173").split(",")\n',
      'frontend/package.json': scripts({ dev: 'vite' }, ['vite']),
    },
    [
      'backend/app/deep/config.py:3 5173 of frontend by backend default FRONTEND_HOST=http://localhost:5173',
      'backend/app/deep/config.py:4 5173 of frontend by backend default ORIGINS=["http://localhost:5173","https://x.example"]',
      'backend/app/deep/cors.py:2 5173 of frontend by backend default ALLOWED=http://localhost:5173,http://127.0.0.1:5173',
      'backend/app/deep/cors.py:2 5173 of frontend by backend default ALLOWED=http://localhost:5173,http://127.0.0.1:5173',
    ],
  ],
  [
    'Ruby and PHP: a default of its own words',
    {
      'api/Gemfile': "gem 'rails'\n",
      'api/bin/rails': '#!/usr/bin/env ruby\n',
      'api/config.ru': 'run App\n',
      'api/config/initializers/cors.rb':
        "Rails.application.config.middleware.insert_before 0, Rack::Cors do\n  allow do\n    origins ENV.fetch('PAGE_URL', 'http://localhost:5173')\n    origins 'http://localhost:5173'\n  end\nend\n",
      'frontend/package.json': scripts({ dev: 'vite' }, ['vite']),
    },
    [
      'api/config/initializers/cors.rb:3 5173 of frontend by api default PAGE_URL=http://localhost:5173',
      'api/config/initializers/cors.rb:4 5173 of frontend by api cors',
    ],
  ],
  [
    'Go: defaults, literals, and the pages that it sends',
    {
      'api/go.mod': 'module x\n',
      'api/main.go': 'package main\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
      'api/page.go':
        'package main\nvar page = os.Getenv("PAGE")\nvar a = getenv("PAGE_URL", "http://localhost:5173")\nvar b = "http://localhost:5173"\n',
      'api/static/app.js': "fetch('http://localhost:8080/x')\n",
      'frontend/package.json': scripts({ dev: 'vite' }, ['vite']),
    },
    [
      'api/page.go:3 5173 of frontend by api default PAGE_URL=http://localhost:5173',
      'api/page.go:4 5173 of frontend by api literal',
      'api/static/app.js:1 8080 of api by api literal browser',
    ],
  ],
  [
    'two apps in one folder: the path says whose a file is, what says nothing is the other one’s',
    {
      'package.json': scripts({ 'dev:server': 'node server/index.js', 'dev:client': 'vite' }, [
        'express',
        'vite',
      ]),
      'server/index.js': 'app.listen(process.env.PORT || 4040);\n',
      'main.js': 'app.listen(process.env.PORT || 4040);\n',
      'server/mail.js': "const page = 'http://localhost:5173';\nconst me = 'http://localhost:4040';\n",
      'src/lib/deep/api.ts': "fetch('http://localhost:4040');\n",
      'client/api/x.ts': "fetch('http://localhost:4040');\n",
    },
    [
      'client/api/x.ts:1 4040 of server by client literal',
      'server/mail.js:1 5173 of client by server literal',
      'src/lib/deep/api.ts:1 4040 of server by client literal',
    ],
  ],
  [
    'what the shell exports, where the code reads it',
    { ...node, 'client/src/api.ts': 'export const url = import.meta.env.VITE_API_URL;\n' },
    ['client/src/api.ts:1 4040 of server by client env VITE_API_URL=http://localhost:4040/v2 shell'],
    {
      VITE_API_URL: 'http://localhost:4040/v2',
      UNREAD: 'http://localhost:4040',
      KEYCLOAK_URL: 'http://localhost:4040',
    },
  ],
];

for (const [name, files, expected, env] of cases) {
  for (const git of [false, true]) {
    const wanted =
      git || !files['.gitignore']
        ? expected
        : [...expected, 'client/generated/a.ts:1 4040 of server by client literal'];
    test(`everywhere: ${name}${git ? ', by git' : ''}`, async () => {
      assert.deepEqual((await widely(files, env, git)).sort(), wanted);
    });
  }
}

test('bounded: two thousand files, the apps’ own before the others', async () => {
  const root = await project(node);
  for (const [folder, count] of [
    ['aaa', 2500],
    ['client/src', 20],
  ] as const) {
    mkdirSync(path.join(root, folder), { recursive: true });
    for (let i = 0; i < count; i++)
      writeFileSync(path.join(root, folder, `f${i}.ts`), `fetch('http://localhost:4040/${i}')`);
  }
  const { apps, lookWidely } = await detectProject(root, { prod: false, env: {} });
  const copies = await lookWidely(homesOf(apps));
  assert.equal(copies.length, 200);
  assert.equal(copies.filter(({ file }) => file.startsWith('client/')).length, 20);
});

test('which files are looked at', () => {
  for (const file of [
    'src/a.ts',
    'a/b.vue',
    'Procfile.dev',
    'web/proxy.conf.json',
    'config/settings.py',
    'bin/dev',
    '.proxyrc',
  ])
    assert.ok(isLookedAt(file), file);
  for (const file of [
    'node_modules/x/a.js',
    'src/a.d.ts',
    'src/a.spec.tsx',
    'a.min.js',
    '.github/workflows/x.yml',
    'docker-compose.dev.yml',
    '.env',
    'devstart.config.json',
    'data/x.json',
    'pnpm-lock.yaml',
    'img.png',
  ])
    assert.ok(!isLookedAt(file), file);
});
