import { OPTIONS } from '../options.ts';
import { formatPortSpec } from '../port-spec.ts';
import { ITS_COMMAND } from '../source.ts';
import type { PortSpec, Settings, Source, Sourced } from '../types.ts';
import { written } from './port-candidates.ts';

/** One setting in its written form. */
export interface Explained {
  value: unknown;
  source: Source;
  overrode: { value: unknown; source: Source }[];
}

export interface Explanation {
  /** By the config's names; `ports` by app for the further ones. */
  settings: Record<string, Explained | Record<string, Explained>>;
}

/** The object of `--explain --json`. Pure. */
export function explain(settings: Settings): Explanation {
  const roles: Record<string, Explained> = {};
  const further: Record<string, Explained> = {};
  for (const app of settings.apps) {
    const { backend, frontend, own } = settings.ports[app.name] ?? {};
    if (backend) roles.backendPort = explainPort(backend);
    if (frontend) roles.frontendPort = explainPort(frontend);
    if (own) further[app.name] = explainPort(own);
  }
  // What nobody said is said, too: each server listens where it likes.
  const options: Record<string, Explained> = settings.host ? {} : { host: UNSAID };
  for (const [key, setting] of Object.entries(settings)) {
    if (isSourced(setting)) options[key] = setting;
  }
  const ports = Object.keys(further).length > 0 ? { ports: further } : {};
  return { settings: { ...roles, ...ports, ...options } };
}

const UNSAID: Explained = { value: null, source: { kind: 'default', name: 'default' }, overrode: [] };

const isSourced = (setting: unknown): setting is Sourced<unknown> =>
  Array.isArray((setting as Partial<Sourced<unknown>> | undefined)?.overrode);

const explainPort = (port: Sourced<PortSpec>): Explained => ({
  value: written(port.value),
  source: port.source,
  overrode: port.overrode.map(({ value, source }) => ({ value: numeric(value), source })),
});

/** A port that stood in a text is a number to people. */
const numeric = (value: unknown): unknown =>
  typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;

/** `BACKEND_PORT=9000 from .env line 3 (overrode 8000, default)`, one line a setting. Pure. */
export function explainLines(settings: Settings): string[] {
  const lines: string[] = [];
  const all = explain(settings).settings;
  for (const [key, value] of Object.entries(all)) {
    if (isExplained(value)) lines.push(line(LABELS[key] ?? key, value));
    else for (const [name, port] of Object.entries(value)) lines.push(line(`port of ${name}`, port));
  }
  return lines;
}

const LABELS: Record<string, string> = {
  backendPort: OPTIONS.backendPort.env,
  frontendPort: OPTIONS.frontendPort.env,
  frontendUrl: 'FRONTEND_URL',
};

const isExplained = (value: Explained | Record<string, Explained>): value is Explained => 'overrode' in value;

function line(label: string, { value, source, overrode }: Explained): string {
  // Who says the same has lost nothing.
  const others = overrode.filter((other) => text(other.value) !== text(value));
  const weaker = others.map((other) => `${text(other.value)}, ${origin(other.source)}`).join('; ');
  const from = source.kind === 'default' ? ' by default' : ` from ${origin(source)}`;
  return `${label}=${text(value)}${from}${weaker && ` (overrode ${weaker})`}`;
}

function text(value: unknown): string {
  if (value === null) return 'each server’s own';
  if (Array.isArray(value)) return value.length > 0 ? value.join(',') : 'none';
  return value === '' ? '""' : String(typeof value === 'object' ? formatPortSpec(value as PortSpec) : value);
}

function origin({ kind, name, file, line: number }: Source): string {
  const place = `${file ?? ''}${number === undefined ? '' : ` line ${number}`}`;
  switch (kind) {
    case 'flag':
      return name;
    case 'env':
      return 'the environment';
    case 'env-file':
      return place;
    case 'config':
      return `${place} (${name})`;
    case 'sticky':
      return `the last run (${place})`;
    case 'framework':
      if (file !== undefined) return `${place} (${name})`;
      return name === ITS_COMMAND ? name : `${name}'s default`;
    case 'search':
      return 'the search';
    default:
      return 'default';
  }
}
