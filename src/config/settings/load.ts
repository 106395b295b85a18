import path from 'node:path';
import type { Looks } from '../copies/types.ts';
import type { Detection } from '../detect/index.ts';
import type { DetectContext } from '../detect/project.ts';
import { findConfig, parseConfig, readConfigFile } from '../file/config-file.ts';
import { type ConfigFile, locate } from '../file/locate.ts';
import type { Flags } from '../options.ts';
import type { LeftOut, Settings, Source, Warning } from '../types.ts';
import { readPath } from '../values.ts';
import { readEnvFiles } from './dotenv.ts';
import { Kept } from './kept.ts';
import { type Layers, resolveOptions } from './options.ts';
import { resolveSettings } from './resolve.ts';
import { projectRoot } from './root.ts';
import { isLinkedWorktree, PINS, readPins, readPortsFile } from './sticky.ts';

export interface LoadInput {
  flags: Flags;
  /** The launcher's own environment. */
  env: Readonly<Record<string, string | undefined>>;
  /** The launcher's own folder. */
  cwd: string;
  /** The state directory, for a start: what was found in a project is kept there. */
  home?: string | undefined;
}

export interface Loaded extends Looks {
  settings: Settings;
  /** Ports to pass over, and the file that names each, as `avoid` has it. */
  avoided: ReadonlyMap<number, string>;
  warnings: Warning[];
  /** What detection has to say, for people. */
  notes: string[];
  /** What the owner would start, and is not among the apps. */
  leftOut: LeftOut[];
  /** The config that was read; its `file` is relative to the project. */
  configFile?: ConfigFile;
  /** What the next start of the project need not find again. */
  kept?: Kept | undefined;
}

/**
 * Everything that is wanted, read and checked: flags, environment, env files, config, the last run, detection.
 * @throws DevstartError
 */
export async function loadSettings({ flags, env, cwd, home }: LoadInput): Promise<Loaded> {
  const root = await projectRoot(cwd, flags.cwd);
  const [envFiles, configFile] = await Promise.all([
    readEnvFiles(root, env),
    flags.config === undefined ? findConfig(root) : readConfigFile(configPath(cwd, flags.config), root),
  ]);
  const layers: Layers = { root, flags, env, envFiles };
  // Of a program's values some are functions.
  const kept = home && configFile?.format !== 'script' ? new Kept(path.join(home, 'found'), root) : undefined;
  if (configFile) {
    const { bySchema, checkMeaning } = await import('../file/validate.ts');
    const read = async () => bySchema(configFile, await parseConfig(configFile));
    const value = kept ? await kept.config(configFile.text, read) : await read();
    await checkMeaning(configFile, value, root);
    layers.config = { value, file: configFile.file };
  }
  const { prod, host, sticky, portsFile, avoid, clean } = resolveOptions(layers);
  const none = { ports: undefined, warning: undefined };
  const said = { prod: prod.value, host: host?.value };
  const [found, last, pins] = await Promise.all([
    // Who cleans trusts nothing old.
    kept && !clean.value ? keptApps(layers, said, kept) : findApps(layers, said),
    sticky.value ? readPortsFile(portsFile.value, root) : none,
    // Written by us it tells of the last run, and pins nothing.
    portsFile.value === path.join(root, PINS) ? none : readPins(root),
  ]);
  const avoided =
    avoid.value.length > 0
      ? await (await import('./avoid.ts')).readAvoided(avoid.value, root, portsFile.value)
      : { ports: new Map<number, string>(), warnings: [] };
  const worktree = last.ports?.moved !== undefined && (await isLinkedWorktree(root));
  const { apps, notes, copies, leftOut, lookWidely, lookForNumber } = found;
  const { settings, warnings } = resolveSettings({
    ...layers,
    ...{ apps, copies, sticky: last.ports, pins: pins.ports, worktree },
  });
  return {
    settings,
    avoided: avoided.ports,
    warnings: [last.warning, pins.warning, ...avoided.warnings, ...warnings].filter(
      (warning) => warning !== undefined,
    ),
    lookWidely,
    lookForNumber,
    notes,
    leftOut,
    ...(configFile && { configFile }),
    kept,
  };
}

/** What detection must know of the settings. */
interface Said {
  prod: boolean;
  host: string | undefined;
}

/** As it was found by an earlier start, where nothing has changed; where a port has moved it is read after all. */
async function keptApps(layers: Layers, said: Said, kept: Kept): Promise<Detection> {
  const { env, config } = layers;
  let fresh: Promise<Detection> | undefined;
  const find = (noted = env): Promise<Detection> => {
    fresh ??= findApps({ ...layers, env: noted }, said);
    return fresh;
  };
  const found = await kept.recall('apps', {
    about: [said, config],
    env,
    find: async (noted) => {
      const { lookWidely: _, lookForNumber: __, ...plain } = await find(noted);
      return plain;
    },
    now: new Date(),
  });
  return {
    ...found,
    lookWidely: async (owners) => (await find()).lookWidely(owners),
    lookForNumber: async (port, home) => (await find()).lookForNumber(port, home),
  };
}

async function findApps(layers: Layers, said: Said): Promise<Detection> {
  const { env, root, config } = layers;
  const context = { ...said, env };
  const found = config?.value.apps
    ? await configuredApps(layers, context)
    : await (await import('../detect/index.ts')).detectProject(root, context);
  const { withReadings } = await import('../reads/reads.ts');
  return { ...found, apps: await withReadings(found.apps, { root, env, prod: said.prod }) };
}

async function configuredApps({ root, config }: Layers, context: DetectContext): Promise<Detection> {
  const [{ appsFromConfig }, { Project }, { withWrittenPorts }] = await Promise.all([
    import('./apps.ts'),
    import('../detect/project.ts'),
    import('../copies/written.ts'),
  ]);
  const apps = await appsFromConfig(config?.value ?? {}, root, { ...context, file: config?.file ?? '' });
  const { calls: _, ...written } = await withWrittenPorts(new Project(root), apps, context);
  return { ...written, leftOut: [] };
}

const configPath = (cwd: string, given: string): string =>
  path.resolve(cwd, readPath(given, { kind: 'flag', name: '--config' }));

/** Fills in the lines of what came from the config: a library's work, so only for those who show them. */
export async function withConfigLines(loaded: Loaded): Promise<Settings> {
  const { settings, configFile } = loaded;
  if (!configFile) return settings;
  const lines = new Map<string, number | undefined>();
  const visit = async (value: unknown): Promise<unknown> => {
    if (Array.isArray(value)) return Promise.all(value.map(visit));
    if (typeof value !== 'object' || value === null) return value;
    if (isConfigSource(value) && value.file === configFile.file) {
      if (!lines.has(value.name)) lines.set(value.name, (await locate(configFile, keysOf(value.name)))?.line);
      const line = lines.get(value.name);
      return { ...value, ...(line !== undefined && { line }) };
    }
    const entries = await Promise.all(
      Object.entries(value).map(async ([key, inner]) => [key, await visit(inner)] as const),
    );
    return Object.fromEntries(entries);
  };
  return (await visit(settings)) as Settings;
}

const isConfigSource = (value: object): value is Source =>
  'kind' in value && value.kind === 'config' && 'name' in value;

const keysOf = (name: string): (string | number)[] =>
  name
    .split(/[.[\]]+/)
    .filter((key) => key !== '')
    .map((key) => (/^\d+$/.test(key) ? Number(key) : key));
