import path from 'node:path';
import { readEnvFile } from '../settings/dotenv.ts';
import { smallText } from '../small-files.ts';
import { type App, type Reading, ROLES, type Role, TOLD_LISTS, TOLD_URLS, type ToldName } from '../types.ts';
import { listReading } from './lists.ts';
import { loadedEnvFiles } from './loaders.ts';
import { type SourceFile, sourcesOf } from './sources.ts';
import { meansSomethingElse } from './urls.ts';

const NAMES: readonly ToldName[] = [...TOLD_URLS, ...TOLD_LISTS];
const MANIFESTS =
  'package.json requirements.txt pyproject.toml Pipfile go.mod Cargo.toml Gemfile composer.json mix.exs'.split(
    ' ',
  );
/** They serve a browser's code: only their configs read variables. */
const PAGES_ALONE = new Set(
  'vite cra rsbuild rspack parcel webpack vue-cli angular vitepress vuepress docusaurus storybook eleventy ember ionic expo slidev http-server serve live-server browser-sync jekyll hugo trunk static vite-plus electron-vite snowpack farm rspress umi ice ladle histoire stencil web-dev-server hexo docsify mintlify observable elm gridsome sirv zola mdbook bridgetown middleman nanoc'.split(
    ' ',
  ),
);

interface Surroundings {
  /** Absolute. */
  root: string;
  /** The launcher's own environment. */
  env: Readonly<Record<string, string | undefined>>;
  prod: boolean;
}

/** The ports that the apps of a role have where nothing is taken. */
type Usual = Record<Role, number[]>;

/**
 * The apps with what their own files say of the names that devstart tells, so that none is told where it is said
 * already or means something else; and with what a Procfile's lines are handed.
 */
export async function withReadings(apps: readonly App[], around: Surroundings): Promise<App[]> {
  const dirs = apps.map((app) => app.runs?.dir ?? app.cwd);
  const usual = Object.fromEntries(ROLES.map((role) => [role, usualPorts(apps, role)])) as Usual;
  const seen = new Map<string, SourceFile[]>();
  // One look at a folder, however many run in it.
  const sourcesIn = (dir: string, flat: boolean): SourceFile[] => {
    const key = `${flat} ${dir}`;
    const found =
      seen.get(key) ??
      sourcesOf(
        dir,
        dirs.filter((other) => other !== dir),
        flat,
      );
    seen.set(key, found);
    return found;
  };
  return Promise.all(
    apps.map(async (app) => {
      const reads = { ...readingsOf(app, sourcesIn, usual, around), ...app.reads };
      // A Procfile's line starts in the Procfile's folder.
      const file = app.procfile ? await readEnvFile(app.cwd, '.env', around.env) : undefined;
      return {
        ...app,
        ...(file && { handed: file.written }),
        ...(Object.keys(reads).length > 0 && { reads }),
      };
    }),
  );
}

function readingsOf(
  app: App,
  sourcesIn: (dir: string, flat: boolean) => SourceFile[],
  usual: Usual,
  { root, env, prod }: Surroundings,
): Partial<Record<ToldName, Reading>> {
  const open = NAMES.filter((name) => !env[name] && app.env[name] === undefined);
  if (open.length === 0) return {};
  const dir = app.runs?.dir ?? app.cwd;
  const sources = sourcesIn(dir, PAGES_ALONE.has(app.framework ?? ''));
  const command = app.command.kind === 'shell' ? app.command.line : app.command.argv.join(' ');
  const loaded = loadedEnvFiles({
    root,
    cwd: app.cwd,
    dir,
    framework: app.framework,
    lines: [command, app.runs?.line ?? ''],
    manifests: MANIFESTS.flatMap((name) => smallText(path.join(dir, name)) ?? []),
    sources,
    prod,
  });
  const files = loaded.flatMap((file) => smallText(file) ?? []);
  const reads: Partial<Record<ToldName, Reading>> = {};
  for (const name of open) {
    const reading = files.some((text) => assigns(text, name)) ? 'own' : readingIn(name, sources, usual);
    if (reading) reads[name] = reading;
  }
  return reads;
}

const usualPorts = (apps: readonly App[], role: Role): number[] =>
  apps
    .filter(({ roles }) => roles.includes(role))
    .flatMap(({ written = {}, defaultPorts }) =>
      ([role, 'own'] as const).flatMap((key) => [
        ...(written[key] ?? []).map(({ port }) => port),
        ...(defaultPorts[key] === undefined ? [] : [defaultPorts[key]]),
      ]),
    );

function readingIn(name: ToldName, sources: readonly SourceFile[], usual: Usual): Reading | undefined {
  const isList = (TOLD_LISTS as readonly string[]).includes(name);
  if (isList) return listReading(name, sources);
  const ports = usual[name === 'FRONTEND_URL' ? 'frontend' : 'backend'];
  return meansSomethingElse(name, sources, ports) ? 'own' : undefined;
}

/** Settings libraries compare names without case. */
const assigns = (text: string, name: string): boolean =>
  new RegExp(`^\\s*(?:export\\s+)?${name}\\s*[=:]`, 'im').test(text);
