/** Docker for the tests of this folder, in the engine that `docker.sh run` has started around them. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const script = fileURLToPath(new URL('docker.sh', import.meta.url));

/** What a command has printed, and how it ended: a code, or 128 + its signal. */
export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command to its end, whatever its code. */
export async function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Ran> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ code: code ?? 128 + (signal ? os.constants.signals[signal] : 0), stdout, stderr });
    });
  });
}

/** The same, and it must have ended with 0. Resolves with its stdout, without the last line break. */
export async function sh(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, options);
  assert.equal(code, 0, `${[command, ...args].join(' ')}: exit code ${code}\n${stdout}${stderr}`);
  return stdout.trimEnd();
}

/** `docker ARGS`, which must succeed. */
export async function docker(...args: string[]): Promise<string> {
  assert.ok(process.env.DOCKER_HOST, 'no engine: run it as `npm run test:engines` or by docker.sh run');
  return await sh('docker', args);
}

/** The base images that docker.sh makes: their names. Debian with Node, Python or nginx, and busybox with Node. */
export async function baseImage(name: 'node' | 'python' | 'nginx' | 'busybox'): Promise<string> {
  await sh('sh', [script, 'image', name]);
  return `devstart-test/${name}`;
}

/** A name of the test's own for a container, an image or a project; what bears it is removed when the test ends. */
export function ownName(t: TestContext): string {
  const name = `test-${randomBytes(4).toString('hex')}`;
  t.after(async () => {
    await run('docker', ['rm', '--force', '--volumes', name]);
    await run('docker', ['image', 'rm', '--force', name]);
  });
  return name;
}

/** Fails a wait that would never end, in milliseconds; no test waits for time to pass. */
const PATIENCE = 60_000;

/** Waits until a container has printed the text; fails when it ends before. Resolves with all that it has printed. */
export async function printed(container: string, text: string): Promise<string> {
  const child = spawn('docker', ['logs', '--follow', container], { stdio: ['ignore', 'pipe', 'pipe'] });
  const late = setTimeout(() => child.kill(), PATIENCE);
  return await new Promise<string>((resolve, reject) => {
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (data: string) => {
        output += data;
        if (!output.includes(text)) return;
        resolve(output);
        child.kill();
      });
    }
    child.once('error', reject);
    child.once('close', () => reject(new Error(`${container} has not printed "${text}":\n${output}`)));
  }).finally(() => clearTimeout(late));
}

/** A folder with these files, by path; removed when the test ends. */
export function folder(t: TestContext, files: Record<string, string>): string {
  const dir = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'devstart-engines-')));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
    writeFileSync(path.join(dir, file), text);
  }
  return dir;
}

let packing: Promise<string> | undefined;

/** What `npm pack` makes of the built program: the file, kept until this process ends. */
export async function packed(): Promise<string> {
  packing ??= (async () => {
    const dir = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'devstart-packed-')));
    process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
    // A copy, without `prepack`: it is built already, and two test files may pack at once.
    for (const entry of ['bin', 'dist', 'package.json', 'schema.json', 'README.md', 'LICENSE']) {
      cpSync(path.join(root, entry), path.join(dir, 'package', entry), { recursive: true });
    }
    await sh('npm', ['pack', '--ignore-scripts', '--pack-destination', dir, './package'], { cwd: dir });
    const file = readdirSync(dir).find((entry) => entry.endsWith('.tgz'));
    assert.ok(file, 'npm pack has made no file');
    return path.join(dir, file);
  })();
  return await packing;
}
