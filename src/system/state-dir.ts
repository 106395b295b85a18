import path from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment that is passed on: a relative DEVSTART_HOME would lead somewhere else from a server's folder. */
export const withAbsoluteHome = (env: Environment): Record<string, string | undefined> =>
  env.DEVSTART_HOME ? { ...env, DEVSTART_HOME: path.resolve(env.DEVSTART_HOME) } : env;

/**
 * The folder of claims, run records and logs, absolute: DEVSTART_HOME, or the platform's own for state
 * (`$XDG_STATE_HOME/devstart` or `~/.local/state/devstart` on Linux: https://specifications.freedesktop.org/basedir-spec).
 * Undefined for a user without a home. Nothing is created.
 */
export async function stateDir(env: Environment): Promise<string | undefined> {
  if (env.DEVSTART_HOME) return path.resolve(env.DEVSTART_HOME);
  try {
    const { default: envPaths } = await import('env-paths');
    // Of its names `log` is the one that lies under XDG_STATE_HOME.
    return envPaths('devstart', { suffix: '' }).log;
  } catch {
    return undefined;
  }
}
