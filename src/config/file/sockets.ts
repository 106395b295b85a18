import type { AppConfig, TcpPort } from '../generated/types.ts';
import type { KeyPath } from './literal.ts';
import type { Issue } from './locate.ts';

/** What is wrong with the sockets that an app is handed, and with whom it runs as. Pure. */
export function socketIssues(keys: KeyPath, app: AppConfig, keyName: (keys: KeyPath) => string): Issue[] {
  const issues: Issue[] = [];
  const add = (path: KeyPath, message: string): void => {
    const whole = [...keys, ...path];
    issues.push({ keys: whole, message: `${keyName(whole)}: ${message}` });
  };
  const sockets = Object.entries(app.tcpPorts ?? {});
  const seen = new Map<number, string>();
  for (const [spec, { fd, reuseAddr }] of sockets) {
    const at = ['tcpPorts', spec];
    if (fd === 1 || fd === 2)
      add([...at, 'fd'], `${fd} is where its output goes; a socket is 0, or from 3 on`);
    const other = fd === undefined ? undefined : seen.get(fd);
    if (other !== undefined) add([...at, 'fd'], `${fd} is the socket of ${other} already`);
    if (fd !== undefined) seen.set(fd, spec);
    if (reuseAddr === false)
      add([...at, 'reuseAddr'], 'it is always on: without it a restart would wait for a minute');
  }
  if (sockets.length > 0 && app.port === false) add(['port'], 'false is no port, and "tcpPorts" gives one');
  if (sockets.length > 0 && (app.ports || (app.roles?.length ?? 0) > 1))
    add(['tcpPorts'], 'it is for an app with one role');
  if (app.group !== undefined && app.user === undefined)
    add(['group'], 'it belongs to "user", which is not there');
  return issues;
}

/** The sockets by their descriptors, each with one: what names none gets the next from 3 on. */
export function numbered(tcpPorts: AppConfig['tcpPorts']): (TcpPort & { spec: string; fd: number })[] {
  const entries = Object.entries(tcpPorts ?? {});
  const taken = new Set(entries.flatMap(([, { fd }]) => fd ?? []));
  const next = (): number => {
    let fd = 3;
    while (taken.has(fd)) fd++;
    taken.add(fd);
    return fd;
  };
  return entries
    .map(([spec, socket]) => ({ ...socket, spec, fd: socket.fd ?? next() }))
    .sort((a, b) => a.fd - b.fd);
}
