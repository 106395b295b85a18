import { DevstartError } from '../../errors.ts';
import { didYouMean } from '../nearest.ts';
import { OPTIONS } from '../options.ts';
import { formatPortSpec, parsePortSpec } from '../port-spec.ts';
import { describeSource } from '../source.ts';
import {
  type App,
  type PortKey,
  type PortSpec,
  ROLES,
  type Role,
  type Settings,
  type Source,
  type Sourced,
  type Warning,
} from '../types.ts';
import { resolveDependencies } from './depends.ts';
import {
  byDefault,
  type Candidate,
  envCandidates,
  flagCandidate,
  type Layers,
  resolveOptions,
  strongest,
} from './options.ts';
import { type Origins, resolveOrigins } from './origins.ts';
import { PINS, type StickyPorts } from './sticky.ts';

export interface ResolveInput extends Layers {
  /** The last run's ports, where sticky is on and there was one. */
  sticky?: StickyPorts | undefined;
  /** What `ports.json` pins. */
  pins?: StickyPorts | undefined;
  /** The config's, or the detected ones. */
  apps: readonly App[];
}

const ROLE_PORTS = {
  backend: { flag: 'backendPort', ...OPTIONS.backendPort },
  frontend: { flag: 'frontendPort', ...OPTIONS.frontendPort },
} as const satisfies Record<Role, object>;

/** Where the search for a further app's port starts. */
const FURTHER_START = 4000;

/**
 * Every setting by precedence: flag > environment > .env.local > .env > config > sticky > framework > default.
 * Pure.
 * @throws DevstartError USAGE, PORT_INVALID, AMBIGUOUS, PROD_UNSAFE
 */
export function resolveSettings(input: ResolveInput): { settings: Settings; warnings: Warning[] } {
  const options = resolveOptions(input);
  const origins = resolveOrigins(input, options.prod.value);
  const apps = onlyApps(input);
  refuseTwoOfARole(apps);
  const ports = resolvePorts(input, apps, options.basePort);
  if (options.prod.value) refuseUnsafe(apps, ports, origins);
  return {
    settings: {
      ...options,
      root: input.root,
      apps,
      ports,
      corsOrigins: origins.corsOrigins,
      frontendUrl: origins.frontendUrl,
    },
    warnings: [...lackingRoles(input), ...origins.warnings],
  };
}

function onlyApps({ apps, flags }: ResolveInput): App[] {
  if (flags.only === undefined) return resolveDependencies(apps, apps);
  for (const name of flags.only) knownApp(apps, name, '--only');
  return resolveDependencies(
    apps,
    apps.filter((app) => flags.only?.includes(app.name)),
  );
}

function knownApp(apps: readonly App[], name: string, flag: string): App {
  const names = apps.map((app) => app.name);
  const app = apps.find((known) => known.name === name);
  if (app) return app;
  throw new DevstartError('USAGE', `${flag}: there is no app "${name}"${didYouMean(name, names)}`, {
    hint: `The apps here: ${names.join(', ')}.`,
  });
}

function refuseTwoOfARole(apps: readonly App[]): void {
  for (const role of ROLES) {
    const rivals = apps.filter((app) => app.roles.includes(role));
    if (rivals.length < 2) continue;
    const names = rivals.map((app) => `"${app.name}"`).join(' and ');
    throw new DevstartError('AMBIGUOUS', `${names} both have the role ${role}`, {
      hint: [
        ...rivals.map((app) => `${app.name}: ${app.evidence}`),
        'Give the role to one of them in the config, or start some with --only NAME.',
      ].join('\n'),
    });
  }
}

/** An app listens on its roles' ports; without a role on one of its own. A compiler that watches has none. */
export function portKeys(app: App): PortKey[] {
  if (app.noPort) return [];
  if (app.roles.length > 0) return [...app.roles];
  return app.framework === 'task' && !app.ports.own ? [] : ['own'];
}

function resolvePorts(
  input: ResolveInput,
  apps: readonly App[],
  basePort: Sourced<number> | undefined,
): Settings['ports'] {
  const named = namedPorts(input);
  const ports: Settings['ports'] = {};
  let further = 0;
  for (const app of apps) {
    const mine: Partial<Record<PortKey, Sourced<PortSpec>>> = {};
    for (const key of portKeys(app)) {
      const start = key === 'own' ? FURTHER_START + further : ROLE_PORTS[key].start;
      if (key === 'own') further++;
      const offset = basePort && blockOffset(apps, app, key);
      const candidates = portCandidates(input, app, key, named, start);
      if (basePort && offset !== undefined) insertBlock(candidates, basePort, offset);
      const chosen = strongest(candidates, (raw, source) =>
        parsePortSpec(raw as string | number, source),
      ) as Sourced<PortSpec>;
      if (chosen.value.kind === 'single' && isPin(chosen.source)) chosen.value.exact = true;
      mine[key] = chosen;
    }
    ports[app.name] = mine;
  }
  checkRoleValues(input);
  return ports;
}

function portCandidates(
  input: ResolveInput,
  app: App,
  key: PortKey,
  named: ReadonlyMap<string, Candidate>,
  start: number,
): Candidate[] {
  const found: Candidate[] = [];
  const mine = named.get(`${app.name}/${key}`);
  if (mine) found.push(mine);
  if (key !== 'own')
    found.push(...flagCandidate(input, ROLE_PORTS[key].flag), ...envCandidates(input, ROLE_PORTS[key].env));
  const asked = app.ports[key];
  if (asked)
    found.push({ raw: written(asked.value), source: asked.source }, ...asked.overrode.map(asCandidate));
  for (const [kind, file] of [
    ['config', input.pins],
    ['sticky', input.sticky],
  ] as const) {
    const port = key === 'own' ? file?.apps[app.name]?.[0] : file?.[key];
    const name = key === 'own' ? app.name : key;
    if (file && port !== undefined) found.push({ raw: port, source: { kind, name, file: file.file } });
  }
  const framework = app.defaultPorts[key] ?? (app.roles.length < 2 ? app.defaultPorts.own : undefined);
  if (framework !== undefined)
    found.push({ raw: framework, source: { kind: 'framework', name: app.framework ?? app.name } });
  found.push(key === 'own' ? { raw: start, source: { kind: 'search', name: 'search' } } : byDefault(start));
  return found;
}

const isPin = ({ kind, file }: Source): boolean => kind === 'config' && file === PINS;

const asCandidate = ({ value, source }: { value: unknown; source: Candidate['source'] }): Candidate => ({
  raw: value,
  source,
});

/** As a person writes it: 8080, or a text for everything else. */
export function written(spec: PortSpec): number | string {
  return spec.kind === 'single' ? spec.port : formatPortSpec(spec);
}

/** `--port NAME=SPEC`: by app name, or by role. The last one for a name counts. */
function namedPorts({ flags, apps }: ResolveInput): Map<string, Candidate> {
  const named = new Map<string, Candidate>();
  for (const text of flags.port ?? []) {
    const at = text.indexOf('=');
    if (at < 1)
      throw new DevstartError(
        'USAGE',
        `--port wants NAME=SPEC, as in --port worker=4100, not ${JSON.stringify(text)}`,
      );
    const name = text.slice(0, at);
    const role = ROLES.find((known) => known === name && !apps.some((app) => app.name === name));
    const app = apps.find((known) => role && known.roles.includes(role)) ?? knownApp(apps, name, '--port');
    const [key = 'own', second] = role ? [role] : portKeys(app);
    if (second)
      throw new DevstartError('USAGE', `--port ${name}=… could mean two ports: "${name}" has both roles`, {
        hint: 'Use --backend-port and --frontend-port.',
      });
    const candidate: Candidate = {
      raw: text.slice(at + 1),
      source: { kind: 'flag', name: `--port ${name}` },
    };
    parsePortSpec(String(candidate.raw), candidate.source);
    named.set(`${app.name}/${key}`, candidate);
  }
  return named;
}

const STRENGTH = ['flag', 'env', 'env-file', 'config'];

/** The block wins over everything said more weakly than it was. */
function insertBlock(candidates: Candidate[], basePort: Sourced<number>, offset: number): void {
  const { source } = basePort;
  const strength = (kind: string): number =>
    STRENGTH.includes(kind) ? STRENGTH.indexOf(kind) : STRENGTH.length;
  const raw = basePort.value + offset;
  if (raw > 65_535)
    throw new DevstartError(
      'USAGE',
      `${describeSource(source)} is ${basePort.value}: the block would pass 65535`,
    );
  const weaker = candidates.findIndex((candidate) => strength(candidate.source.kind) > strength(source.kind));
  candidates.splice(weaker < 0 ? candidates.length : weaker, 0, { raw, source });
}

/** Backend 0, frontend 1, further apps after the roles that there are. */
function blockOffset(apps: readonly App[], app: App, key: PortKey): number {
  const roles = ROLES.filter((role) => apps.some((known) => known.roles.includes(role)));
  if (key !== 'own') return roles.indexOf(key);
  return roles.length + apps.filter((known) => known.roles.length === 0).indexOf(app);
}

/** A malformed port is an error also where no app takes it. */
function checkRoleValues(input: ResolveInput): void {
  for (const { flag, env } of Object.values(ROLE_PORTS)) {
    const [first] = [...flagCandidate(input, flag), ...envCandidates(input, env)];
    if (first) parsePortSpec(first.raw as string, first.source);
  }
}

function lackingRoles(input: ResolveInput): Warning[] {
  return ROLES.flatMap((role) => {
    const { flag, env } = ROLE_PORTS[role];
    const [first] = [...flagCandidate(input, flag), ...envCandidates(input, env)];
    if (!first || input.apps.some((app) => app.roles.includes(role))) return [];
    const others = input.apps.map((app) => app.name).join(', ');
    const message = `${describeSource(first.source)} is not used: no app here is the ${role} (there is ${others})`;
    return [{ code: 'ROLE_MISSING', message }];
  });
}

const EXPLICIT: ReadonlySet<string> = new Set(STRENGTH);

function refuseUnsafe(apps: readonly App[], ports: Settings['ports'], origins: Origins): void {
  const wanting = apps.flatMap((app) =>
    portKeys(app)
      .filter((key) => key !== 'own' || apps.length === 1)
      .filter((key) => {
        const port = ports[app.name]?.[key];
        return !port || port.value.kind === 'auto' || !EXPLICIT.has(port.source.kind);
      })
      .map((key) => (key === 'own' ? `--port ${app.name}=N` : `--${key}-port N (${key.toUpperCase()}_PORT)`)),
  );
  if (wanting.length > 0) {
    throw new DevstartError('PROD_UNSAFE', '--prod wants explicit ports, and not all are given', {
      hint: `Give ${wanting.join(' and ')}, or the port in the config.`,
    });
  }
  const backend = apps.some((app) => app.roles.includes('backend'));
  if (backend && origins.corsOrigins.value.length === 0 && !origins.frontendUrl) {
    throw new DevstartError('PROD_UNSAFE', '--prod wants explicit CORS origins, and none is given', {
      hint: 'Give --cors-origin https://example.com, CORS_ORIGINS, FRONTEND_URL or corsOrigins in the config.',
    });
  }
}
