import path from 'node:path';
import type { DevstartConfig } from '../generated/types.ts';
import {
  type Flags,
  flagName,
  OPTIONS,
  type OptionKey,
  type OptionRow,
  type SettingKey,
} from '../options.ts';
import type { OptionSettings, Settings, Source, Sourced } from '../types.ts';
import { READERS, type Reader } from '../values.ts';
import type { EnvFile } from './dotenv.ts';

/** What the user said, layer by layer. */
export interface Layers {
  /** Absolute, symlinks resolved. */
  root: string;
  flags: Flags;
  env: Readonly<Record<string, string | undefined>>;
  /** Strongest first. */
  envFiles: readonly EnvFile[];
  /** Validated. */
  config?: { value: DevstartConfig; file: string } | undefined;
}

/** A value as it was written, and by whom. */
export interface Candidate {
  raw: unknown;
  source: Source;
}

export function flagCandidate(layers: Layers, key: OptionKey): Candidate[] {
  const raw = layers.flags[key];
  return raw === undefined ? [] : [{ raw, source: { kind: 'flag', name: flagName(key, raw) } }];
}

/** The environment's own, then the env files'. An empty one is not given, as compose's `${VAR:-}` means it. */
export function envCandidates(layers: Layers, name: string): Candidate[] {
  const found: Candidate[] = [];
  const raw = layers.env[name];
  if (raw) found.push({ raw, source: { kind: 'env', name } });
  for (const { file, values, lineOf } of layers.envFiles) {
    if (!Object.hasOwn(values, name) || values[name] === '') continue;
    const line = lineOf(name);
    const source: Source = { kind: 'env-file', name, file, ...(line !== undefined && { line }) };
    found.push({ raw: values[name], source });
  }
  return found;
}

function configCandidate(layers: Layers, key: keyof DevstartConfig): Candidate[] {
  const raw = layers.config?.value[key];
  return raw === undefined
    ? []
    : [{ raw, source: { kind: 'config', name: key, file: layers.config?.file ?? '' } }];
}

/** The strongest candidate, read; the others are what it overrode, as they were written. */
export function strongest<T>(candidates: readonly Candidate[], read: Reader<T>): Sourced<T> | undefined {
  const [first, ...others] = candidates;
  return (
    first && {
      value: read(first.raw, first.source),
      source: first.source,
      overrode: others.map(({ raw, source }) => ({ value: raw, source })),
    }
  );
}

export const byDefault = (raw: unknown): Candidate => ({ raw, source: { kind: 'default', name: 'default' } });

export type Options = OptionSettings & Pick<Settings, 'name' | 'cleanPaths' | 'avoid'>;

/** Every option that does not depend on the apps. Pure. @throws DevstartError USAGE naming the source */
export function resolveOptions(layers: Layers): Options {
  const keys = (Object.keys(OPTIONS) as OptionKey[]).filter(isSetting);
  const said = Object.fromEntries(keys.map((key) => [key, resolveOption(layers, key)])) as OptionSettings;
  const { prod, strictPort, portsFile } = said;
  return {
    name: strongest(configCandidate(layers, 'name'), READERS.text),
    ...said,
    // Production takes the ports it was given or none.
    strictPort: prod.value && !strictPort.value ? { ...prod, overrode: [{ ...strictPort }] } : strictPort,
    portsFile: { ...portsFile, value: path.resolve(layers.root, portsFile.value) },
    cleanPaths: configPaths(layers, 'clean'),
    avoid: configPaths(layers, 'avoid'),
  };
}

const isSetting = (key: OptionKey): key is SettingKey => 'default' in OPTIONS[key];

/** One of them. Pure. @throws DevstartError USAGE naming the source */
export function resolveOption<K extends SettingKey>(layers: Layers, key: K): OptionSettings[K] {
  const row: OptionRow = OPTIONS[key];
  const candidates = [
    ...flagCandidate(layers, key),
    ...[row.env ?? [], row.elseEnv ?? []].flat().flatMap((name) => envCandidates(layers, name)),
    ...(row.config === undefined ? [] : configCandidate(layers, row.config)),
    ...(row.default === undefined ? [] : [byDefault(row.default)]),
  ];
  return strongest<unknown>(candidates, READERS[row.kind]) as OptionSettings[K];
}

const configPaths = (layers: Layers, key: 'clean' | 'avoid'): Sourced<string[]> =>
  strongest([...configCandidate(layers, key), byDefault([])], (raw) => raw as string[]) as Sourced<string[]>;
