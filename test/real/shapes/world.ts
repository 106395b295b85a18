/**
 * One shape's life in a network namespace of its own, where every port is free: by its owner's command, by devstart, in
 * a second copy beside the first, with each port taken by a stranger. `node world.ts NAME FOLDER PACKAGES VENV`; what is
 * not as it should be stands on stdout, and the exit code is 1 then.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { descendants, Run, type Up } from '../run.ts';
import { environment, MINUTE, until } from '../support.ts';
import { openBrowser, type Reached, type Visit } from './browser.ts';
import type { Answer, Shape } from './shape.ts';
import { shapes } from './shapes.ts';
import { type Listening, listening, stranger, Terminals } from './started.ts';

const [name = '', base = '', packages = '', venv = ''] = process.argv.slice(2);
const shape = shapes.find((one) => one.name === name) as Shape;
const home = path.join(base, 'home');
const [first, second] = ['first', 'second'].map((copy) => path.join(base, copy, 'shop')) as [string, string];

/** The names that the README documents; PATH is the package managers' and an environment's. */
const TOLD =
  /^(?:DEVSTART_\w+|PM2_INSTANCE_ID|NODE_APP_INSTANCE|(?:BACKEND|FRONTEND)_(?:PORT|URL)|API_URL|CORS_(?:ALLOWED_)?ORIGINS|PORT|PYTHONUNBUFFERED|ASTRO_(?:DEV|PREVIEW)_BACKGROUND)$/;
/** What package managers, shells, Next for its own server, and Werkzeug's reloader for one of its two, say anew at each start. */
const CALLERS =
  /^(?:NEXT_PRIVATE_(?:START_TIME|TRACE_ID)|npm_\w+|_|SHLVL|PWD|OLDPWD|INIT_CWD|COLOR|EDITOR|NODE|PATH|M(?:AKE)?FLAGS|MAKELEVEL|PYENV_\w+|WERKZEUG_\w+)$/;

const env: Record<string, string | undefined> = {
  ...environment,
  NEXT_TELEMETRY_DISABLED: '1',
  NUXT_TELEMETRY_DISABLED: '1',
  ASTRO_TELEMETRY_DISABLED: '1',
  NG_CLI_ANALYTICS: 'false',
  ...(shape.venv === undefined ? {} : activated(path.join(first, shape.venv))),
};

function activated(folder: string): Record<string, string> {
  const own = path.join(folder, '.venv');
  return { VIRTUAL_ENV: own, PATH: `${own}/bin:${environment.PATH}` };
}

/** The project as it comes from its repository, its packages installed: below, what all share, which stays as it is. */
function layOut(root: string): void {
  for (const [file, text] of Object.entries(shape.files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  if (shape.venv !== undefined) symlinkSync(venv, path.join(root, shape.venv, '.venv'));
  if (shape.packages !== undefined)
    for (const folder of shape.installedIn ?? ['.']) mountModules(path.join(root, folder));
}

function mountModules(folder: string): void {
  const [modules, upper, work] = [path.join(folder, 'node_modules'), ...['upper', 'work'].map(scratch)];
  for (const one of [modules, upper, work]) mkdirSync(one as string, { recursive: true });
  const layers = `lowerdir=${packages}/node_modules,upperdir=${upper},workdir=${work}`;
  execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', layers, modules as string]);
}

/** A folder outside of the projects. */
const scratch = (name: string): string => mkdtempSync(path.join(base, `${name}-`));

/** Milliseconds for a start on a machine that is busy with others. */
const PATIENCE = 4 * MINUTE;

const failures: string[] = [];
async function phase<T>(what: string, act: () => Promise<T>): Promise<T | undefined> {
  const start = performance.now();
  try {
    return await act();
  } catch (error) {
    failures.push(`${what}: ${error instanceof Error ? error.message : error}`);
    return undefined;
  } finally {
    console.error(`${name}: ${what}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
}

interface Seen {
  url: string;
  reached: Reached;
  listening: Listening[];
}

const browser = await openBrowser();

async function underOwner(): Promise<Seen> {
  const terminals = new Terminals(shape.owner, first, { ...env, DEVSTART_HOME: home }, home);
  try {
    // It says nowhere when it is ready.
    const visit = await until(
      'the page’s calls',
      async () => {
        // Much cheaper than a browser's pages while nobody answers.
        await fetch(shape.url, { signal: AbortSignal.timeout(MINUTE) });
        const visit = await browser.visit(shape.url);
        await visit.close();
        assert.ok(!JSON.stringify(visit.reached).includes('failed'), visit.report());
        return visit;
      },
      PATIENCE,
    );
    return { url: shape.url, reached: visit.reached, listening: listening(home) };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${(error as Error).cause}\n${terminals.output()}`);
  } finally {
    await terminals.close();
  }
}

/** Runs devstart until the page has been looked at, and what comes then. */
async function underDevstart<T>(root: string, then: (visit: Visit, run: Run) => Promise<T>): Promise<T> {
  const run = new Run({ root, home }, ['--json'], env as Record<string, string>);
  let visit: Visit | undefined;
  try {
    const { urls } = (await run.event('up', undefined, PATIENCE)) as Up;
    visit = await browser.visit(urls.frontend ?? '');
    const result = await then(visit, run);
    assert.equal(await run.stop(), 130);
    return result;
  } catch (error) {
    throw new Error(`${firstLines(error)}\n${story(run)}`);
  } finally {
    await visit?.close();
    if (run.child.exitCode === null) await run.stop().catch(() => run.kill());
  }
}

/** What it said, its servers' output in short. */
function story(run: Run): string {
  const lines = run.events.map(({ time: _, ...event }) =>
    event.type === 'output' ? `  ${event.app}| ${event.line}` : JSON.stringify(event),
  );
  return lines.slice(-40).join('\n');
}

const firstLines = (error: unknown): string => String((error as Error).message).split('\n{"type"')[0] ?? '';

/** The same page, the same answers of the same servers on the same ports, told nothing that is not documented. */
function sameAs(owner: Seen, idle: Seen): void {
  assert.equal(idle.url.replace(/\/$/, ''), owner.url.replace(/\/$/, ''), 'the page’s URL');
  assert.deepEqual(idle.reached, owner.reached, 'what the page’s calls reach');
  const ports = ({ listening }: Seen) => listening.map(({ port, reach }) => `${port} ${reach}`);
  assert.deepEqual(ports(idle), ports(owner), 'who listens where');
  for (const [index, { port, env }] of idle.listening.entries()) {
    const own = owner.listening[index]?.env ?? {};
    const told = Object.keys(env).filter((name) => env[name] !== own[name] && !CALLERS.test(name));
    const lost = Object.keys(own).filter((name) => !(name in env) && !CALLERS.test(name));
    const undocumented = told.filter((name) => !TOLD.test(name)).map((name) => `${name}=${env[name]}`);
    assert.deepEqual(
      { undocumented, lost },
      { undocumented: [], lost: [] },
      `the environment on port ${port}`,
    );
  }
}

/** All calls reach this copy; or each that does not is told of, by file and line. */
function ownOf(root: string, owner: Seen, visit: Visit, run: Run, ports: number[]): void {
  const expected = ports.flatMap((port) => shape.strays?.[port] ?? []).sort();
  const warned = run.events
    .filter(({ type, code }) => type === 'warning' && code === 'STRAY_PORT')
    .map(({ message }) => String(message));
  const places = warned.map((message) => /[^\s(]+:\d+(?= )/.exec(message)?.[0] ?? message).sort();
  assert.deepEqual(places, expected, `the places that are told of: ${warned.join('\n')}`);
  assert.deepEqual(Object.keys(visit.reached), Object.keys(owner.reached));
  const foreign = Object.entries(visit.reached).filter(
    ([, answer]) => !(answer as Answer).from?.startsWith(root),
  );
  if (expected.length === 0) assert.deepEqual(foreign, [], visit.report());
}

/** An edit of the page's source is shown by itself. */
async function showsEdits(root: string, visit: Visit): Promise<void> {
  if (shape.edit === undefined) return;
  const file = path.join(root, shape.edit);
  await visit.shows('first words');
  if (shape.subscribes) await visit.says(shape.subscribes);
  edit(file, 'first words', 'fresh words');
  await visit.shows('fresh words');
  edit(file, 'fresh words', 'first words');
}

/** In one write of the same length: Vite may take the file while it is empty, and then never shows the rest. */
function edit(file: string, from: string, to: string): void {
  const fd = openSync(file, 'r+');
  writeSync(fd, readFileSync(file, 'utf8').replace(from, to), 0);
  closeSync(fd);
}

async function live(): Promise<void> {
  const owner = await phase('by the owner’s command', underOwner);
  if (!owner) return;
  const ports = owner.listening.map(({ port }) => port);
  await phase('by devstart', () =>
    underDevstart(first, async (visit, run) => {
      await phase('the same', async () =>
        sameAs(owner, { url: visit.url, reached: visit.reached, listening: listening(home) }),
      );
      await phase('a second copy', () =>
        underDevstart(second, async (visit, run) => {
          ownOf(second, owner, visit, run, ports);
          await showsEdits(second, visit);
        }),
      );
      await phase('the first, still', async () => {
        await visit.again();
        ownOf(first, owner, visit, run, []);
      });
    }),
  );
  for (const port of new Set(ports)) {
    await phase(`a stranger on ${port}`, async () => {
      const leave = await stranger(port);
      try {
        await underDevstart(first, async (visit, run) => {
          ownOf(first, owner, visit, run, [port]);
          await showsEdits(first, visit);
        });
      } finally {
        await leave();
      }
    });
  }
  assert.deepEqual(descendants(home), [], 'processes left');
}

execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', base]);
for (const root of [first, second]) layOut(root);
await live().catch((error) => failures.push(String(error)));
await browser.close();
if (failures.length > 0) console.log(failures.join('\n\n'));
process.exit(failures.length > 0 ? 1 : 0);
