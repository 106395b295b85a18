import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';

export interface Contender {
  name: string;
  /** One try. @returns what was measured */
  once(): Promise<number> | number;
}

const root = path.resolve(import.meta.dirname, '../..');
export const require = createRequire(import.meta.url);
/** All that the bench writes; gone at its end. */
export const folder = mkdtempSync(path.join(tmpdir(), 'devstart-bench-'));
export const env = { ...process.env, DEVSTART_HOME: path.join(folder, 'home'), FORCE_COLOR: '0' };

/** The copy of the built package. */
export const built = path.join(folder, 'built');
for (const part of ['bin', 'dist'])
  cpSync(path.join(root, part), path.join(built, part), { recursive: true });
/** The built program's script, and its API. */
export const devstart = path.join(built, 'bin/devstart.cjs');
export const api = path.join(built, 'dist/index.cjs');
export const concurrently = path.join(
  path.dirname(require.resolve('concurrently/package.json')),
  'dist/bin/concurrently.js',
);

let count = 20;
export const runs = (): number => count;
export const setRuns = (given: number): void => {
  count = given;
};

const started = new Set<ChildProcess>();

/** A process that `end` takes away if nobody has before. */
export function start(...[file, args, options]: Parameters<typeof spawn>): ChildProcess {
  const child = spawn(file, args, options);
  started.add(child);
  child.once('exit', () => started.delete(child));
  return child;
}

/** Sends the signal and waits for the end. */
export function ended(child: ChildProcess, signal?: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    if (signal) child.kill(signal);
  });
}

export function end(): void {
  for (const child of started) child.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** A project folder with this config. @returns its path */
export function project(name: string, config: unknown): string {
  const cwd = path.join(folder, name);
  mkdirSync(cwd, { recursive: true });
  writeFileSync(path.join(cwd, 'devstart.config.json'), JSON.stringify(config));
  return cwd;
}

/** Milliseconds of a whole program. */
export const program = (name: string, file: string, ...args: string[]): Contender => ({
  name,
  async once() {
    const begin = performance.now();
    await ended(spawn(file, args, { env, stdio: 'ignore' }));
    return performance.now() - begin;
  },
});
export const emptyNode = program('empty Node program', process.execPath, '-e', '0');

/** A TypeScript program of fixtures/, bundled as devstart itself is. @returns its path */
export function bundled(name: string): string {
  const outfile = path.join(folder, `${name}.cjs`);
  const entry = path.join(import.meta.dirname, 'fixtures', `${name}.ts`);
  buildSync({ entryPoints: [entry], outfile, bundle: true, minify: true, platform: 'node', format: 'cjs' });
  return outfile;
}

/** The program's path, or undefined. */
export const which = (name: string): string | undefined => {
  try {
    return execFileSync('sh', ['-c', `command -v ${name}`])
      .toString()
      .trim();
  } catch {
    return undefined;
  }
};

/** Says on the screen what cannot be measured here. */
export const leftOut = (what: string, why: string): void => console.log(`\n${what}: left out (${why})`);

/**
 * A command line of a small real server: listens on PORT of 127.0.0.1, says when (`listening SECONDS`) and answers
 * `APP of FOLDER`. In Perl, which is everywhere: a hundred pairs in Node would measure Node.
 */
export function serverCommand(): string {
  const file = path.join(folder, 'server.pl');
  writeFileSync(
    file,
    `use Socket; use Time::HiRes; use Cwd; $| = 1;
$SIG{TERM} = sub { exit 0 };
select undef, undef, undef, $ARGV[0] if @ARGV;
socket S, PF_INET, SOCK_STREAM, 0; setsockopt S, SOL_SOCKET, SO_REUSEADDR, 1;
bind S, sockaddr_in($ENV{PORT}, INADDR_LOOPBACK) or die "cannot listen on port $ENV{PORT}: $!\\n";
my $body = "$ENV{DEVSTART_APP} of " . getcwd;
listen S, 64; printf "listening %.6f\\n", Time::HiRes::time;
while (accept C, S) { sysread C, my $asked, 4096; syswrite C, "HTTP/1.0 200 OK\\r\\n\\r\\n$body"; close C }
`,
  );
  return `exec perl ${file}`;
}
