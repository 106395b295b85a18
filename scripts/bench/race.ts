import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { compare } from './compare.ts';
import { bundled, type Contender, ended, folder, leftOut, start, which } from './setup.ts';

const COUNT = 20;
const FIRST = 8000;

/** The function of the guide for Reflex, word for word, bound 100 ms later as a server binds. */
const GUIDE = `import socket, sys, time
def find_available_port(start_port: int, max_attempts: int = 10) -> int:
    for port in range(start_port, start_port + max_attempts):
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
                s.bind(("", port))
                return port
        except OSError:
            continue
    raise RuntimeError("No available port found")
print("waiting", flush=True)
sys.stdin.readline()
try:
    port = find_available_port(int(sys.argv[1]))
except RuntimeError as error:
    sys.exit(print("failed", error, flush=True))
time.sleep(0.1)
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
try:
    s.bind(("127.0.0.1", port))
    s.listen()
    print("bound", port, flush=True)
except OSError as error:
    print("failed", port, error, flush=True)
sys.stdin.read()
`;

/** How many of the processes bound the port that they had found, all told to go at one moment. */
async function race(file: string, args: string[]): Promise<number> {
  const racers = Array.from({ length: COUNT }, () => {
    const child = start(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    return { child, lines: lines[Symbol.asyncIterator]() };
  });
  await Promise.all(racers.map(({ lines }) => lines.next()));
  for (const { child } of racers) child.stdin?.write('go\n');
  const results = await Promise.all(racers.map(({ lines }) => lines.next()));
  const over = racers.map(({ child }) => ended(child));
  for (const { child } of racers) child.stdin?.end();
  await Promise.all(over);
  return results.filter(({ value }) => value?.startsWith('bound')).length;
}

/** get-port is no package of ours: from npm, for this. @returns its address */
function installGetPort(): string | undefined {
  const prefix = path.join(folder, 'get-port');
  try {
    const args = ['install', '--silent', '--no-audit', '--no-fund', '--prefix', prefix, 'get-port@7.1.0'];
    execFileSync('npm', args, { stdio: 'ignore', timeout: 60_000 });
    return pathToFileURL(path.join(prefix, 'node_modules/get-port/index.js')).href;
  } catch {
    return undefined;
  }
}

export async function bench(): Promise<void> {
  const script = bundled('find');
  const runs = (name: string, file: string, ...args: string[]): Contender => ({
    name,
    once: () => race(file, args),
  });
  const finder = (name: string, ...more: string[]) =>
    runs(name, process.execPath, script, name, `${FIRST}`, ...more);
  const contenders = [finder('devstart', path.join(folder, 'race')), finder('detect-port')];
  const getPort = installGetPort();
  if (getPort) contenders.push(finder('get-port', getPort));
  else leftOut('get-port', 'npm could not install it');
  if (which('python3')) {
    const guide = path.join(folder, 'guide.py');
    writeFileSync(guide, GUIDE);
    contenders.push(runs("the guide's function", 'python3', guide, `${FIRST}`));
  } else leftOut("the guide's function", 'there is no python3');
  await compare({
    title: `${COUNT} processes at one moment, each finds a port from ${FIRST} and binds it 100 ms later`,
    unit: `bound of ${COUNT}`,
    contenders,
    targets: [{ of: 'devstart', limit: COUNT, least: true }],
    most: 5,
    cold: true,
  });
}
