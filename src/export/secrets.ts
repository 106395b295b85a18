import path from 'node:path';
import type { Project } from '../config/detect/project.ts';
import type { EnvFile } from '../config/settings/dotenv.ts';
import type { App } from '../config/types.ts';

const SECRET_NAME =
  /SECRET|TOKEN|PASSW|PASSPHRASE|CREDENTIAL|PRIVATE|(?:^|_)(?:API_?)?KEY(?:_|$)|APIKEY|ACCESS_?KEY|(?:^|_)(?:DSN|PWD|AUTH|SALT|CERT)(?:_|$)|CONNECTION_?STRING|^DATABASE_URL$|^(?:REDIS|MONGO|POSTGRES|MYSQL|AMQP)\w*_UR[IL]$/i;
const LOGIN = /:\/\/[^/\s:@]*:[^/\s@]+@/;
/** The shapes of well-known tokens. */
const TOKEN =
  /\b(?:sk|pk|rk)_(?:live|test)_\w{8,}|\bgh[pousr]_\w{20,}|\bAKIA[A-Z0-9]{16}\b|\beyJ[\w-]{10,}\.[\w-]{10,}\.|-----BEGIN/;

/** A value that must stand in no file of ours. Pure. */
export const looksSecret = (name: string, value: string): boolean =>
  SECRET_NAME.test(name) || LOGIN.test(value) || TOKEN.test(value);

/** A path that is true on this machine alone. Pure. */
export const mentionsPath = (value: string, root: string): boolean =>
  value.includes(root) || /^(?:\/(?:home|Users|root|tmp|private|var\/folders)\/|[A-Za-z]:\\)/.test(value);

export const isLocalUrl = (url: string): boolean =>
  /^https?:\/\/(?:localhost|[\w.-]+\.localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\])(?=[:/]|$)/.test(url);

/** What devstart itself reads there, or tells every server. */
const OURS =
  /^(?:DEVSTART_\w+|BACKEND_PORT|FRONTEND_PORT|PORT|HOST|CONDUCTOR_PORT|FRONTEND_URL|BACKEND_URL|API_URL|CORS_ORIGINS|CORS_ALLOWED_ORIGINS|NODE_ENV|FORCE_COLOR|NO_COLOR)$/;
const FILES = ['.env', '.env.local', '.env.production', '.env.production.local', '.env.prod', '.env.example'];

/** The names that the project's env files have for an app: never a value. @param asked by its code */
export async function namesOf(
  project: Project,
  app: App,
  envFiles: readonly EnvFile[],
  asked: readonly string[] = [],
): Promise<string[]> {
  const names = new Set([...asked, ...envFiles.flatMap(({ values }) => Object.keys(values))]);
  for (const folder of new Set([app.cwd, app.runs?.dir ?? app.cwd])) {
    for (const file of FILES) {
      for (const name of namesIn(await project.text(path.join(folder, file)))) names.add(name);
    }
  }
  return [...names].filter((name) => !OURS.test(name));
}

export const namesIn = (text: string | undefined): string[] =>
  [...(text ?? '').matchAll(/^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/gm)].map(([, name = '']) => name);
