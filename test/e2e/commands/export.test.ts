// The built program: what `devstart export` writes, what it refuses, and that nothing of this machine gets into it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFile, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { ENGINES, exportOf, filesIn } from '../../rig/exported.ts';
import { projectOf } from '../../rig/files.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const PORTS = ['-b', '8000', '-f', '3000', '--cors-origin', 'https://shop.example'];

const SHOP = {
  'package.json': { name: 'shop' },
  '.env': 'STRIPE_SECRET=hunter2\nPLAIN_NAME=hunter2too\nSHARED=hunter2three\n',
  'devstart.config.json': {
    apps: [
      {
        name: 'api',
        role: 'backend',
        command: 'node server.js',
        cwd: 'api',
        env: { API_TOKEN: 'hunter2four', MODE: 'fast' },
      },
      {
        name: 'web',
        role: 'frontend',
        command: 'npm run dev',
        cwd: 'web',
        env: { VITE_API_URL: '{backendUrl}' },
      },
      { name: 'jobs', command: 'node jobs.js', cwd: 'api', port: false, envFile: 'jobs.env' },
    ],
  },
  'jobs.env': 'QUEUE=hunter2five\n',
  'api/package.json': { name: 'api', scripts: { start: 'node server.js' } },
  'api/server.js': '',
  'api/jobs.js': '',
  'web/package.json': {
    name: 'web',
    scripts: { dev: 'vite', build: 'vite build' },
    devDependencies: { vite: '*' },
  },
  'web/.env': 'VITE_STRIPE_KEY=hunter2six\n',
  'web/index.html': '',
};

const project = (t: TestContext, files: Record<string, string | object> = SHOP) => projectOf(t, files);

test('the examples are as they would be exported', () => {
  const output = execFileSync('sh', [path.join(root, 'scripts/examples.sh'), '--dry-run'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  assert.equal(output, 'nothing would change\n'.repeat(2 * ENGINES.length));
});

test('no secret, no mark of a run and no path of this machine in any file, and no difference by who runs it', async (t) => {
  const rig = await project(t);
  const shell = {
    API_URL: 'http://evil.example',
    NODE_ENV: 'test',
    PORT: '1',
    HOST: '::',
    CORS_ORIGINS: 'http://evil.example',
    MODE: 'evil',
    VITE_API_URL: 'evil',
  };
  test('a folder with a blank stands in quotes wherever a shell reads it', async (t) => {
    const rig = await project(t);
    for (const engine of ENGINES) {
      const { code, stdout } = await exportOf(rig, [engine, 'out dir', ...PORTS, '--force']);
      assert.equal(code, 0, engine);
      const [, next = ''] = stdout.split('next:\n');
      assert.match(next, /'[^' ]*out dir'/, engine);
      assert.doesNotMatch(next.replace(/'[^']*'/g, ''), /out dir/, engine);
      const [first] = (await filesIn(path.join(rig.dir, 'out dir'))).values();
      assert.match(first ?? '', /Made by: devstart export \w+ 'out dir' --backend-port 8000/, engine);
      await rm(path.join(rig.dir, 'out dir'), { recursive: true });
    }
  });

  for (const engine of ENGINES) {
    const { code, stderr } = await exportOf(rig, [engine, ...PORTS]);
    assert.equal(code, 0, stderr);
    const files = await filesIn(path.join(rig.dir, 'deploy', engine));
    for (const [name, text] of files) {
      assert.doesNotMatch(text, /hunter2|DEVSTART_|evil/, `${engine}/${name}`);
      assert.ok(!text.includes(path.dirname(rig.dir)), `${engine}/${name}`);
      assert.match(
        text,
        new RegExp(`Made by: devstart export ${engine} --backend-port 8000`),
        `${engine}/${name}`,
      );
    }
    assert.equal(
      (await exportOf(rig, [engine, '--dry-run', ...PORTS], shell)).stdout,
      'nothing would change\n',
      engine,
    );
  }
  const names = await readFile(path.join(rig.dir, 'deploy/compose/.env.example'), 'utf8');
  for (const name of ['STRIPE_SECRET', 'PLAIN_NAME', 'API_TOKEN', 'QUEUE', 'VITE_STRIPE_KEY'])
    assert.match(names, new RegExp(`^${name}=$`, 'm'));
});

test('an edited file is not written over without --force; the dry run shows the difference', async (t) => {
  const rig = await project(t);
  await exportOf(rig, ['compose', ...PORTS]);
  const dir = path.join(rig.dir, 'deploy/compose');
  assert.match((await exportOf(rig, ['compose', ...PORTS])).stdout, /^deploy\/compose is as it should be$/m);
  await appendFile(path.join(dir, 'compose.yaml'), '# mine\n');
  const before = await filesIn(dir);
  const other = ['compose', '-b', '8001', '-f', '3000', '--cors-origin', 'https://shop.example'];
  const refused = await exportOf(rig, other);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /deploy\/compose\/compose\.yaml was edited.*nothing was written/);
  const dry = await exportOf(rig, [...other, '--dry-run']);
  assert.match(dry.stdout, /^- {6}- 127\.0\.0\.1:8000:8000\n\+ {6}- 127\.0\.0\.1:8001:8000$/m);
  assert.match(dry.stdout, /^-# mine$/m);
  assert.deepEqual(await filesIn(dir), before);
  assert.equal((await exportOf(rig, [...other, '--force'])).code, 0);
  assert.match(await readFile(path.join(dir, 'compose.yaml'), 'utf8'), /127\.0\.0\.1:8001:8000/);
});

for (const engine of ENGINES) {
  test(`${engine}: each edited file is kept and named, one that is gone is written again`, async (t) => {
    const rig = await project(t);
    const dir = path.join(rig.dir, 'deploy', engine);
    await exportOf(rig, [engine, ...PORTS]);
    const names = [...(await filesIn(dir)).keys()];
    await Promise.all(names.map((name) => appendFile(path.join(dir, name), '\n')));
    const edited = await filesIn(dir);
    const { code, stderr } = await exportOf(rig, [engine, ...PORTS]);
    assert.equal(code, 2);
    for (const name of names) assert.ok(stderr.includes(`deploy/${engine}/${name}`), name);
    assert.deepEqual(await filesIn(dir), edited);
    const dry = await exportOf(rig, [engine, ...PORTS, '--dry-run']);
    assert.equal(dry.stderr.match(/only --force writes over it/g)?.length, names.length);
    await exportOf(rig, [engine, ...PORTS, '--force']);
    const [first = ''] = names;
    await rm(path.join(dir, first));
    const again = await exportOf(rig, [engine, ...PORTS]);
    assert.match(again.stdout, new RegExp(`^wrote deploy/${engine}: ${first.replaceAll('.', '\\.')}$`, 'm'));
    assert.deepEqual([...(await filesIn(dir)).keys()], names);
  });
}

for (const { args, says, env } of [
  {
    args: ['compose'],
    says: /wants explicit ports[\s\S]*--backend-port N \(BACKEND_PORT\) and --frontend-port N/,
  },
  { args: ['compose', '-b', '8000', '-f', '3000'], says: /wants explicit CORS origins[\s\S]*--cors-origin/ },
  {
    args: ['compose', '-b', 'auto', '-f', '3000', '--cors-origin', 'https://a.example'],
    says: /wants explicit ports/,
  },
  { args: ['compose', '-b', '8000', '-f', '3000', '--cors-origin', '*'], says: /refuses the wildcard/ },
  {
    args: ['compose', '-b', '8000', '-f', '3000'],
    env: { CORS_ORIGINS: 'https://a.example' },
    says: /CORS_ORIGINS of this shell does not count/,
  },
  {
    args: ['compose', '-b', '3000', '-f', '3000', '--cors-origin', 'https://a.example'],
    says: /Port 3000 is already assigned to app 'api'[\s\S]*'web' asks for it too \(from --frontend-port\)/,
  },
  { args: ['nomad', ...PORTS], says: /"nomad" is no format[\s\S]*compose, systemd, kubernetes/ },
  { args: [], says: /needs FORMAT/ },
  { args: ['compose', ...PORTS, '--backend-url', 'api'], says: /"api" is not a URL \(from --backend-url\)/ },
]) {
  test(`refused with exit code 2: export ${args.join(' ')} ${Object.keys(env ?? {})}`, async (t) => {
    const rig = await project(t);
    const { code, stderr } = await exportOf(rig, args, env);
    assert.equal(code, 2, stderr);
    assert.match(stderr, says);
    assert.deepEqual(
      (await readdir(rig.dir)).filter((name) => name === 'deploy'),
      [],
    );
  });
}

test('- prints one file that stands alone, words for people go to stderr; --json is one object', async (t) => {
  const rig = await project(t);
  const { stdout, stderr } = await exportOf(rig, ['compose', '-', ...PORTS]);
  assert.match(stdout, /^# Made by: devstart export compose - /);
  assert.match(stdout, /dockerfile_inline: \|/);
  assert.match(stderr, /browsers are told https:\/\/api\.shop\.example for api/);
  const told = JSON.parse((await exportOf(rig, ['kubernetes', ...PORTS, '--json'])).stdout);
  assert.deepEqual([told.type, told.dir], ['export', 'deploy/kubernetes']);
  assert.ok(
    told.files.some(
      ({ name, change }: { name: string; change: string }) => name === 'kubernetes.yaml' && change === 'new',
    ),
  );
});

test('a Dockerfile and a compose file of the project win, and that is said', async (t) => {
  const rig = await project(t, {
    ...SHOP,
    'api/Dockerfile': 'FROM scratch\nEXPOSE 9000\n',
    'compose.yaml': 'services:\n  db:\n    image: postgres\n',
  });
  const { stdout } = await exportOf(rig, ['compose', ...PORTS]);
  const text = await readFile(path.join(rig.dir, 'deploy/compose/compose.yaml'), 'utf8');
  assert.match(text, /^include:\n {2}- \.\.\/\.\.\/compose\.yaml$/m);
  assert.match(text, /# api\/Dockerfile is the project's own: it is used as it is\./);
  assert.match(text, /127\.0\.0\.1:8000:9000/);
  assert.match(stdout, /^compose\.yaml of the project is included: db$/m);
  assert.ok(!(await readdir(path.join(rig.dir, 'deploy/compose'))).includes('api.Dockerfile'));
});
