import { sourcesOf } from '../config/reads/sources.ts';
import type { App, PortKey, Settings } from '../config/types.ts';
import { wantedHandover } from '../plan/listen.ts';
import type { Listener, Recipe, Service } from './types.ts';

/** Where systemd's descriptors begin; `0` where the socket is a program's stdin. */
const FIRST = 3;
/** A program that reads the descriptors of systemd's protocol, or a fixed one. */
const READS_ONE =
  /LISTEN_FDS|listenfd|sd_listen_fds|\bfd\s*:\s*[3-9]\b|\bfileno\s*=|os\.NewFile\(|go-systemd\/|--fd[ =]|fd:\/\//;

/**
 * The sockets that the config has opened for an app, by descriptor; empty where its server opens its port itself.
 * Reads the app's code: a Node program that only devstart's preload brings to its socket has none elsewhere.
 */
export function socketsOf(
  app: App,
  recipe: Recipe,
  { settings, ports, lost }: { settings: Settings; ports: Partial<Record<PortKey, number>>; lost: string[] },
): Listener[] {
  const wanted = wantedHandover(app, settings);
  if (recipe.site || !wanted || wanted === 'default') return [];
  // Where the server is known to take one, systemd.ts gives it one unasked.
  if (wanted === 'asked' && recipe.handed) return [];
  if (!recipe.handed && (wanted === 'asked' || app.takes?.preload) && !readsOne(app, settings)) {
    lost.push(
      `${app.name}: its own listen takes a handed socket by devstart's preload alone: elsewhere it opens its port itself`,
    );
    return [];
  }
  if (wanted === 'asked') {
    const port = ports[app.roles[0] ?? 'own'];
    const fd = app.takes?.stdin ? 0 : FIRST;
    return port === undefined
      ? []
      : [
          {
            name: undefined,
            host: undefined,
            port,
            fd,
            backlog: undefined,
            reusePort: false,
            nonBlock: false,
          },
        ];
  }
  return (app.tcpPorts ?? []).flatMap(({ key, name, host, fd, backlog, reusePort, nonBlock }) => {
    const port = ports[key];
    return port === undefined ? [] : [{ name, host, port, fd, backlog, reusePort, nonBlock }];
  });
}

function readsOne({ name, command, cwd, runs }: App, { apps }: Settings): boolean {
  const line = command.kind === 'argv' ? command.argv.join(' ') : command.line;
  const dir = runs?.dir ?? cwd;
  const others = apps.filter((one) => one.name !== name && one.cwd !== dir).map((one) => one.cwd);
  return READS_ONE.test(line) || sourcesOf(dir, others, false).some(({ text }) => READS_ONE.test(text));
}

/** Its first socket's number where systemd opens it: by the sockets table, or as the config has it. Pure. */
export function handedFd({ recipe, sockets, port }: Service): number | undefined {
  const [first, ...others] = sockets;
  if (first) return first.fd === 0 && others.length === 0 ? 0 : FIRST;
  return port && recipe.handed ? FIRST : undefined;
}

/** What systemd gives another number than the config has: a program that reads a fixed one finds nothing there. Pure. */
export const renumbered = (service: Service): string[] => {
  const first = handedFd(service) ?? FIRST;
  return service.sockets.flatMap(({ fd, port }, at) =>
    fd === first + at ? [] : [`${port} is fd ${first + at}, not ${fd}`],
  );
};

/** Says of an engine that opens no sockets what that means for a service. */
export function saysUnhanded({ app, sockets }: Service, engine: string, lost: string[]): void {
  if (sockets.length === 0) return;
  const which = sockets.map(({ port, fd }) => `${port} as fd ${fd}`).join(', ');
  lost.push(`${app}: handed sockets (${which}), which ${engine} cannot pass: it must open its port itself`);
}
