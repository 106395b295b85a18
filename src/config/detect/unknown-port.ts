import type { App } from '../types.ts';

/** A server that has none of its ports from us but by PORT, and of which nothing says that it reads that. */
export function unknownPort(app: App): string[] {
  const { name, runs, written, defaultPorts, framework, portName, command } = app;
  if (app.noPort || app.opaque || app.once || app.roles.length > 1 || !runs || framework === 'static')
    return [];
  if (/(?:^|\s)portless\s/.test(runs.line ?? ''))
    return [`${name}: portless gives it a port and a name of its own: it listens where portless says`];
  const flag = app.roles[0] ? `--${app.roles[0]}-port N` : `--port ${name}=N`;
  if (app.portUnclear !== undefined && Object.keys(written ?? {}).length === 0)
    return [`${name}: ${unclearly(app.portUnclear)}; to say it: ${flag}`];
  // What Spring's settings leave to a variable without a default has none of Spring's either.
  const standard = framework === 'spring' && portName !== undefined ? undefined : defaultPorts;
  const known = [written, standard].some((ports) => ports && Object.keys(ports).length > 0);
  const words = command.kind === 'shell' ? [command.line] : command.argv;
  const told = [...words, ...Object.values(app.env)].some((word) =>
    /\{(?:port|backend|frontend)\}/.test(word),
  );
  if (known || told || (framework === 'task' && app.roles.length === 0)) return [];
  // Its owner's own env file has it, or its shell.
  if (portName !== undefined)
    return [
      `${name}: it listens where ${portName} says, and no file that was read gives that; to say it: ${flag}`,
    ];
  return [
    `${name}: no file that was read says where it listens, so it is told a port by PORT; if it has one of its own, say it: ${flag}`,
  ];
}

const unclearly = (said: string): string =>
  /^\d+ /.test(said)
    ? `its code listens on ${said}, which is below 1024, where devstart gives no port`
    : `its code listens where ${said} says, and no file that was read gives that`;
