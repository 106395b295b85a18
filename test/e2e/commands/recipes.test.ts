// docs/recipes.md, as it is written: a Makefile, a pre-commit hook, a GitHub Actions job.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { recipe } from '../../rig/recipes.ts';
import { Rig } from '../../rig/rig.ts';

const program = fileURLToPath(new URL('../../../bin/devstart.cjs', import.meta.url));

const SERVER = `
const server = require('node:http').createServer((_, to) => to.end(process.argv[2]));
server.listen(process.env.PORT, () => console.log('listening'));
`;

/** Succeeds where the frontend answers; what it was told stands on the last line. */
const TEST = `
const url = process.env.FRONTEND_URL;
fetch(url).then((answer) => answer.text()).then((text) => {
  console.log('tested ' + text + ' ' + url);
  process.exitCode = require('node:fs').existsSync('broken') ? 1 : 0;
});
`;

/** A project that has devstart among its dependencies. */
async function project(t: TestContext) {
  const rig = await Rig.create(t);
  const [api, web] = await rig.freePorts(2);
  const at = (name: string): string => path.join(rig.dir, name);
  const apps = [
    { name: 'api', role: 'backend', script: 'node', args: ['server.js', 'api'], port: api },
    { name: 'web', role: 'frontend', script: 'node', args: ['server.js', 'web'], port: web },
  ];
  writeFileSync(at('package.json'), JSON.stringify({ name: 'shop', scripts: { test: 'node test.js' } }));
  writeFileSync(at('devstart.config.json'), JSON.stringify({ name: 'shop', apps }));
  writeFileSync(at('server.js'), SERVER);
  writeFileSync(at('test.js'), TEST);
  mkdirSync(at('node_modules/.bin'), { recursive: true });
  symlinkSync(program, at('node_modules/.bin/devstart'));
  /** A command of a shell, to its end. */
  const sh = (command: string, env: Record<string, string | undefined> = {}) =>
    new Promise<{ code: number; out: string }>((resolve) => {
      const child = execFile(
        'sh',
        ['-c', command],
        { cwd: rig.dir, env: { ...rig.env, npm_config_update_notifier: 'false', ...env } },
        (error, stdout, stderr) =>
          resolve({ code: error ? Number(error.code ?? -1) : 0, out: `${stdout}${stderr}` }),
      );
      child.stdin?.end();
    });
  const url = `http://localhost:${web}`;
  return { rig, at, sh, url, tested: `tested web ${url}\n` };
}

test('the Makefile: up, tested there, stopped; tested without', { timeout: 120_000 }, async (t) => {
  const { at, sh, tested } = await project(t);
  writeFileSync(at('Makefile'), recipe('make', 'Makefile'));
  const done = async (target: string): Promise<string> => {
    const { code, out } = await sh(`make ${target}`);
    assert.equal(code, 0, out);
    return out;
  };
  assert.match(await done('up'), /shop runs in the background/);
  assert.match(await done('up'), /shop runs already/);
  const joined = await done('test');
  assert.ok(joined.includes(tested), joined);
  assert.doesNotMatch(joined, /listening/);
  assert.match(await done('stop'), /stopped shop/);
  const alone = await done('test');
  assert.ok(alone.includes(tested), alone);
  assert.match(alone, /listening/);
  assert.match(await done('stop'), /Nothing runs here/);
});

test('the pre-commit hook: tests that fail refuse the commit', { timeout: 120_000 }, async (t) => {
  const { at, sh, tested } = await project(t);
  assert.equal((await sh('git init -q . && git config user.email a@b.c && git config user.name a')).code, 0);
  writeFileSync(at('.git/hooks/pre-commit'), recipe('sh', '.git/hooks/pre-commit'), { mode: 0o755 });
  const commit = 'git add package.json && git commit -q -m shop';
  writeFileSync(at('broken'), '');
  const refused = await sh(commit);
  assert.equal(refused.code, 1, refused.out);
  assert.ok(refused.out.includes(tested), refused.out);
  const done = await sh(`rm broken && ${commit} && git log --format=%s`);
  assert.equal(done.code, 0, done.out);
  assert.match(done.out, /^shop$/m);
});

interface Job {
  steps: { run?: string; if?: string }[];
}

test('the GitHub Actions job: its steps, each with what the ones before gave to GITHUB_ENV', {
  timeout: 120_000,
}, async (t) => {
  const { at, sh, url, tested } = await project(t);
  const { jobs } = parse(recipe('yaml', '.github/workflows/test.yml')) as { jobs: { test: Job } };
  const steps = jobs.test.steps.filter(({ run }) => run !== undefined && run !== 'npm ci');
  writeFileSync(at('github.env'), '');
  /** What the runner makes of the file: NAME=VALUE, or NAME<<MARK, lines, MARK. */
  const given = (): Record<string, string> =>
    Object.fromEntries(
      Array.from(
        readFileSync(at('github.env'), 'utf8').matchAll(/^(\w+)(?:=(.*)|<<(.+)\n([\s\S]*?)\n\3)$/gm),
        ([, name = '', value, , lines = '']) => [name, value ?? lines],
      ),
    );
  writeFileSync(at('broken'), '');
  const said: string[] = [];
  let failed = false;
  for (const { run = '', if: when } of steps) {
    if (when === undefined ? failed : when === 'failure()' && !failed) continue;
    const { code, out } = await sh(`bash -e -c '${run}'`, { GITHUB_ENV: at('github.env'), ...given() });
    said.push(`${run}: ${code}\n${out}`);
    failed ||= code !== 0;
  }
  assert.equal(given().FRONTEND_URL, url);
  assert.deepEqual(
    said.map((step) => step.split('\n', 1)[0]),
    [
      'npx devstart up --timeout 120: 0',
      'npx devstart env --format github: 0',
      'npm test: 1',
      'npx devstart logs -n 200: 0',
      'npx devstart stop: 0',
    ],
    said.join('\n'),
  );
  assert.ok(said[2]?.includes(tested), said[2]);
  assert.match(said[3] ?? '', /api.* listening/);
});
