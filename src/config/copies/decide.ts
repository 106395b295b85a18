import { ITS_COMMAND } from '../source.ts';
import type { App, PortKey, Source, WrittenPort } from '../types.ts';
import type { Facts } from './facts.ts';
import type { Call, Copy, Found, Own } from './types.ts';
import { PAGE, SERVICES } from './urls.ts';

/** What the project's own files come to. */
export interface Decision {
  /** By app and key: the numbers that count before any default, strongest first. */
  written: ReadonlyMap<string, Partial<Record<PortKey, WrittenPort[]>>>;
  copies: Copy[];
}

/** An app's own ports, under the key that they are for. */
export interface AppFacts extends Facts {
  /** Of one process that serves both roles. */
  byRole?: Partial<Record<PortKey, Own[]>>;
}

export const keysOf = ({ roles }: App): PortKey[] => (roles.length > 0 ? [...roles] : ['own']);

/**
 * Whose number it is, and which of two that disagree counts. Pure.
 * @param rivals further servers are left out: what stands in code may be theirs
 */
export function decide(facts: readonly AppFacts[], rivals = false): Decision {
  const written = new Map<string, Partial<Record<PortKey, WrittenPort[]>>>();
  for (const one of facts) {
    const mine: Partial<Record<PortKey, WrittenPort[]>> = {};
    for (const key of keysOf(one.app)) {
      const own = (one.byRole?.[key] ?? one.own).map(ownPort);
      const ports =
        key === 'backend'
          ? withCalled(facts, one, own, rivals)
          : own.length > 0
            ? own
            : shownAs(facts, one, key);
      if (ports.length > 0) mine[key] = uniquePorts(ports);
    }
    written.set(one.app.name, mine);
  }
  return { written, copies: copiesOf(facts, written) };
}

const ownPort = ({ found, label, shell }: Own): WrittenPort => ({
  port: found.port,
  source: shell ? { kind: 'env', name: label } : sourceOf(found, label),
});

const sourceOf = ({ file, line }: Found, name: string): Source =>
  file === '' ? { kind: 'framework', name: ITS_COMMAND } : { kind: 'framework', name, file, line };

/** The two that people look at first: once each. */
const uniquePorts = (ports: WrittenPort[]): WrittenPort[] =>
  ports.filter(({ port }, index) => ports.findIndex((other) => other.port === port) === index);

/**
 * The backend's numbers with the one that the other half calls: before its own where the two disagree and the
 * server takes its port from us.
 */
function withCalled(
  facts: readonly AppFacts[],
  backend: AppFacts,
  own: WrittenPort[],
  rivals: boolean,
): WrittenPort[] {
  // Without a word of its own it listens on its framework's number, which one half may call while the other does not.
  const mine = own.length > 0 ? own.map(({ port }) => port) : Object.values(backend.app.defaultPorts);
  const called = calledPort(facts, backend, new Set(mine));
  if (!called) return own;
  const agreed = own.filter(({ port }) => port === called.found.port);
  if (agreed.length > 0) return [...agreed, ...own];
  const from: WrittenPort = { port: called.found.port, source: sourceOf(called.found, labelOf(called)) };
  // What a script waits for, or code calls where there are further servers, may be another's: its own word goes before,
  // as does its owner's own flag.
  const { kind } = called.found;
  const isSaid = backend.app.runs?.pinned !== undefined;
  const doubtful = own.length > 0 && (isSaid || kind === 'script' || (rivals && kind === 'literal'));
  return takesPort(backend) && !doubtful ? [from, ...own] : [...own, from];
}

/** A page of which nothing is known is where the others say that it is: an allowed origin, `CLIENT_URL`. */
function shownAs(facts: readonly AppFacts[], page: AppFacts, key: PortKey): WrittenPort[] {
  if (key !== 'frontend' || Object.keys(page.app.defaultPorts).length > 0) return [];
  const others = facts.filter((one) => one !== page);
  const taken = new Set(others.flatMap(homes));
  const said = others
    .flatMap(({ calls }) => calls)
    .filter(
      ({ found: { kind, name, port } }) => !taken.has(port) && (kind === 'cors' || PAGE.test(name ?? '')),
    );
  const [first] = said;
  return first && new Set(said.map(({ found }) => found.port)).size === 1
    ? [{ port: first.found.port, source: sourceOf(first.found, labelOf(first)) }]
    : [];
}

const labelOf = ({ found: { name, kind } }: Call): string =>
  name ?? (kind === 'proxy' ? 'proxy' : kind === 'script' ? 'script' : 'URL');

/** Whether another number than its own is of use to the server: a flag, a variable, or nothing known against it. */
function takesPort({ app, own }: AppFacts): boolean {
  const words = app.command.kind === 'shell' ? [app.command.line] : app.command.argv;
  const told = words.some((word) => /\{(?:port|backend)\}/.test(word));
  return told || own[0]?.fixed !== true;
}

/** Of a name that speaks of one program: no other server is that. */
const PRODUCT = /STRAPI|DIRECTUS|HASURA|WORDPRESS/i;

/** The call of the other half that is the backend's; of several ports the one that nothing else explains. */
function calledPort(
  facts: readonly AppFacts[],
  backend: AppFacts,
  own: ReadonlySet<number>,
): Call | undefined {
  const others = facts.filter((one) => one !== backend && one.app.name !== backend.app.name);
  const pages = backend.byRole?.frontend?.slice(0, 1) ?? [];
  const taken = new Set([
    ...others.flatMap(homes),
    ...pages.map(({ found }) => found.port),
    ...(backend.elsewhere ?? []),
  ]);
  const isOther = ({ port, name = '' }: Found) => {
    const product = PRODUCT.exec(name)?.[0].toLowerCase();
    return (
      port < 1024 || taken.has(port) || SERVICES.has(port) || (product && product !== backend.app.framework)
    );
  };
  const calls = others
    .flatMap((one) => one.calls)
    .filter(({ found, weight }) => weight > 0 && (own.has(found.port) || !isOther(found)));
  const agreed = calls.find(({ found }) => own.has(found.port));
  if (agreed) return agreed;
  for (const weight of [3, 2, 1]) {
    const mine = calls.filter((call) => call.weight === weight);
    const ports = new Set(mine.map(({ found }) => found.port));
    if (ports.size === 1) return mine[0];
    // Of two that are sent below it the one that has all of the rest.
    for (const paths of [/^\/api/, /^\/api$/]) {
      const api = mine.filter(({ path = '' }) => paths.test(path));
      if (new Set(api.map(({ found }) => found.port)).size === 1) return api[0];
    }
    // Several, and nothing tells them apart: a guess would be worse than the default.
    if (ports.size > 1) return undefined;
  }
  return undefined;
}

/** The ports that an app has under its owner's own command. */
function homes({ app, own, byRole }: AppFacts): number[] {
  const first = byRole
    ? Object.values(byRole).flatMap((ports) => ports[0]?.found.port ?? [])
    : own.slice(0, 1).map(({ found }) => found.port);
  return first.length > 0 ? first : Object.values(app.defaultPorts);
}

/** Every place where a port of this project's apps is written down. */
function copiesOf(facts: readonly AppFacts[], written: Decision['written']): Copy[] {
  const owners = new Map<number, string>();
  // The backend's number is the backend's, whoever else would start there.
  const inOrder = [...facts].sort(
    (a, b) => Number(b.app.roles.includes('backend')) - Number(a.app.roles.includes('backend')),
  );
  const numbers = inOrder.flatMap(({ app }) =>
    keysOf(app).map((key) => {
      const ports = written.get(app.name)?.[key]?.map(({ port }) => port) ?? [];
      const standard = app.defaultPorts[key] ?? app.defaultPorts.own;
      return { app, ports: ports.length > 0 || standard === undefined ? ports : [standard] };
    }),
  );
  // One's own first choice before what another one would fall back on.
  for (const ports of [(all: number[]) => all.slice(0, 1), (all: number[]) => all])
    for (const one of numbers)
      for (const port of ports(one.ports)) if (!owners.has(port)) owners.set(port, one.app.name);
  const copies: Copy[] = [];
  const known = new Set<string>();
  const add = (found: Found, by: string, of: string | undefined): void => {
    const [start, end] = found.columns;
    if (of === undefined || found.file === '' || start === end) return;
    const place = `${found.file}:${found.line}:${start}`;
    // A script is nobody's alone.
    if (known.has(found.kind === 'script' ? place : `${place} ${by}`)) return;
    known.add(place).add(`${place} ${by}`);
    copies.push({ ...found, by, of });
  };
  for (const { app, own, byRole, calls } of facts) {
    for (const { found } of byRole ? Object.values(byRole).flat() : own) add(found, app.name, app.name);
    for (const { found } of calls) add(found, app.name, owners.get(found.port));
  }
  return copies.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
}
