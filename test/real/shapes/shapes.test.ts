/**
 * The property, over shapes of real projects with their real frameworks: what a page's calls reach under devstart is
 * what they reach under the owner's command; with each port taken, and in two copies at once, it is the project's own.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { environment, MINUTE } from '../support.ts';
import { environmentOf, installed } from './installs.ts';
import { shapes } from './shapes.ts';

/** For who writes shapes: a folder whose installs are kept, and a pattern of the shapes' names. */
const { SHAPES_FOLDER: kept, SHAPES = '' } = process.env;
const chosen = shapes.filter(({ name }) => new RegExp(SHAPES, 'i').test(name));
const base = kept ?? realpathSync(mkdtempSync(path.join(os.tmpdir(), 'devstart-shapes-')));
after(() => kept ?? rmSync(base, { recursive: true, force: true }));

const world = fileURLToPath(new URL('world.ts', import.meta.url));

/** A network of its own, of which only the loopback is there, and mounts of its own. */
const NAMESPACE = ['unshare', process.getuid?.() === 0 ? '-nm' : '-rnm', 'sh', '-c'];
const LOOPBACK = 'ip link set lo up';
const CABLE =
  'ip link add eth0 type veth peer name eth1 && ip addr add 192.168.1.2/24 dev eth0 && ip link set eth0 up && ip link set eth1 up';

// One a core; who writes shapes works on the machine meanwhile.
test('shapes', { concurrency: kept ? 1 : 2, timeout: 30 * MINUTE }, async (t) => {
  await Promise.all(
    chosen.map((shape) =>
      t.test(shape.name, async () => {
        const packages = shape.packages === undefined ? '' : await installed(base, shape.packages);
        const venv = shape.venv === undefined ? '' : await environmentOf(base);
        const folder = realpathSync(mkdtempSync(path.join(base, 'shape-')));
        const argv = [process.execPath, '--import', 'tsx', world, shape.name, folder, packages, venv];
        const network = shape.cable ? `${LOOPBACK} && ${CABLE}` : LOOPBACK;
        const [file = '', ...args] = [...NAMESPACE, `${network} && exec "$@"`, 'sh', ...argv];
        const child = spawn(file, args, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
        let said = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          said += text;
        });
        const [code] = await once(child, 'close');
        rmSync(folder, { recursive: true, force: true });
        assert.equal(code, 0, said);
      }),
    ),
  );
});
