// The control API of a run, from outside: who may ask, what is answered to what, and where the socket is.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { MOST_PATH } from '../../../src/control/address.ts';
import { RunClient } from '../../../src/control/client.ts';
import { Rig, within } from '../../rig/rig.ts';
import { ask, devstart, listening, recordOf, sendRaw, steered, whoAnswers } from '../../rig/steer.ts';

test('every way of asking wrongly has its answer, and the run goes on', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const { run, links, socket } = await steered(rig, [{ name: 'api', role: 'backend', port }]);
  const cases: [string, string, unknown, number, string][] = [
    ['GET', '/v1/nothing', undefined, 404, 'NOT_FOUND'],
    ['GET', '/', undefined, 404, 'NOT_FOUND'],
    ['DELETE', '/v1/instances', undefined, 405, 'METHOD_NOT_ALLOWED'],
    ['GET', '/v1/restart', undefined, 405, 'METHOD_NOT_ALLOWED'],
    ['GET', '/v1/instances/web', undefined, 404, 'NOT_FOUND'],
    ['GET', '/v1/instances/%ff', undefined, 400, 'USAGE'],
    ['GET', '/v1/instances?check=maybe', undefined, 400, 'USAGE'],
    ['GET', '/v1/instances?chekc=true', undefined, 400, 'USAGE'],
    ['POST', '/v1/restart', undefined, 400, 'USAGE'],
    ['POST', '/v1/restart', '{"name":', 400, 'USAGE'],
    ['POST', '/v1/restart', '"api"', 400, 'USAGE'],
    ['POST', '/v1/restart', {}, 400, 'USAGE'],
    ['POST', '/v1/restart', { name: 'api', prot: 1 }, 400, 'USAGE'],
    ['POST', '/v1/restart', { name: 'api', port: 0 }, 400, 'USAGE'],
    ['POST', '/v1/restart', { name: 'api', port: '8000-7000' }, 422, 'PORT_INVALID'],
    ['POST', '/v1/restart', { name: 'web' }, 404, 'NOT_FOUND'],
    ['POST', '/v1/scale', { name: 'api', instances: 0 }, 400, 'USAGE'],
    ['POST', '/v1/scale', { name: 'project', instances: 2 }, 422, 'USAGE'],
    ['POST', '/v1/reload', { name: 'api', port: '1-9999' }, 422, 'PORT_INVALID'],
    ['POST', '/v1/input', { name: 'project', data: 'x' }, 422, 'USAGE'],
    ['GET', `/v1/instances/${'0'.repeat(301)}`, undefined, 400, 'USAGE'],
    ['GET', `/v1/logs?since=${'1d'.repeat(6)}`, undefined, 400, 'USAGE'],
    ['GET', '/v1/logs?since=yesterday', undefined, 400, 'USAGE'],
    ['GET', '/v1/logs?since=2026-99-99', undefined, 422, 'USAGE'],
    ['GET', '/v1/logs?grep=(', undefined, 422, 'USAGE'],
    ['POST', '/v1/input', { name: 'api', data: 'x'.repeat(70_000) }, 413, 'TOO_LARGE'],
  ];
  const answers = await Promise.all(cases.map(([method, url, body]) => ask(socket, method, url, body)));
  for (const [index, { status, body, headers }] of answers.entries()) {
    const [method, url, , expected, code] = cases[index] as (typeof cases)[0];
    assert.deepEqual([method, url, status, body.error.code], [method, url, expected, code]);
    assert.equal(typeof body.error.message, 'string');
    assert.ok('hint' in body.error);
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers.allow !== undefined, expected === 405);
  }
  assert.match(await sendRaw(socket, 'what?\r\n\r\n'), /^HTTP\/1\.1 400 .*\{"error":\{"code":"USAGE"/s);
  const long = `GET /v1 HTTP/1.1\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`;
  assert.match(await sendRaw(socket, long), /^HTTP\/1\.1 431 .*TOO_LARGE/s);
  // Who says nothing, or half of it, keeps nobody from being heard.
  const silent = Array.from({ length: 50 }, () => connect(socket));
  silent[0]?.write('POST /v1/restart HTTP/1.1\r\nContent-Length: 10\r\n\r\n{');
  const many = await Promise.all(Array.from({ length: 50 }, () => ask(socket, 'GET', '/v1/instances/api')));
  assert.deepEqual([...new Set(many.map(({ body }) => body.pid))], [links.api?.pid]);
  for (const one of silent) one.destroy();
  assert.equal((await devstart(rig, 'stop')).code, 0);
  assert.equal(await rig.exitCode(run), 0);
  assert.deepEqual(await readdir(path.join(rig.home, 'runs')), []);
});

test('who is still speaking is heard out before the connection is closed, and has his answer', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const { run, socket } = await steered(rig, [{ name: 'api', role: 'backend', port }]);
  const close = 'HTTP/1.1\r\nConnection: close\r\n';
  const much = 'x'.repeat(70_000);
  const cases: [head: string, rest: string, status: number][] = [
    [`PUT /v1/stop ${close}Content-Length: 5\r\n\r\n`, '{"a":', 405],
    [`GET /v1 ${close}Content-Length: 5\r\n\r\n`, '{"a":', 200],
    [`POST /v1/nothing ${close}Content-Length: 5\r\n\r\n`, '{"a":', 404],
    [`POST /v1/input ${close}Content-Length: 70000\r\n\r\n`, much, 413],
    [
      `POST /v1/input ${close}Transfer-Encoding: chunked\r\n\r\n`,
      `${much.length.toString(16)}\r\n${much}\r\n0\r\n\r\n`,
      413,
    ],
  ];
  for (const [head, rest, status] of cases) {
    let answer = '';
    const one = connect(socket, () => one.write(head));
    one.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
    });
    const closed = new Promise((resolve) => one.on('close', resolve));
    // Answered after it, so that the other one's head was read.
    await ask(socket, 'GET', '/v1');
    assert.equal(answer, '', head);
    one.write(rest);
    await within(`end of ${head}`, closed);
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), head);
  }
  assert.equal((await devstart(rig, 'stop')).code, 0);
  assert.equal(await rig.exitCode(run), 0);
});

test('events: what holds, then what happens; who comes again has all since; another run’s place is a gap', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const { run, links, socket } = await steered(rig, [{ name: 'api', role: 'backend', port }]);
  const client = new RunClient(recordOf(rig.home).runId, socket);
  const types: string[] = [];
  let last = '';
  for await (const { id, event } of client.events({ output: true })) {
    types.push(event.type);
    last = id ?? last;
    if (event.type === 'up') void links.api?.tell('print', { text: 'one\n' });
    if (event.type === 'output' && event.line === 'one') break;
  }
  assert.deepEqual(types, ['port', 'started', 'ready', 'up', 'output']);
  assert.match(last, new RegExp(`^${client.run}/\\d+$`));
  // While he is away.
  await links.api?.tell('print', { text: 'two\n' });
  const [again] = await Promise.all([
    (async () => {
      const seen: unknown[] = [];
      for await (const { event } of client.events({ output: true, after: last })) {
        seen.push(event.line ?? event.type);
        if (event.type === 'ready') return seen;
      }
      return seen;
    })(),
    ask(socket, 'POST', '/v1/restart', { name: 'api' }),
    listening(rig, 'api'),
  ]);
  assert.deepEqual(again, ['two', 'exited', 'restarting', 'started', 'ready']);
  for (const after of ['other/3', `${client.run}/999999`, 'nonsense']) {
    for await (const { event } of client.events({ after })) {
      assert.equal(event.type, 'gap', after);
      break;
    }
  }
  // Many who never read cost nobody anything.
  const lazy = Array.from({ length: 20 }, () => {
    const one = connect(socket, () => one.write('GET /v1/events?output=true HTTP/1.1\r\n\r\n'));
    return one.pause();
  });
  const end = (async () => {
    const seen: string[] = [];
    for await (const { event } of client.events()) seen.push(event.type);
    return seen.at(-1);
  })();
  assert.equal((await devstart(rig, 'stop')).code, 0);
  assert.equal(await within('end of the events', end), 'down');
  assert.equal(await rig.exitCode(run), 0);
  for (const one of lazy) one.destroy();
});

test('a state folder that is 200 characters deep: the socket’s path is short, and private', async (t) => {
  const rig = await Rig.create(t);
  const deep = path.join(rig.home, 'd'.repeat(100), 'e'.repeat(100));
  await mkdir(deep, { recursive: true });
  const [port = 0] = await rig.freePorts(1);
  const env = { DEVSTART_HOME: deep };
  const { run, socket } = await steered(rig, [{ name: 'api', role: 'backend', port }], { env });
  assert.ok(Buffer.byteLength(socket) <= MOST_PATH, socket);
  assert.equal(statSync(socket).mode & 0o777, 0o600);
  assert.equal(statSync(path.dirname(socket)).mode & 0o777, 0o700);
  const url = rig.spawnDevstart(['url'], { env: { ...env, TMPDIR: '/nonexistent' } });
  assert.equal(await rig.exitCode(url), 0);
  assert.equal(url.stdout(), `http://localhost:${port}\n`);
  const stop = rig.spawnDevstart(['stop'], { env });
  assert.equal(await rig.exitCode(stop), 0);
  assert.equal(await rig.exitCode(run), 0);
  assert.equal(existsSync(socket), false);
});

test('the socket is its user’s alone', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const { run, socket } = await steered(rig, [{ name: 'api', role: 'backend', port }]);
  assert.equal(statSync(socket).mode & 0o777, 0o600);
  assert.equal(statSync(path.dirname(socket)).mode & 0o777, 0o700);
  if (process.getuid?.() === 0) {
    const script = `require('node:net').connect(${JSON.stringify(socket)}).on('error', (e) => console.log(e.code)).on('connect', () => console.log('connected'))`;
    const other = spawn(process.execPath, ['-e', script], { uid: 65_534, gid: 65_534, cwd: '/' });
    let said = '';
    other.stdout.on('data', (data) => {
      said += data;
    });
    await new Promise((resolve) => other.on('close', resolve));
    assert.equal(said.trim(), 'EACCES');
  }
  await devstart(rig, 'stop');
  assert.equal(await rig.exitCode(run), 0);
});

test('a launcher that was killed leaves a socket that is in nobody’s way', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const apps = [{ name: 'api', role: 'backend', port }];
  const { run, links, socket } = await steered(rig, apps);
  const events = rig.spawnDevstart(['events', '--json']);
  await events.waitFor('up');
  run.child.kill('SIGKILL');
  await Promise.all([run.exit, links.api?.gone]);
  // Its reader hears of the end.
  assert.equal(await rig.exitCode(events), 0);
  assert.equal(existsSync(socket), true);
  const url = await devstart(rig, 'url');
  assert.equal(url.code, 1);
  assert.match(url.stderr, /nothing runs in this project/);
  assert.equal((await devstart(rig, 'stop')).stdout, 'Nothing runs here.\n');
  assert.equal((await devstart(rig, 'prune')).code, 0);
  assert.equal(existsSync(socket), false);
  const next = await steered(rig, apps);
  assert.equal(await whoAnswers(port), next.links.api?.pid);
  assert.equal(recordOf(rig.home).ids['api:0'], 0);
  await devstart(rig, 'stop');
  assert.equal(await rig.exitCode(next.run), 0);
});

test('wait refuses an answer that is not from this run’s own process', async (t) => {
  const rig = await Rig.create(t);
  const [port = 0] = await rig.freePorts(1);
  const { run, links } = await steered(rig, [{ name: 'api', role: 'backend', port }]);
  assert.equal((await devstart(rig, 'wait', 'api')).code, 0);
  // It gives its port up, and somebody else takes it.
  await links.api?.tell('close');
  const { createServer } = await import('node:http');
  const server = createServer((_, response) => response.end('stranger')).listen(port, '127.0.0.1');
  rig.atEnd(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { code, stderr } = await devstart(rig, 'wait', 'api', '--timeout', '1');
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`api \\(who answers on port ${port} is no process of its own\\)`));
  const exec = await devstart(rig, 'exec', '--timeout', '1', '--', 'node', '-e', 'process.exit(0)');
  assert.equal(exec.code, 1);
  assert.match(exec.stderr, /is no process of its own/);
  await new Promise((resolve) => server.close(resolve));
  await devstart(rig, 'stop');
  assert.equal(await rig.exitCode(run), 0);
});
