// Secrets wherever a project has them: their values stand in no exported file and in nothing that is printed.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { ENGINES, exportOf, filesIn } from '../../rig/exported.ts';
import { projectOf } from '../../rig/files.ts';

const PORTS = ['-b', '8000', '-f', '3000', '--cors-origin', 'https://shop.example'];
let count = 0;
/** Each one another text, all of them found by one search. */
const secret = (): string => `hunter2n${++count}`;

/** By where they stand: `NAME` of each. */
const project = () => ({
  'package.json': { name: 'shop' },
  '.env': `ROOT_PLAIN=${secret()}\nexport ROOT_TOKEN="${secret()}"\n`,
  '.env.local': `LOCAL_PLAIN=${secret()}\n`,
  'devstart.config.json': {
    apps: [
      {
        name: 'api',
        role: 'backend',
        command: `INLINE_KEY=${secret()} node server.js`,
        cwd: 'api',
        env: {
          CONFIG_TOKEN: secret(),
          DATABASE_URL: `postgres://shop:${secret()}@db:5432/shop`,
          CACHE: `redis://:${secret()}@cache:6379/0`,
          LABEL: `sk_live_${secret()}abcdefgh`,
          MODE: 'fast',
        },
      },
      {
        name: 'web',
        role: 'frontend',
        command: 'npm run dev',
        cwd: 'web',
        env: { VITE_MAPS_KEY: secret(), VITE_API_URL: '{backendUrl}' },
      },
      {
        name: 'jobs',
        command: ['node', 'jobs.js', '--api-key', secret(), `--password=${secret()}`],
        cwd: 'api',
        port: false,
        envFile: 'jobs.env',
      },
      { name: 'mail', command: 'npm run mail', cwd: 'api', port: false },
    ],
  },
  'jobs.env': `QUEUE=${secret()}\n`,
  'api/package.json': {
    name: 'api',
    scripts: { start: 'node server.js', mail: `MAIL_PASSWORD=${secret()} node mail.js` },
  },
  'api/server.js': '',
  'api/jobs.js': '',
  'api/mail.js': '',
  'api/.env': `API_PLAIN=${secret()}\n`,
  'api/.env.production': `API_PRODUCTION=${secret()}\n`,
  'web/package.json': {
    name: 'web',
    scripts: { dev: 'vite', build: 'vite build' },
    devDependencies: { vite: '*' },
  },
  'web/.env.local': `VITE_WEB_PLAIN=${secret()}\n`,
  'web/index.html': '',
});

const SHELL = {
  API_TOKEN: 'hunter2shell',
  CONFIG_TOKEN: 'hunter2shell',
  MODE: 'hunter2shell',
  AWS_SECRET_ACCESS_KEY: 'hunter2shell',
};

for (const engine of ENGINES) {
  test(`${engine}: no secret in a file, on stdout, on stderr, in a diff or in JSON`, async (t) => {
    const rig = await projectOf(t, project());
    const ways = [[], ['--json'], ['--dry-run'], ['--dry-run', '--json']];
    for (const args of [...ways.map((way) => [engine, ...PORTS, ...way]), [engine, '-', ...PORTS]]) {
      const { code, stdout, stderr } = await exportOf(rig, args, SHELL);
      assert.equal(code, 0, stderr);
      assert.doesNotMatch(stdout + stderr, /hunter2/, args.join(' '));
    }
    const files = await filesIn(path.join(rig.dir, 'deploy', engine));
    for (const [name, text] of files) assert.doesNotMatch(text, /hunter2/, name);
    if (!['compose', 'kubernetes', 'procfile'].includes(engine)) return;
    const names = files.get('.env.example') ?? '';
    for (const name of [
      ...[
        'ROOT_PLAIN',
        'ROOT_TOKEN',
        'LOCAL_PLAIN',
        'API_PLAIN',
        'API_PRODUCTION',
        'QUEUE',
        'VITE_WEB_PLAIN',
      ],
      ...[
        'INLINE_KEY',
        'CONFIG_TOKEN',
        'DATABASE_URL',
        'CACHE',
        'LABEL',
        'MAIL_PASSWORD',
        'API_KEY',
        'PASSWORD',
        'VITE_MAPS_KEY',
      ],
    ])
      assert.match(names, new RegExp(`^${name}=$`, 'm'));
  });
}
