// A server that does what the test says: it dials back to RIG_SOCKET, says hello and obeys.
// One JSON object a line each way; every command {id, do, ...} is answered by {id, ...} or {id, error}.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const self = fileURLToPath(import.meta.url);
const [name = 'server', ...argv] = process.argv.slice(2);
const servers = [];

/** Resolves when the stream has taken it. */
const print = (stream, data) => new Promise((resolve) => process[stream].write(data, () => resolve({})));

const commands = {
  listen: ({ port, host = '127.0.0.1', status = 200, body = 'ok', headers = {} }) =>
    new Promise((resolve, reject) => {
      const server = createServer((_, response) => response.writeHead(status, headers).end(body));
      servers.push(server);
      server.on('error', reject);
      server.listen(port, host, () => resolve({ port: server.address().port }));
    }),
  /** Listens no more. */
  async close() {
    await Promise.all(servers.splice(0).map((one) => new Promise((resolve) => one.close(resolve))));
    return {};
  },
  /** HTTPS with a certificate of its own. */
  async listenTls({ port, host = '127.0.0.1' }) {
    const { createServer: createSecure } = await import('node:https');
    const pem = readFileSync(new URL('./localhost.pem', import.meta.url));
    const server = createSecure({ key: pem, cert: pem }, (_, response) => response.end('ok'));
    await new Promise((resolve) => server.listen(port, host, resolve));
    return {};
  },
  wait: ({ ms }) => new Promise((resolve) => setTimeout(() => resolve({}), ms)),
  touch({ file }) {
    writeFileSync(file, '');
    return {};
  },
  print: ({ text, base64, stream = 'stdout' }) =>
    print(stream, base64 === undefined ? text : Buffer.from(base64, 'base64')),
  /** Resolves with what stdin has had, once it is that long. */
  read: ({ length }) =>
    new Promise((resolve) => {
      let text = '';
      process.stdin.setEncoding('utf8').on('data', (data) => {
        text += data;
        if (text.length >= length) resolve({ text });
      });
    }),
  /** Numbered lines, each `width` bytes with its end. */
  async spam({ lines, width = 80 }) {
    for (let from = 0; from < lines; from += 1000) {
      let text = '';
      for (let i = from; i < Math.min(lines, from + 1000); i++)
        text += `${String(i).padEnd(width - 1, '.')}\n`;
      await print('stdout', text);
    }
    return {};
  },
  exit({ code }) {
    process.exitCode = code;
    process.exit(code);
  },
  die: ({ signal }) => process.kill(process.pid, signal),
  ignore({ signal }) {
    process.on(signal, () => {});
    return {};
  },
  /** A child in the same process group: dials back as `name`. */
  fork({ name: child }) {
    const { pid } = spawn(process.execPath, [self, child], { stdio: 'inherit' });
    return { pid };
  },
  /** A grandchild in a session of its own, whose parent is gone. With `bare`, without our environment's marks. */
  daemon({ name: child, stdio = 'ignore', bare = false }) {
    const env = bare ? `, env: {RIG_SOCKET: ${JSON.stringify(process.env.RIG_SOCKET)}}` : '';
    const script = `require('node:child_process').spawn(process.execPath, ${JSON.stringify([self, child])}, {detached: true, stdio: ${JSON.stringify(stdio)}${env}}).unref()`;
    spawn(process.execPath, ['-e', script], { detached: true, stdio }).unref();
    return {};
  },
};

const socket = connect(process.env.RIG_SOCKET);
const send = (message) => socket.write(`${JSON.stringify(message)}\n`);
send({ hello: name, pid: process.pid, argv, env: process.env, cwd: process.cwd() });
// The test is over or has crashed: nothing stays behind.
socket.on('close', () => process.exit(99));
socket.on('error', () => process.exit(99));
createInterface({ input: socket }).on('line', async (line) => {
  const { id, do: action, ...rest } = JSON.parse(line);
  try {
    send({ id, ...(await commands[action](rest)) });
  } catch (error) {
    send({ id, error: String(error) });
  }
});
