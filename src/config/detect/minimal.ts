import path from 'node:path';
import type { App, PortKey } from '../types.ts';

/**
 * The smallest config that says what was found: what `devstart init` writes and errors show. Flags that
 * devstart adds by itself are left out.
 */
export function minimalConfig(apps: App[], root?: string): { apps: Record<string, unknown>[] } {
  // What ends before the servers start is no app of a config.
  const kept = apps.filter(({ once }) => !once);
  const names = new Set(kept.map(({ name }) => name));
  return {
    apps: kept.map((app) => ({
      ...minimalApp(app, root),
      ...withNames(app.dependsOn?.filter((name) => names.has(name))),
    })),
  };
}

function minimalApp(app: App, root: string | undefined): Record<string, unknown> {
  const result: Record<string, unknown> = { name: app.name };
  if (app.roles.length === 1) result.role = app.roles[0];
  else if (app.roles.length > 1) result.roles = app.roles;
  result.command = plainCommand(app);
  const cwd = root === undefined ? '' : path.relative(root, app.cwd).replaceAll(path.sep, '/');
  if (cwd) result.cwd = cwd;
  if (app.procfile) result.envFile = path.posix.join(cwd, '.env');
  if (Object.keys(app.env).length > 0) result.env = app.env;
  if (app.noPort || app.opaque) result.port = false;
  const known = startPorts(app);
  const ports = Object.values(known);
  if (app.roles.length > 1 && ports.length > 0) result.ports = known;
  else if (ports[0] !== undefined) result.port = ports[0];
  return result;
}

/** Where each of its ports starts: as the project has it, else as its framework does. */
function startPorts({ defaultPorts, written = {} }: App): Partial<Record<PortKey, number>> {
  const ports = { ...defaultPorts };
  for (const key of ['backend', 'frontend', 'own'] as const) {
    const [first] = written[key] ?? [];
    if (first) ports[key] = first.port;
  }
  return ports;
}

const withNames = (dependsOn: string[] | undefined) => (dependsOn?.length ? { dependsOn } : {});

function plainCommand(app: App): string | string[] {
  if (app.command.kind === 'shell') return app.command.line;
  let argv = app.command.argv.map((word) =>
    path.isAbsolute(word) && !path.relative(app.cwd, word).startsWith(`..${path.sep}..`)
      ? path.relative(app.cwd, word).replaceAll(path.sep, '/')
      : word,
  );
  const [program = '', verb] = argv;
  if (['npm', 'pnpm', 'yarn', 'bun'].includes(program) && verb === 'run') {
    argv = argv.filter((word) => word !== '--silent').slice(0, 3);
  } else if (program === 'npm' && verb === 'exec' && !argv.includes('--')) return argv.at(-1) ?? '';
  else if (app.framework === 'reflex') argv = argv.slice(0, argv.indexOf('run') + 1);
  return argv.every((word) => /^[\w@%+=:,./{}-]+$/.test(word)) ? argv.join(' ') : argv;
}
