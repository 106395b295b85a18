/** What every started project is asked, from outside, before and after the stop. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { assertNothingLeft, plannedPorts, start, type Up } from './run.ts';
import { get, hold, type Project } from './support.ts';

export interface Expected {
  /** A path of the backend that answers across origins; absent where the project has no backend. */
  api?: string;
  /** What the frontend's page holds. */
  page: RegExp;
  /** A module of the page that names the API's URL once it is served. */
  module?: string;
  /** The frameworks that devstart must have seen, by the plan. */
  apps: number;
}

interface PortsFile {
  status: string;
  backend?: number;
  frontend?: number;
  urls: Record<string, string>;
  corsOrigins: string[];
  pid?: number;
  apps: { name: string; ports: number[]; pids?: number[] }[];
}

/**
 * Starts the project with no config and no flag, with the ports that it would have had taken by the test,
 * and checks all that the contract promises until the interrupted run is gone.
 */
export async function startsAndStops(t: TestContext, at: Project, expected: Expected): Promise<void> {
  const taken = await plannedPorts(at);
  await hold(t, ...taken);
  const run = start(t, at);
  const up = await run.up();
  const { backend, frontend } = up.ports;

  assert.equal(backend !== undefined, expected.api !== undefined, 'a backend');
  for (const port of [backend, frontend]) assert.ok(port === undefined || !taken.includes(port), `${port}`);
  assert.ok(run.events.filter(({ type }) => type === 'port').every(({ moved }) => moved === true));
  assert.equal(run.events.filter(({ type }) => type === 'ready').length, expected.apps);
  assert.deepEqual(up.urls.frontend, `http://localhost:${frontend}`);

  const page = await get(`http://localhost:${frontend}/`);
  assert.match(page.headers.get('content-type') ?? '', /text\/html/);
  assert.ok(expected.page.test(page.text), `${expected.page} in ${page.text.slice(0, 2000)}`);
  if (expected.module) {
    const { text } = await get(`http://localhost:${frontend}${expected.module}`);
    // The default of its code has followed, and the name that it stands beside has it as its value.
    const end = text.indexOf(';');
    const [env, code] = [text.slice(0, end), text.slice(end)];
    assert.ok(
      new RegExp(`['"\`]http://localhost:${backend}['"\`/]`).test(code),
      `the API's URL, which has followed, in ${text.slice(0, 500)}`,
    );
    assert.equal(/"VITE_API_URL": "(.*?)"/.exec(env)?.[1], `http://localhost:${backend}`);
  }
  if (expected.api) await answersAcrossOrigins(`http://localhost:${backend}${expected.api}`, up);

  const file = readPortsFile(at);
  assert.equal(file.status, 'running');
  assert.equal(file.pid, run.child.pid);
  assert.deepEqual([file.backend, file.frontend], [backend, frontend]);
  assert.deepEqual(file.urls, up.urls);
  assert.deepEqual(file.corsOrigins, up.corsOrigins);
  assert.equal(file.apps.length, expected.apps);
  for (const app of file.apps) assert.ok(app.ports.length > 0 && (app.pids?.length ?? 0) > 0, app.name);

  assert.equal(await run.stop(), 130, run.tail());
  await assertNothingLeft(run, up);
  const after = readPortsFile(at);
  assert.equal(after.status, 'stopped');
  assert.deepEqual([after.backend, after.frontend], [backend, frontend]);
  assert.ok(!('pid' in after) && after.apps.every((app) => !('pids' in app)), 'no pid is left in the file');
  assert.ok(
    run.events.every(({ type }) => type !== 'NOT JSON'),
    'stdout has JSON lines only',
  );
  assert.equal(run.events.at(-1)?.type, 'down');
}

async function answersAcrossOrigins(url: string, { ports, corsOrigins }: Up): Promise<void> {
  for (const host of ['localhost', '127.0.0.1']) {
    const origin = `http://${host}:${ports.frontend}`;
    assert.ok(corsOrigins.includes(origin), `${origin} in ${corsOrigins}`);
    const { text, headers } = await get(url, { origin });
    assert.match(text, /hello/i);
    assert.equal(headers.get('access-control-allow-origin'), origin);
  }
  const { headers } = await get(url, { origin: 'http://elsewhere.example' });
  assert.equal(headers.get('access-control-allow-origin'), null);
}

function readPortsFile({ root }: Project): PortsFile {
  const file = JSON.parse(readFileSync(path.join(root, '.ports.json'), 'utf8'));
  assert.equal(file.version, 1);
  return file;
}
