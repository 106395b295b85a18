import path from 'node:path';
import type { Flags } from '../flags.ts';
import type { DevstartConfig } from '../generated/types.ts';
import type { Settings, Source, Sourced } from '../types.ts';
import { type Reader, readBoolean, readHost, readInteger, readPath, readSeconds } from '../values.ts';
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

/** `backendPort` is `--backend-port`; `sticky` said as false is `--no-sticky`. */
export function flagName(key: string, value?: unknown): string {
  const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `--${value === false ? 'no-' : ''}${name}`;
}

export function flagCandidate(layers: Layers, key: keyof Flags): Candidate[] {
  const raw = layers.flags[key];
  return raw === undefined ? [] : [{ raw, source: { kind: 'flag', name: flagName(key, raw) } }];
}

/** The environment's own, then the env files'. */
export function envCandidates(layers: Layers, name: string): Candidate[] {
  const found: Candidate[] = [];
  const raw = layers.env[name];
  if (raw !== undefined) found.push({ raw, source: { kind: 'env', name } });
  for (const { file, values, lineOf } of layers.envFiles) {
    if (!Object.hasOwn(values, name)) continue;
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

export type Options = Omit<Settings, 'root' | 'apps' | 'ports' | 'corsOrigins' | 'frontendUrl' | 'envFiles'>;

/** Every option that does not depend on the apps. Pure. @throws DevstartError USAGE naming the source */
export function resolveOptions(layers: Layers): Options {
  const option = <T>(
    key: keyof Flags & keyof DevstartConfig,
    env: string | undefined,
    read: Reader<T>,
    value: T,
  ) =>
    strongest(
      [
        ...flagCandidate(layers, key),
        ...(env === undefined ? [] : envCandidates(layers, env)),
        ...configCandidate(layers, key),
        byDefault(value),
      ],
      read,
    ) as Sourced<T>;
  const port = readInteger(1, 65_535);
  const flagOnly = (key: 'clean' | 'open') =>
    strongest([...flagCandidate(layers, key), byDefault(false)], readBoolean) as Sourced<boolean>;
  const paths = (key: 'clean' | 'avoid') =>
    strongest([...configCandidate(layers, key), byDefault([])], (raw) => raw as string[]) as Sourced<
      string[]
    >;
  const prod = option('prod', 'DEVSTART_PROD', readBoolean, false);
  const strictPort = option('strictPort', 'DEVSTART_STRICT_PORT', readBoolean, false);
  const file = option('portsFile', 'DEVSTART_PORTS_FILE', readPath, '.ports.json');
  return {
    basePort: strongest(
      [
        ...flagCandidate(layers, 'basePort'),
        ...envCandidates(layers, 'DEVSTART_BASE_PORT'),
        ...configCandidate(layers, 'basePort'),
      ],
      port,
    ),
    host: option('host', 'DEVSTART_HOST', readHost, '127.0.0.1'),
    maxAttempts: option('maxAttempts', 'DEVSTART_MAX_ATTEMPTS', port, 10),
    // Production takes the ports it was given or none.
    strictPort: prod.value && !strictPort.value ? { ...prod, overrode: [{ ...strictPort }] } : strictPort,
    prod,
    clean: flagOnly('clean'),
    cleanPaths: paths('clean'),
    avoid: paths('avoid'),
    portsFile: { ...file, value: path.resolve(layers.root, file.value) },
    sticky: option('sticky', 'DEVSTART_STICKY', readBoolean, true),
    killTimeout: option('killTimeout', 'DEVSTART_KILL_TIMEOUT', readSeconds, 5),
    keepGoing: option('keepGoing', undefined, readBoolean, false),
    open: flagOnly('open'),
  };
}
