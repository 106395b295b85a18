// On the node: an example's page and API by their Services, then two rollouts of the API under load. Fails where a
// request did.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { promisify } from 'node:util';

const [namespace] = process.argv.slice(2);
const kubectl = async (...words) =>
  (await promisify(execFile)('kubectl', ['-n', namespace, ...words])).stdout.trim();
const addressOf = (name) => kubectl('get', 'service', name, '-o', 'jsonpath={.spec.clusterIP}');
const [api, web] = await Promise.all(['api', 'web'].map(addressOf));

/** The whole answer on a connection of its own, or what has gone wrong. */
const ask = (host, port, path, origin) =>
  new Promise((resolve) => {
    let text = '';
    const socket = connect(port, host);
    socket.setEncoding('utf8').on('data', (data) => {
      text += data;
    });
    socket.setTimeout(10_000, () => socket.destroy(new Error('no answer')));
    socket
      .on('error', (error) => resolve(`error ${error.code ?? error.message}`))
      .on('end', () => resolve(text));
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n${origin ? `Origin: ${origin}\r\n` : ''}\r\n`,
    );
  });
const isGood = (text) => /^HTTP\/1\.1 200 /.test(text);

/** A Service's address leads nowhere until the node's proxy has heard of it. */
async function answered(...asked) {
  for (let tries = 0; tries < 20; tries++) {
    const text = await ask(...asked);
    if (isGood(text)) return text;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`no answer: ${asked.join(' ')}`);
}

const hello = ['/api/hello', 'https://shop.example'];
assert.match(await answered(api, 8000, ...hello), /access-control-allow-origin: https:\/\/shop\.example\r/i);
assert.doesNotMatch(
  await ask(api, 8000, '/api/hello', 'https://foreign.example'),
  /access-control-allow-origin/i,
);
for (const path of ['/', '/a/page/of/its/own']) assert.match(await answered(web, 8080, path), /<title>/);

let rolling = true;
const seen = { requests: 0, failed: [] };
const load = Array.from({ length: 4 }, async () => {
  while (rolling) {
    const text = await ask(api, 8000, ...hello);
    seen.requests++;
    if (!isGood(text)) seen.failed.push(text.slice(0, 100));
  }
});
for (let round = 0; round < 2; round++) {
  await kubectl('rollout', 'restart', 'deployment/api');
  await kubectl('rollout', 'status', 'deployment/api', '--timeout=120s');
  // The old pod goes on answering until nobody is sent to it any more, and is then ended.
  const ending = () =>
    kubectl(
      'get',
      'pods',
      '-l',
      'app.kubernetes.io/name=api',
      '-o',
      'jsonpath={.items[*].metadata.deletionTimestamp}',
    );
  while ((await ending()) !== '') await new Promise((resolve) => setTimeout(resolve, 200));
}
rolling = false;
await Promise.all(load);
console.log(JSON.stringify(seen));
assert.deepEqual(seen.failed, []);
