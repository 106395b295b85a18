// In the machine's network: starts the exported target, then asks its API again and again, on new connections, while
// its instances are restarted one after the other. Prints what it has seen as JSON.
import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { promisify } from 'node:util';

const [name, page, api, requests, ...instances] = process.argv.slice(2);
const run = promisify(execFile);
const inMachine = (...words) => run('in-machine', words);
const units = `/srv/${name}/deploy/systemd`;

await inMachine(
  'sh',
  '-c',
  `systemctl link ${units}/*.service $(ls ${units}/*.socket 2>/dev/null) && systemctl enable --now ${units}/${name}.target`,
);

/** One request on a connection of its own: what was answered, or the error's code. */
const ask = (path, origin, port = api) =>
  new Promise((resolve) => {
    let text = '';
    const socket = connect(Number(port), '127.0.0.1');
    socket.setEncoding('utf8').on('data', (data) => {
      text += data;
    });
    socket.setTimeout(20_000, () => socket.destroy(new Error('no answer')));
    socket.on('error', ({ code, message }) => resolve(code ?? message)).on('end', () => resolve(text));
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${origin ? `Origin: ${origin}\r\n` : ''}\r\n`,
    );
  });
const isGood = (text) => /^HTTP\/1\.1 200/.test(text ?? '');

/** Until it answers: a plain port is open only when its server is. */
async function up(path, port) {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const text = await ask(path, undefined, port);
    if (isGood(text)) return text;
    if (Date.now() > deadline) {
      const { stdout } = await inMachine(
        'sh',
        '-c',
        'systemctl --failed --no-pager; journalctl --no-pager -n 60',
      );
      throw new Error(`no answer on ${port}: ${text}\n${stdout}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
await up('/api/hello', api);
await up('/', page);
// The page's server reads its configuration anew, and goes on.
await inMachine('systemctl', 'reload', `${name}-web.service`);
const html = await up('/', page);

const seen = {
  requests: 0,
  failed: 0,
  /** Accepted, and closed before it was read. */
  reset: 0,
  restarts: 0,
  page: html.split('\r\n\r\n')[1],
  own: '',
  foreign: '',
};
seen.own = await ask('/api/hello', `http://localhost:${page}`);
seen.foreign = await ask('/api/hello', 'http://foreign.example');

let rolling = true;
const load = Array.from({ length: 4 }, async () => {
  while (rolling || seen.requests < Number(requests)) {
    const text = await ask('/api/hello');
    seen.requests++;
    if (text === '' || text === 'ECONNRESET') seen.reset++;
    else if (!isGood(text)) seen.failed++;
  }
});
for (let round = 0; round < 2; round++) {
  for (const instance of instances) {
    await inMachine('systemctl', 'restart', instance);
    seen.restarts++;
  }
}
rolling = false;
await Promise.all(load);
const { stdout } = await inMachine('systemctl', 'show', '--property=ActiveState', '--value', ...instances);
seen.states = stdout.trim().split(/\s+/);
await inMachine('systemctl', 'stop', `${name}.target`);
// The units stop with their target, which waits for none of them.
const states = async () =>
  (await inMachine('sh', '-c', `systemctl list-units --no-legend --plain '${name}*' | awk '{ print $3 }'`))
    .stdout;
for (let tries = 0; tries < 200 && /activ/.test(await states()); tries++)
  await new Promise((resolve) => setTimeout(resolve, 100));
seen.after = [await ask('/api/hello'), await ask('/', undefined, page)].map(isGood);
console.log(JSON.stringify(seen));
