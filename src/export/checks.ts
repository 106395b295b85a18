import type { ReadyCheck } from '../config/types.ts';
import { shellWord } from './text.ts';
import type { Service } from './types.ts';

/** The check that engines make of a service's readiness. */
export interface Check {
  kind: 'http' | 'tcp' | 'command';
  port: number;
  path?: string;
  status?: readonly number[] | undefined;
  command?: string;
}

/**
 * One check for an engine, which has room for one: the path before the port alone.
 * @param lost what of its checks the engine cannot say, one sentence each
 */
export function checkOf(service: Service, engine: string, lost: string[]): Check | undefined {
  const { checks, port, app } = service;
  if (!port) {
    const command = checks.find((check) => check.command !== undefined);
    return command?.command === undefined
      ? undefined
      : { kind: 'command', port: 0, command: command.command };
  }
  const say = (what: string) => lost.push(`${app}: ${what}, which ${engine} cannot check`);
  const found: Check[] = [];
  for (const check of checks) {
    if (check.log !== undefined) say(`it is ready when its log says ${JSON.stringify(check.log)}`);
    else if (check.command !== undefined)
      found.push({ kind: 'command', port: port.inside, command: check.command });
    else if (check.url !== undefined) say(`its readiness asks ${check.url}`);
    else found.push(ofPort(check, port.inside));
    if (check.includes !== undefined) say(`its answer must hold ${JSON.stringify(check.includes)}`);
  }
  const rank = { http: 0, command: 1, tcp: 2 };
  found.sort((a, b) => rank[a.kind] - rank[b.kind]);
  const [first, ...others] = found;
  for (const other of others)
    if (other.kind !== 'tcp') say(`it has a further check (${other.path ?? other.command})`);
  return first ?? { kind: 'tcp', port: port.inside };
}

const ofPort = ({ path, status, port }: ReadyCheck, inside: number): Check => {
  const number = typeof port === 'number' ? port : inside;
  return path === undefined ? { kind: 'tcp', port: number } : { kind: 'http', port: number, path, status };
};

/**
 * The check as a command in the service's own image, which has neither curl nor wget: by its language.
 * Undefined: its image has nothing that could ask.
 * @param host what it says for its Host, where its server is strict
 */
export function commandInside({ recipe }: Service, check: Check, host?: string): string[] | undefined {
  if (check.kind === 'command') return ['sh', '-c', check.command ?? 'true'];
  const at = `http://127.0.0.1:${check.port}${check.path ?? '/'}`;
  const http = check.kind === 'http';
  const codes = check.status;
  if (recipe.runtime === 'node' || recipe.runtime === 'bun') {
    if (!http)
      return [
        recipe.runtime,
        '-e',
        `require("node:net").connect(${check.port},"127.0.0.1").on("connect",()=>process.exit(0)).on("error",()=>process.exit(1))`,
      ];
    const good = codes ? `[${codes.join(',')}].includes(r.status)` : 'r.status<400';
    return [
      recipe.runtime,
      '-e',
      `fetch("${at}",{redirect:"manual"}).then(r=>process.exit(${good}?0:1),()=>process.exit(1))`,
    ];
  }
  if (recipe.runtime === 'python') {
    if (!http)
      return [
        'python3',
        '-c',
        `import socket; socket.create_connection(("127.0.0.1", ${check.port}), 3).close()`,
      ];
    const good = codes ? `in (${codes.join(', ')},)` : '< 400';
    const words = [JSON.stringify(check.path ?? '/')];
    if (host !== undefined) words.push(`headers={"Host": ${JSON.stringify(host)}}`);
    return [
      'python3',
      '-c',
      `import http.client, sys; c = http.client.HTTPConnection("127.0.0.1", ${check.port}, timeout=3); c.request("GET", ${words.join(', ')}); sys.exit(not c.getresponse().status ${good})`,
    ];
  }
  if (recipe.runtime === 'busybox')
    return http && !codes
      ? ['wget', '-q', '-O', '/dev/null', at]
      : ['nc', '-z', '127.0.0.1', String(check.port)];
  if (recipe.runtime === 'nginx') return ['curl', '-fsS', '-o', '/dev/null', at];
  if (recipe.runtime === 'native') {
    const open = `exec 3<>/dev/tcp/127.0.0.1/${check.port}`;
    if (!http) return ['bash', '-c', open];
    const good = codes ? codes.join('|') : '[123]..';
    const ask = `printf ${shellWord(`GET ${check.path ?? '/'} HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n`)} >&3`;
    return ['bash', '-c', `${open}; ${ask}; read -r -u 3 _ status _; [[ $status == @(${good}) ]]`];
  }
  return undefined;
}
