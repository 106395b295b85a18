import path from 'node:path';
import { templatesOf } from '../copies/env-files.ts';
import { Project } from '../detect/project.ts';
import { readmeOf } from '../detect/typed.ts';
import type { App } from '../types.ts';
import { expand } from './addresses.ts';
import { type CodeSays, LIKELY, readCode } from './code.ts';
import { parseCompose, readCompose } from './compose.ts';
import type { ComposeFile, EnvFiles, Evidence } from './decide.ts';
import { type Drivers, MANIFESTS, readDrivers } from './drivers.ts';
import { onlyUsedByLaravel, readEnv } from './env.ts';
import { commandLines, homeOf, lineOf } from './scripts.ts';
import { readStarted } from './started.ts';

/** Reads what `decide` decides on: a few files of the apps' folders and of those above them. */

type Environment = Readonly<Record<string, string | undefined>>;

export interface Sources {
  project: Project;
  /** The apps' folders and those above them, up to the root; the root is among them. */
  dirs: string[];
  evidence: Evidence;
}

export async function readSources(root: string, apps: readonly App[], env: Environment): Promise<Sources> {
  const project = new Project(root);
  const homes = apps.flatMap((app) => [app.cwd, homeOf(app)]);
  const dirs = [...new Set([...homes.flatMap((dir) => project.upwards(dir)), root])].filter(
    (dir) => dir === root || dir.startsWith(root + path.sep),
  );
  const [drivers, compose, started] = await Promise.all([
    driversOf(project, dirs),
    composeOf(project, dirs, env),
    commandLines(project, apps).then(readStarted),
  ]);
  const spoken = new Set(drivers.kinds);
  for (const { services } of compose) for (const { kind } of services) if (kind) spoken.add(kind.id);
  const says: Evidence['env'] = [];
  for (const app of apps) says.push(await envOf(project, app, env, spoken));
  const names = (await Promise.all(dirs.map((dir) => project.list(dir)))).flatMap(({ files }) => [...files]);
  return {
    project,
    dirs,
    evidence: {
      env: says,
      drivers,
      compose,
      started,
      socket: names.includes('composer.json') || names.includes('Gemfile'),
      supabase: drivers.kinds.has('supabase') ? await supabaseOf(project, dirs) : undefined,
    },
  };
}

/** Folders of a package that hold a manifest more. */
const INNER = ['', 'prisma', 'requirements', 'gradle'];
const MOST_PACKAGES = 40;

async function driversOf(project: Project, dirs: string[]): Promise<Drivers> {
  const packages = (await project.workspaces()).slice(0, MOST_PACKAGES).map(({ dir }) => dir);
  const folders = [...new Set([...dirs, ...packages])].flatMap((dir) =>
    INNER.map((inner) => path.join(dir, inner)),
  );
  const texts = await Promise.all(
    folders.map(async (dir) => {
      const names = [...(await project.list(dir)).files].filter((name) => MANIFESTS.test(name));
      return Promise.all(
        names.map(async (name) => [name, (await project.text(path.join(dir, name))) ?? ''] as const),
      );
    }),
  );
  return readDrivers(texts.flat());
}

/** Weakest first, as the frameworks have them. */
const ENV_FILES = [
  '.env',
  '.env.development',
  '.env.dev',
  '.env.local',
  '.env.development.local',
  '.env.server',
];

/** The variables of env files, the later ones stronger, with the file of each. */
class Variables {
  readonly values: Record<string, string> = {};
  readonly #from: Record<string, string> = {};
  readonly #project: Project;

  constructor(project: Project) {
    this.#project = project;
  }

  put(more: Readonly<Record<string, string | undefined>>, file: string): void {
    for (const [name, value] of Object.entries(more)) {
      if (value === undefined) continue;
      this.values[name] = value;
      this.#from[name] = file;
    }
  }

  async putFile(file: string): Promise<void> {
    const text = await this.#project.text(file);
    if (text === undefined) return;
    const { parse } = await import('dotenv');
    this.put(parse(text.replace(/^\uFEFF/, '')), this.#project.relative(file));
  }

  says(spoken: ReadonlySet<string>): EnvFiles {
    const { values } = this;
    const from = this.#from;
    for (const [name, value] of Object.entries({ ...values })) values[name] = expand(value, values);
    return { says: readEnv(values, spoken), fileOf: (name) => from[name] ?? '' };
  }
}

/** The variables of one app: its folder's files over those above, its command's over both, the shell's over all. */
async function envOf(
  project: Project,
  app: App,
  env: Environment,
  spoken: ReadonlySet<string>,
): Promise<EnvFiles> {
  const variables = new Variables(project);
  const home = homeOf(app);
  const laravel = await project.has(home, 'artisan');
  for (const dir of project.upwards(home).reverse()) {
    const { files } = await project.list(dir);
    const named = [
      ...lineOf(app).matchAll(
        /(?:--env-file(?:-if-exists)?[= ]|\bdotenvx? (?:run )?-[ef] ?|\benv-cmd -f )(\S+)/g,
      ),
    ]
      .map(([, file = '']) => path.relative(dir, path.resolve(app.cwd, file)))
      .filter((file) => !file.startsWith('..'));
    // What Laravel's setup copies: without it nothing starts.
    const first = laravel && dir === home && !files.has('.env') ? ['.env.example'] : [];
    for (const name of [...first, ...ENV_FILES].filter((one) => files.has(one)).concat(named))
      await variables.putFile(path.join(dir, name));
  }
  variables.put(app.handed ?? {}, 'its env file');
  variables.put(env, 'the environment');
  variables.put(app.env, 'the config');
  const found = variables.says(spoken);
  return laravel ? { ...found, says: onlyUsedByLaravel(found.says, variables.values) } : found;
}

/** What people copy to the env files that are not there yet. */
export async function readTemplates({ project, dirs, evidence }: Sources): Promise<EnvFiles> {
  const variables = new Variables(project);
  for (const dir of [...dirs].sort((a, b) => a.length - b.length))
    for (const name of ENV_FILES)
      for (const file of await templatesOf({ project }, path.join(dir, name))) await variables.putFile(file);
  return variables.says(evidence.drivers.kinds);
}

/** Supabase's own stack, where the project's scripts or its README start it. */
async function supabaseOf(project: Project, dirs: string[]): Promise<Evidence['supabase']> {
  const packages = (await project.workspaces()).slice(0, MOST_PACKAGES).map(({ dir }) => dir);
  for (const dir of new Set([project.root, ...dirs, ...packages])) {
    if (!(await project.list(dir)).dirs.has('supabase')) continue;
    const text = await project.text(path.join(dir, 'supabase', 'config.toml'));
    if (text === undefined) continue;
    const port = Number(/^\[api\][^[]*?^port\s*=\s*(\d+)/m.exec(text)?.[1] ?? 54321);
    for (const folder of new Set([project.root, ...dirs, dir])) {
      const scripts = Object.values((await project.packageJson(folder))?.scripts ?? {});
      if (scripts.some((line) => STARTS_SUPABASE.test(line)))
        return { port, from: project.relative(path.join(folder, 'package.json')) };
    }
    const readme = await readmeOf(project);
    return { port, ...(readme && STARTS_SUPABASE.test(readme.text) && { from: readme.file }) };
  }
  return undefined;
}

const STARTS_SUPABASE = /\bsupabase(?:@\S+)? start\b/;

/** The files that `docker compose` takes by itself, the likeliest first. */
const PLAIN = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];
const OVERRIDES = PLAIN.map((name) => name.replace(/(?=\.ya?ml$)/, '.override'));
const FURTHER =
  /^(?:(?:docker-)?compose[.-](?:dev|develop|development|local|db|database|services?|infra|deps|backend)|(?:dev|local|services)\.(?:docker-)?compose)\.ya?ml$/;
const BESIDE =
  'docker .docker infra infrastructure deploy devops .devcontainer docker/dev docker/development docker/local'.split(
    ' ',
  );

async function composeOf(project: Project, dirs: string[], env: Environment): Promise<ComposeFile[]> {
  const found: ComposeFile[] = [];
  // The root's own file first: it needs no name.
  const nearest = [...dirs].sort((a, b) => a.length - b.length);
  for (const dir of [...nearest, ...BESIDE.map((name) => path.join(project.root, name))]) {
    const { files } = await project.list(dir);
    const main = PLAIN.find((name) => files.has(name));
    const overrides = OVERRIDES.filter((name) => main && files.has(name));
    const further = [...files].filter((name) => FURTHER.test(name)).sort();
    for (const names of [main ? [main, ...overrides] : [], ...further.map((name) => [name])]) {
      const texts = await Promise.all(names.map((name) => project.text(path.join(dir, name))));
      // The parser is heavy: a file without any service that we know needs none.
      if (!texts.some((text) => text && NAMES.test(text))) continue;
      const values = { ...(await dotenvOf(project, dir)), ...env };
      const parsed = await Promise.all(texts.map(parseCompose));
      const file = project.relative(path.join(dir, names[0] ?? ''));
      found.push({
        file,
        plain: dir === project.root && names[0] === main,
        services: readCompose(parsed, values),
      });
    }
  }
  return found;
}

const NAMES =
  /postg|pgvector|timescale|mysql|mariadb|percona|mssql|azure-sql|mongo|redis|valkey|dragonfly|keydb|meilisearch|typesense|opensearch|elasticsearch|rabbitmq|lavinmq|kafka|redpanda|nats|minio|localstack|mailpit|mailhog|maildev|mailcatcher|smtp4dev|inbucket|memcached|qdrant|neo4j|clickhouse|temporal/i;

/** Without an `.env` what people copy to it. */
async function dotenvOf(project: Project, dir: string): Promise<Record<string, string>> {
  const { files } = await project.list(dir);
  const name = ['.env', '.env.example', '.env.sample', '.env.template', '.env.dist'].find((one) =>
    files.has(one),
  );
  const text = name && (await project.text(path.join(dir, name)));
  return text ? (await import('dotenv')).parse(text) : {};
}

const SOURCES =
  /^(?:src|app|apps|server|api|backend|lib|config|configs|settings|core|db|database|models|common|shared|main|resources|internal|cmd|prisma)$/;
const MOST_FILES = 40;

/**
 * What the likely files of the apps' folders have written down, three folders deep.
 * @param packages where the apps' own modules lie: `shop` of `shop.main:app`
 */
export async function readLikelyCode(
  { project, dirs }: Sources,
  packages: readonly string[],
): Promise<CodeSays> {
  const says: CodeSays = { needs: [], file: false, sockets: [] };
  let waiting = [...new Set([...dirs, ...packages])];
  let read = 0;
  for (let depth = 0; depth < 4 && waiting.length > 0; depth++) {
    const next: string[] = [];
    for (const dir of waiting) {
      const { files, dirs: inner } = await project.list(dir);
      const python = files.has('__init__.py') || files.has('settings.py') || files.has('manage.py');
      // Of a package of settings what it takes together itself, whatever that is called.
      const whole = /^(?:settings|config)$/.test(path.basename(dir)) && files.has('__init__.py');
      const taken = whole ? ((await project.text(path.join(dir, '__init__.py'))) ?? '') : '';
      const isTaken = (name: string) =>
        whole && (name === '__init__.py' || new RegExp(`\\.${path.basename(name, '.py')}\\b`).test(taken));
      for (const name of files) {
        if (!LIKELY.test(name) && !(name.endsWith('.py') && isTaken(name))) continue;
        if (read++ >= MOST_FILES) continue;
        const file = path.join(dir, name);
        const found = readCode((await project.text(file)) ?? '', project.relative(file));
        says.needs.push(...found.needs);
        says.file ||= found.file;
        says.sockets.push(...found.sockets);
      }
      for (const name of inner) {
        // A package of Python may be called anything.
        if (SOURCES.test(name) || (python && !/^(?:\.|tests?$|node_modules$|venv$|migrations$)/.test(name))) {
          next.push(path.join(dir, name));
        }
      }
    }
    waiting = next;
  }
  return says;
}
