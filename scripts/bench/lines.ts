import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { compare } from './compare.ts';
import { type Contender, concurrently, devstart, env, folder, project } from './setup.ts';

const COUNT = 1_000_000;

/** Milliseconds until a million lines of 80 bytes have come through, counted; fails where one is missing. */
export async function bench(): Promise<void> {
  const source = path.join(folder, 'lines.txt');
  const line = 'x'.repeat(79);
  execFileSync('sh', ['-c', `yes ${line} | head -n ${COUNT} > ${source}`]);
  const cwd = project('lines', { apps: [{ name: 'api', role: 'backend', command: `cat ${source}` }] });
  const piped = (name: string, command: string, exact: boolean): Contender => ({
    name,
    once() {
      const begin = performance.now();
      const counted = `{ ${command}; } 2>/dev/null | grep -c '${line}$' || true`;
      const lines = Number(execFileSync('sh', ['-c', counted], { cwd, env }).toString());
      if (exact && lines !== COUNT) throw new Error(`${name}: ${lines} of ${COUNT} lines`);
      return performance.now() - begin;
    },
  });
  await compare({
    title: '1,000,000 lines of 80 bytes through the prefixer',
    unit: 'ms',
    contenders: [
      piped('devstart', `${process.execPath} ${devstart}`, true),
      piped(
        'concurrently 9.2.5 (loses lines)',
        `${process.execPath} ${concurrently} -n api 'cat ${source}'`,
        false,
      ),
      piped("cat | sed 's/^/[api] /'", `cat ${source} | sed 's/^/[api] /'`, true),
    ],
    targets: [{ of: 'devstart', limit: 1.5, times: "cat | sed 's/^/[api] /'" }],
  });
}
