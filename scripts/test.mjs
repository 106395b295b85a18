// `npm test`: installs what is missing, builds, then runs every check and says how each went.
// `node scripts/test.mjs unit e2e` runs these alone. Exit code 1 when one failed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const example = path.join(root, 'examples', 'vite-api');

/** Each runs with this very Node, or `command`. `asked`: only when named. */
const steps = [
  { name: 'build', run: ['scripts/build.mjs'] },
  { name: 'lint', run: () => [bin('@biomejs/biome', 'biome'), 'check', '.'] },
  { name: 'types', run: () => [bin('typescript', 'tsc'), '--noEmit'] },
  { name: 'unit', run: () => testRun('unit') },
  { name: 'e2e', run: () => testRun('e2e', '--test-concurrency=2') },
  { name: 'publint', run: () => [bin('publint'), '--strict'] },
  { name: 'attw', run: () => [bin('@arethetypeswrong/cli', 'attw'), '--pack', '--profile', 'node16'] },
  { name: 'knip', run: () => [bin('knip')] },
  { name: 'engines', command: 'sh', run: () => engineRun(), asked: true },
  { name: 'real', run: () => testRun('real', '--test-concurrency=1'), asked: true },
];

/** The script of a package's command. */
function bin(packageName, command = packageName) {
  const require = createRequire(import.meta.url);
  const manifest = path.join(root, 'node_modules', packageName, 'package.json');
  const field = require(manifest).bin;
  return path.join(path.dirname(manifest), typeof field === 'string' ? field : field[command]);
}

/** What Node 20 needs to run TypeScript. */
const TYPES = process.features.typescript ? [] : ['--import', 'tsx'];

/** The files by name: Node 20 knows no glob here. */
function testRun(folder, ...options) {
  const from = path.join(root, 'test', folder);
  const files = existsSync(from)
    ? readdirSync(from, { recursive: true }).filter((file) => file.endsWith('.test.ts'))
    : [];
  if (files.length === 0) throw new Error(`no test in test/${folder}`);
  const args = files.sort().map((file) => path.join('test', folder, file));
  return [...TYPES, '--test', '--test-reporter=spec', ...options, ...args];
}

/**
 * In a Docker engine of its own, which is gone with the last test; all downloads come before. One file at a time: they
 * share the engine's network, and publish the ports that the examples name. The limit is a whole file's, so a hang's only.
 */
function engineRun() {
  return [
    '-c',
    'sh test/engines/prepare.sh && exec sh test/engines/docker.sh run "$@"',
    'sh',
    process.execPath,
    ...testRun('engines', '--test-concurrency=1', '--test-timeout=1200000'),
  ];
}

function chosen(names) {
  const unknown = names.find((name) => !steps.some((step) => step.name === name));
  if (unknown !== undefined) {
    console.error(`no step "${unknown}": ${steps.map((step) => step.name).join(', ')}`);
    process.exit(2);
  }
  return steps.filter((step) => (names.length === 0 ? !step.asked : names.includes(step.name)));
}

async function runStep({ name, command = process.execPath, run }) {
  const start = performance.now();
  console.log(`\n── ${name}`);
  let failure;
  try {
    const args = typeof run === 'function' ? run() : run;
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    const [code, signal] = await once(child, 'exit');
    if (code !== 0) failure = signal ?? `exit code ${code}`;
  } catch (error) {
    failure = error.message;
  }
  return { name, failure, seconds: (performance.now() - start) / 1000 };
}

const selected = chosen(process.argv.slice(2));
await ensureInstalled(root);
await ensureInstalled(example);

const results = [];
for (const step of selected) {
  const result = await runStep(step);
  results.push(result);
  // Without a program there is nothing to check.
  if (result.failure && step.name === 'build') break;
}

const failed = results.filter((result) => result.failure);
console.log('\n── summary');
for (const { name, failure, seconds } of results) {
  console.log(
    `${failure ? '✗' : '✓'} ${name.padEnd(8)} ${seconds.toFixed(1).padStart(6)} s${failure ? `  ${failure}` : ''}`,
  );
}
for (const { name } of selected.slice(results.length)) console.log(`- ${name.padEnd(8)} not run`);
console.log(
  `${results.length - failed.length} passed, ${failed.length + selected.length - results.length} failed`,
);
process.exitCode = failed.length > 0 ? 1 : 0;
