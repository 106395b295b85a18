import { get } from 'node:http';
import { createInterface } from 'node:readline';
import { compare } from './compare.ts';
import { devstart, ended, env, project, serverCommand, start } from './setup.ts';

const COUNT = 100;
/** Below the ports that the kernel hands out. */
const FIXED = 20_000;

interface Ports {
  backend: number;
  frontend: number;
}

/** What was lost to somebody between the claim and the server's bind, and replaced. */
const stolen: string[] = [];

/** Resolves with the ports when the run says that all its servers are ready. */
export function up(cwd: string, args: string[]) {
  const child = start(process.execPath, [devstart, '--json', ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ports = new Promise<Ports>((resolve, reject) => {
    const last: string[] = [];
    child.once('exit', (code) =>
      reject(new Error(`${[cwd, ...args].join(' ')} ended with ${code}:\n${last.slice(-12).join('\n')}`)),
    );
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const event = JSON.parse(line);
      if (event.type === 'up') resolve(event.ports);
      if (event.type === 'stolen') stolen.push(line);
      last.push(line);
    });
  });
  return { child, ports };
}

function answer(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => {
        body += text;
      });
      response.on('end', () => resolve(body));
    }).on('error', reject);
  });
}

/** Milliseconds until all runs are up. @throws where a server is not the one that its run told */
async function startAll(projects: readonly string[], argsOf: (index: number) => string[]): Promise<number> {
  const begin = performance.now();
  const all = projects.map((cwd, index) => up(cwd, argsOf(index)));
  try {
    const found = await Promise.all(all.map(({ ports }) => ports));
    const taken = performance.now() - begin;
    const distinct = new Set(found.flatMap(({ backend, frontend }) => [backend, frontend]));
    if (distinct.size !== 2 * COUNT) throw new Error(`${distinct.size} different ports of ${2 * COUNT}`);
    for (const [index, { backend, frontend }] of found.entries()) {
      const answers = [await answer(backend), await answer(frontend)].join(', ');
      const expected = `api of ${projects[index]}, web of ${projects[index]}`;
      if (answers !== expected) throw new Error(`${answers} instead of ${expected}`);
    }
    return taken;
  } finally {
    await Promise.allSettled(all.map(({ ports }) => ports));
    await Promise.all(all.map(({ child }) => ended(child, 'SIGTERM')));
  }
}

export async function bench(): Promise<void> {
  const command = serverCommand();
  const projects = Array.from({ length: COUNT }, (_, index) =>
    project(`starts/${index}`, {
      sticky: false,
      apps: [
        { name: 'api', role: 'backend', command },
        { name: 'web', role: 'frontend', command },
      ],
    }),
  );
  const fixed = (index: number) => ['-b', `${FIXED + 2 * index}`, '-f', `${FIXED + 2 * index + 1}`];
  await compare({
    title: `${COUNT} starts at once with ${2 * COUNT} servers, until all are ready; each answers as itself`,
    unit: 'ms',
    contenders: [
      { name: 'from ports 8000 and 3000', once: () => startAll(projects, () => []) },
      { name: 'ports of their own given', once: () => startAll(projects, fixed) },
    ],
    targets: [{ of: 'from ports 8000 and 3000', limit: 1.3, times: 'ports of their own given' }],
    most: 5,
    cold: true,
  });
  for (const line of stolen) console.log(`  replaced: ${line}`);
}
