import { DevstartError } from '../../errors.ts';
import type { Copy } from '../copies/types.ts';
import { didYouMean } from '../nearest.ts';
import { OPTIONS } from '../options.ts';
import { formatPortSpec, MAX_PORT, parsePortSpec } from '../port-spec.ts';
import { describeSource } from '../source.ts';
import {
  type App,
  type PortKey,
  type PortSpec,
  ROLES,
  type Role,
  type SocketKey,
  type Source,
  type Sourced,
  type WrittenPort,
} from '../types.ts';
import {
  byDefault,
  type Candidate,
  envCandidates,
  flagCandidate,
  type Layers,
  strongest,
} from './options.ts';
import { PINS, type StickyPorts } from './sticky.ts';

export interface ResolveInput extends Layers {
  /** The last run's ports, where sticky is on and there was one. */
  sticky?: StickyPorts | undefined;
  /** What `ports.json` pins. */
  pins?: StickyPorts | undefined;
  /** A linked git worktree: there the last run's ports come before the project's own numbers. */
  worktree?: boolean | undefined;
  /** The config's, or the detected ones. */
  apps: readonly App[];
  /** Where the project names their ports. */
  copies?: readonly Copy[] | undefined;
}

export const ROLE_PORTS = {
  backend: { flag: 'backendPort', ...OPTIONS.backendPort },
  frontend: { flag: 'frontendPort', ...OPTIONS.frontendPort },
} as const satisfies Record<Role, object>;

/** Where the search for a further app's port starts. */
export const FURTHER_START = 4000;

export const isSocketKey = (key: PortKey): key is SocketKey => key.startsWith('fd');

/** An app listens on its roles' ports; without a role on one of its own. A compiler that watches has none. */
export function portKeys(app: App): PortKey[] {
  if (app.noPort || app.opaque) return [];
  const further = (app.tcpPorts ?? []).map(({ key }) => key).filter(isSocketKey);
  if (app.roles.length > 0) return [...app.roles, ...further];
  return app.framework === 'task' && !app.ports.own ? further : ['own', ...further];
}

/** Everything that is said of a port, strongest first. */
export function portCandidates(
  input: ResolveInput,
  app: App,
  key: PortKey,
  named: ReadonlyMap<string, Candidate>,
  start: number,
): Candidate[] {
  const found: Candidate[] = [];
  const asked = app.ports[key];
  if (isSocketKey(key)) return asked ? [{ raw: written(asked.value), source: asked.source }] : [];
  const mine = named.get(`${app.name}/${key}`);
  if (mine) found.push(mine);
  if (key !== 'own')
    found.push(...flagCandidate(input, ROLE_PORTS[key].flag), ...envCandidates(input, ROLE_PORTS[key].env));
  if (isServedToPeople(input, app, key)) found.push(...plainPort(input));
  const numbers = projectNumbers(app, key);
  // The variable that its own code reads, exported in the shell.
  found.push(...numbers.filter(isExported));
  if (asked)
    found.push({ raw: written(asked.value), source: asked.source }, ...asked.overrode.map(asCandidate));
  const own = numbers.filter((candidate) => !isExported(candidate));
  const last = ofPortsFile(input.sticky, 'sticky', app, key);
  // A port that a stranger once held comes home, and one whose number its owner has changed since goes there; in a linked
  // worktree home is the main one's.
  const before = input.sticky?.own?.[app.name];
  const hasChanged = before !== undefined && own.length > 0 && own[0]?.raw !== before;
  const homeFirst = !input.worktree && (hasChanged || input.sticky?.moved?.includes(app.name));
  found.push(
    ...ofPortsFile(input.pins, 'config', app, key),
    ...(homeFirst ? [...own, ...last] : [...last, ...own]),
  );
  found.push(key === 'own' ? { raw: start, source: { kind: 'search', name: 'search' } } : byDefault(start));
  return found;
}

/** The project's own number for an app with one port: what is written down, else its framework's. */
export function ownNumber(app: App): number | undefined {
  const [key = 'own', ...more] = app.roles;
  if (more.length > 0) return undefined;
  return projectNumbers(app, key).find((candidate) => !isExported(candidate))?.raw as number | undefined;
}

const isExported = ({ source }: Candidate): boolean => source.kind === 'env';

/** What the project has written down, then where its framework listens. */
function projectNumbers(
  { written: ports, defaultPorts, roles, framework, name }: App,
  key: PortKey,
): Candidate[] {
  const own = ports?.[key] ?? (roles.length < 2 ? ports?.own : undefined) ?? [];
  const standard = defaultPorts[key] ?? (roles.length < 2 ? defaultPorts.own : undefined);
  return [
    ...own.map(({ port, source }: WrittenPort): Candidate => ({ raw: port, source })),
    ...(standard === undefined
      ? []
      : [{ raw: standard, source: { kind: 'framework' as const, name: framework ?? name } }]),
  ];
}

function ofPortsFile(
  file: StickyPorts | undefined,
  kind: 'config' | 'sticky',
  { name }: App,
  key: Exclude<PortKey, SocketKey>,
): Candidate[] {
  const port = key === 'own' ? file?.apps[name]?.[0] : file?.[key];
  if (!file || port === undefined) return [];
  return [{ raw: port, source: { kind, name: key === 'own' ? name : key, file: file.file } }];
}

/** The frontend's port, or the only app's: what a preview pane that passes PORT looks at. */
function isServedToPeople({ apps, flags }: ResolveInput, app: App, key: PortKey): boolean {
  if (key === 'frontend') return true;
  const only = apps.length === 1 || flags.only?.length === 1;
  return only && !app.roles.includes('frontend');
}

/** PORT of the shell, or of a single app's env files, where FRONTEND_PORT says nothing. */
function plainPort(input: ResolveInput): Candidate[] {
  if (envCandidates(input, ROLE_PORTS.frontend.env).length > 0) return [];
  return envCandidates(input, 'PORT').filter(({ raw, source }) =>
    source.kind === 'env' ? isPort(raw) : input.apps.length === 1 && isPort(raw) && Number(raw) >= 1024,
  );
}

/** A PORT that is none (a pipe's name, 0) is another program's business. */
const isPort = (raw: unknown): boolean => /^[1-9]\d{0,4}$/.test(String(raw)) && Number(raw) <= MAX_PORT;

const asCandidate = ({ value, source }: { value: unknown; source: Candidate['source'] }): Candidate => ({
  raw: value,
  source,
});

/** As a person writes it: 8080, or a text for everything else. */
export function written(spec: PortSpec): number | string {
  return spec.kind === 'single' ? spec.port : formatPortSpec(spec);
}

/** `--port NAME=SPEC`: by app name, or by role. The last one for a name counts. */
export function namedPorts({ flags, apps }: ResolveInput): Map<string, Candidate> {
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

export function knownApp(apps: readonly App[], name: string, flag: string): App {
  const names = apps.map((app) => app.name);
  const app = apps.find((known) => known.name === name);
  if (app) return app;
  throw new DevstartError('USAGE', `${flag}: there is no app "${name}"${didYouMean(name, names)}`, {
    hint: `The apps here: ${names.join(', ')}.`,
  });
}

export const STRENGTH = ['flag', 'env', 'env-file', 'config'];

/** The block wins over everything said more weakly than it was. */
export function insertBlock(candidates: Candidate[], basePort: Sourced<number>, offset: number): void {
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
export function blockOffset(apps: readonly App[], app: App, key: Exclude<PortKey, SocketKey>): number {
  const roles = ROLES.filter((role) => apps.some((known) => known.roles.includes(role)));
  if (key !== 'own') return roles.indexOf(key);
  return roles.length + apps.filter((known) => known.roles.length === 0).indexOf(app);
}

/** `otherwise` a last run's port: where the search starts when home is taken. */
export function specOf(candidates: readonly Candidate[]): Sourced<PortSpec> {
  const chosen = strongest(candidates, (raw, source) =>
    parsePortSpec(raw as string | number, source),
  ) as Sourced<PortSpec>;
  const { value, source, overrode } = chosen;
  if (value.kind !== 'single') return chosen;
  if (isPin(source)) value.exact = true;
  const last = source.kind === 'framework' ? overrode.find((one) => one.source.kind === 'sticky') : undefined;
  if (last && last.value !== value.port) value.otherwise = last.value as number;
  return chosen;
}

/** What the sockets of `tcpPorts` are on does not move. */
const isPin = ({ kind, file, name }: Source): boolean =>
  kind === 'config' && (file === PINS || name.includes('.tcpPorts.'));
