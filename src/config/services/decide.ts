import type { CodeSays } from './code.ts';
import { type ComposeService, publishedPort } from './compose.ts';
import type { Drivers } from './drivers.ts';
import type { EnvNeed, EnvSays } from './env.ts';
import { type Kind, kinds } from './kinds.ts';
import type { Started } from './started.ts';

/** Which services the servers need on this machine, and what would start each. Pure. */

/** A service that is looked for, before anything is said. */
export interface Need {
  service: string;
  /** A loopback, as it was written. */
  host: string;
  port: number;
  /** Who says so: `DATABASE_URL in backend/.env`, `docker-compose.yml`. */
  from: string;
  /** `docker compose up -d db`. */
  start?: string;
  /** The compose service that is one, for its containers alone. */
  inside?: string;
  /** Where its socket files are by default, any of which would do: no host is said. */
  sockets?: string[];
}

export interface ComposeFile {
  /** Relative to the project. */
  file: string;
  /** Found by `docker compose` in the project's folder without being named. */
  plain: boolean;
  services: ComposeService[];
}

/** What variables say, with the file of each. */
export interface EnvFiles {
  says: EnvSays;
  fileOf(name: string): string;
}

export interface Evidence {
  /** Of each app. */
  env: EnvFiles[];
  drivers: Drivers;
  compose: ComposeFile[];
  started: Started;
  /** PHP and Ruby take `localhost` for MySQL's socket file. */
  socket: boolean;
  /** `supabase/config.toml` is there; the file that has `supabase start` typed. */
  supabase: { port: number; from?: string } | undefined;
}

/** Kinds about which only the code could say more. */
export function openKinds(evidence: Evidence): Kind[] {
  const told = new Set(evidence.env.flatMap(({ says }) => says.needs.map(({ kind }) => kind.id)));
  const settled = settledKinds(evidence);
  const named = new Set(evidence.env.flatMap(({ says }) => [...says.named]));
  const spoken = (id: string) => evidence.drivers.kinds.has(id) || named.has(id);
  return kinds.filter(({ id }) => spoken(id) && !told.has(id) && !settled.has(id));
}

const SPRING = /(?:^|\/)application[\w-]*\.(?:ya?ml|properties)$/;

/** @param code what was found in the code, and in templates of env files; needed only where `openKinds` names some */
export function decide(evidence: Evidence, code: CodeSays, templates?: EnvFiles): Need[] {
  const { env, drivers, compose } = evidence;
  const services = compose.flatMap((file) => file.services);
  const found: Need[] = [];
  const add = (need: Omit<EnvNeed, 'name' | 'sure'>, from: string) => {
    const decided = decideOne(evidence, need, from);
    if (decided && !found.some(({ port }) => port === decided.port)) found.push(decided);
  };
  for (const { says, fileOf } of env) {
    for (const need of says.needs) {
      const known = drivers.kinds.has(need.kind.id) || services.some(({ kind }) => kind === need.kind);
      if (need.sure || known) add(need, `${need.name} in ${fileOf(need.name)}`);
    }
  }
  // Spring's own settings need no driver beside them: a module further on has it.
  const told = new Set(env.flatMap(({ says }) => says.needs.map((need) => need.kind)));
  const sprung = new Set(
    code.needs
      .filter(({ name, kind }) => SPRING.test(name) && !told.has(kind) && kind.sql)
      .map((need) => need.kind),
  );
  // Of several databases, a profile each, which is meant is not said here.
  for (const kind of new Set([...openKinds(evidence), ...(sprung.size === 1 ? sprung : [])])) {
    // Which of two databases is meant is the code's secret.
    const written = code.needs.filter((need) => need.kind === kind);
    const local = code.sockets.find((one) => one.kind === kind);
    const known = written.length > 0 || local !== undefined;
    // One in a file that is but at hand is the tests'; one that is written down beside it may be the one meant.
    if (kind.sql && (code.file || (drivers.file && !known))) continue;
    if (local && written.length === 0) {
      const { id, port, sockets = [] } = kind;
      if (!evidence.started.kinds.has(id))
        found.push({ service: id, host: 'localhost', port, from: local.name, sockets });
      continue;
    }
    if (written.length > 0) {
      for (const need of written) add(need, need.name);
      continue;
    }
    const copied = templates?.says.needs.filter((need) => need.kind === kind) ?? [];
    for (const need of copied) add(need, `${need.name} in ${templates?.fileOf(need.name)}`);
    if (copied.length > 0) continue;
    if (kind.id === 'supabase') {
      const { port, from } = evidence.supabase ?? {};
      if (port && from && !templates?.says.settled.has(kind.id)) add({ kind, host: 'localhost', port }, from);
      continue;
    }
    const offered = compose.flatMap(({ file: from, services: all }) =>
      all
        .filter((service) => service.kind === kind && !service.optional)
        .map((service) => ({ from, service, port: publishedPort(service) })),
    );
    const published = offered.find(({ port }) => port);
    if (published?.port) add({ kind, host: 'localhost', port: published.port }, published.from);
    // One that its containers alone reach is none for the servers here.
    const inner = published ? undefined : offered.find(({ service }) => service.ports.length === 0);
    if (inner && !evidence.started.kinds.has(kind.id)) {
      const { from, service } = inner;
      found.push({ service: kind.id, host: 'localhost', port: kind.port, from, inside: service.name });
    }
  }
  return found;
}

function settledKinds({ env }: Evidence): Set<string> {
  return new Set(env.flatMap(({ says }) => [...says.settled]));
}

function decideOne(
  { compose, started, socket, supabase }: Evidence,
  { kind, host, port }: Omit<EnvNeed, 'name' | 'sure'>,
  from: string,
): Need | undefined {
  if (started.kinds.has(kind.id)) return undefined;
  const matches = compose.flatMap(({ file, plain, services }) =>
    services
      .filter((one) => one.ports.some((ports) => ports.host === port) && (!one.kind || fits(one.kind, kind)))
      .map((service) => ({ file, plain, service, services })),
  );
  const match = matches.find(({ service }) => !service.optional) ?? matches[0];
  if (match) {
    const { service, services } = match;
    if (started.all && !service.optional) return undefined;
    if (withDependencies(services, started.services).has(service.name)) return undefined;
  } else if (socket && kind.id === 'mysql' && host === 'localhost') return undefined;
  const start = match
    ? `docker compose ${match.plain ? '' : `-f ${match.file} `}up -d ${match.service.name}`
    : supabase && (port === supabase.port || (port >= 54320 && port <= 54329))
      ? 'supabase start'
      : undefined;
  return {
    service: match?.service.kind?.id ?? kind.id,
    host: host === '0.0.0.0' ? 'localhost' : host,
    port,
    from,
    ...(start && { start }),
  };
}

/** Valkey answers for Redis, and one search engine for the other. */
const fits = (offered: Kind, wanted: Kind): boolean =>
  offered === wanted || offered.port === wanted.port || /^(?:minio|localstack)$/.test(wanted.id);

function withDependencies(services: ComposeService[], names: ReadonlySet<string>): Set<string> {
  const all = new Set(names);
  for (const name of all) {
    for (const other of services.find((one) => one.name === name)?.dependsOn ?? []) all.add(other);
  }
  return all;
}
