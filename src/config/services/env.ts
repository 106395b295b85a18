import { type Address, addressesOf, isLoopback, readUrl } from './addresses.ts';
import { type Kind, kindOf, kinds } from './kinds.ts';

/** What an app's variables say of the services that it needs. Pure. */

export interface EnvNeed extends Address {
  kind: Kind;
  /** The variable that says so. */
  name: string;
  /** Its scheme or its name alone says which service: nothing else need agree. */
  sure: boolean;
}

export interface EnvSays {
  needs: EnvNeed[];
  /** Kinds that are settled without this machine: at another host, or a database that is a file. */
  settled: Set<string>;
  /** Kinds that they have at a name without dots: a compose service's. */
  named: Set<string>;
}

/** For tests, for another stage, for a tool. */
const OTHER =
  /(?:^|_)(?:TEST|TESTS|TESTING|SHADOW|STAGING|PROD|PRODUCTION|CI|E2E|EXAMPLE|DOCKER|REPLICA)(?:_|$)/;
const DATABASE = /^(?:DB|DATABASE|SQL|TYPEORM|SEQUELIZE|DJANGO_DB)$/;
/** Which database `DB_HOST` is of. */
const CHOICE =
  /^(?:DB|DATABASE|SQL|TYPEORM|SEQUELIZE|DJANGO_DB)_(?:CONNECTION|TYPE|DIALECT|ENGINE|CLIENT|DRIVER|PROVIDER|ADAPTER)$/;
const PLACE =
  /^(.+?)_?(HOSTNAME|HOST|SERVERS?|ADDR|ADDRESS|BROKERS?|BOOTSTRAP_SERVERS|BROKER_URL|ENDPOINT_URL(?:_S3)?|ENDPOINT|NODES?|URLS?|URI|HOSTS)$/;

/** @param spoken kinds that the project has a driver or a compose service for: what decides where a name is open */
export function readEnv(values: Readonly<Record<string, string>>, spoken: ReadonlySet<string>): EnvSays {
  const says: EnvSays = { needs: [], settled: new Set(), named: new Set() };
  const chosen = Object.entries(values).find(([name]) => CHOICE.test(name))?.[1];
  if (chosen !== undefined && /sqlite|^file/i.test(chosen)) settleSql(says);
  for (const [name, value] of Object.entries(values)) {
    // Most variables are neither: asked first, they cost nothing further.
    if (value === '' || !(value.includes(':') || PLACE.test(name.toUpperCase()))) continue;
    if (OTHER.test(name.toUpperCase())) continue;
    const url = readUrl(value);
    if (url && 'file' in url) {
      if (/DATABASE|DB|SQL/i.test(name)) settleSql(says);
    } else if (url) note(says, url.kind, url.addresses, name, true);
    else place(says, name, value, values, chosen, spoken);
  }
  return says;
}

/** `REDIS_HOST` and `REDIS_PORT`, `KAFKA_BROKERS`, `MEILI_URL`, `DB_HOST` of the database that is chosen. */
function place(
  says: EnvSays,
  name: string,
  value: string,
  values: Readonly<Record<string, string>>,
  chosen: string | undefined,
  spoken: ReadonlySet<string>,
): void {
  const [, whole = '', what = ''] = PLACE.exec(name.toUpperCase()) ?? [];
  // `APP_REDIS_HOST`, `CELERY_REDIS_HOST`: the last word that is a service's.
  const words = whole.split(/_+/);
  const prefix = words.findLast(
    (word) => DATABASE.test(word) || kinds.some((kind) => kind.prefix.test(word)),
  );
  if (prefix === undefined) return;
  const stem = name.slice(0, whole.length);
  const port = ['_PORT', 'PORT', '_port']
    .map((end) => values[stem + end])
    .find((found) => found !== undefined);
  const kind = DATABASE.test(prefix)
    ? databaseOf(chosen, port, spoken)
    : kinds.find((one) => one.prefix.test(prefix));
  if (!kind || (DATABASE.test(prefix) && !/^HOST(?:NAME)?$|^SERVER$/.test(what))) return;
  const web = /^https?:\/\//.test(value);
  // The page of a mail tool, S3's console and plain names of buckets are no addresses of a service.
  if (/^(?:S3|AWS)$/.test(prefix) && !/^(?:ENDPOINT|HOST)/.test(what)) return;
  // Without its port, and at a mail server's own, it is any mail server's.
  if (
    kind.id === 'mailpit' &&
    (web || !port || /^(?:25|465|587)$/.test(port) || !/^(?:HOST|SERVER)/.test(what))
  )
    return;
  const found = addressesOf(value, port && /^\d+$/.test(port) ? Number(port) : kind.port);
  note(says, kind, found, name, DATABASE.test(prefix) && chosen !== undefined);
}

/** The database behind `DB_HOST`: as chosen, by its port, or the only one that is spoken of. */
function databaseOf(
  chosen: string | undefined,
  port: string | undefined,
  spoken: ReadonlySet<string>,
): Kind | undefined {
  if (chosen !== undefined) {
    if (/^(?:pg|pgsql|psql)$|postg/i.test(chosen)) return kindOf('postgres');
    if (/mysql|maria/i.test(chosen)) return kindOf('mysql');
    if (/mssql|sqlsrv|sqlserver/i.test(chosen)) return kindOf('mssql');
    return /mongo/i.test(chosen) ? kindOf('mongodb') : undefined;
  }
  const databases = kinds.filter((kind) => kind.sql || kind.id === 'mongodb');
  const byPort = databases.find((kind) => String(kind.port) === port);
  const known = databases.filter((kind) => spoken.has(kind.id));
  return byPort ?? (known.length === 1 ? known[0] : undefined);
}

function note(says: EnvSays, kind: Kind, addresses: Address[], name: string, sure: boolean): void {
  const here = addresses.find(({ host }) => isLoopback(host));
  if (here) says.needs.push({ kind, ...here, name, sure });
  // A name without dots is a compose service's, which reaches no server outside of it.
  else if (addresses.some(({ host }) => host.includes('.') && host !== 'host.docker.internal')) {
    says.settled.add(kind.id);
  } else if (addresses.length > 0) says.named.add(kind.id);
}

function settleSql(says: EnvSays): void {
  for (const kind of kinds) if (kind.sql) says.settled.add(kind.id);
}

/**
 * Laravel's env file and Sail's containers have Redis, Memcached, a search and a mail server whether it uses them or not: what it uses stands in its
 * stores and drivers.
 */
export function onlyUsedByLaravel(says: EnvSays, values: Readonly<Record<string, string>>): EnvSays {
  const used = new Set(
    Object.entries(values)
      .filter(([name]) =>
        /^(?:CACHE_STORE|CACHE_DRIVER|QUEUE_CONNECTION|SESSION_DRIVER|BROADCAST_\w+|MAIL_MAILER|MAIL_DRIVER|SCOUT_DRIVER)$/.test(
          name,
        ),
      )
      .map(([, value]) => (value === 'smtp' ? 'mailpit' : value)),
  );
  const optional = ['redis', 'memcached', 'mailpit', 'meilisearch', 'typesense'].filter(
    (id) => !used.has(id),
  );
  return {
    named: says.named,
    needs: says.needs
      .filter(({ kind }) => !optional.includes(kind.id))
      .map((need) => (used.has(need.kind.id) ? { ...need, sure: true } : need)),
    settled: new Set([...says.settled, ...optional]),
  };
}
