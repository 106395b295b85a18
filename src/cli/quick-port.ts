import { writeSync } from 'node:fs';
import { reservePorts } from '../ports/reserve.ts';

/**
 * `devstart port` as scripts call it, apart from the program, whose loading would take twice the time of the work.
 * @returns false, with nothing done, for anything unusual: options that are none, --help, numbers that are none, a
 * port that cannot be had; the program then says what is wrong
 */
export async function quickPort(argv: readonly string[]): Promise<boolean> {
  let host: string | undefined;
  let port = 0;
  let count = 1;
  let json = false;
  for (let i = 1; i < argv.length; i++) {
    const arg = argv[i] ?? '';
    const [, name, given] = /^--(port|count)(?:=(.*))?$/.exec(arg) ?? [];
    if (name) {
      const value = given ?? argv[++i] ?? '';
      if (!/^[1-9]\d{0,4}$/.test(value)) return false;
      if (name === 'port') port = Number(value);
      else count = Number(value);
    } else if (arg === '--json') json = true;
    else if (host === undefined && /^[\d.]+$|^[\da-f:]*:[\da-f:.]*$/i.test(arg)) host = arg;
    else return false;
  }
  if (port > 65_535 || count > 1000) return false;
  try {
    const ports = await reservePorts(count, { host, port });
    writeSync(1, json ? `${JSON.stringify(ports)}\n` : `${ports.join('\n')}\n`);
    return true;
  } catch {
    return false;
  }
}
