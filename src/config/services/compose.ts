import { expand } from './addresses.ts';
import { type Kind, kindOf, kindOfImage } from './kinds.ts';

/** What a compose file says: its services, what each is, and at which ports of this machine it answers. Pure. */

/** Its YAML, with what can be read of a broken one; undefined where there is no file. */
export async function parseCompose(text: string | undefined): Promise<unknown> {
  if (text === undefined) return undefined;
  const { parse } = await import('yaml');
  try {
    return parse(text, { merge: true, logLevel: 'silent' });
  } catch {
    return undefined; // Its owner hears of that from compose.
  }
}

export interface ComposeService {
  name: string;
  /** Undefined: the project's own, or a service that we do not know. */
  kind: Kind | undefined;
  /** Container port to this machine's port, as published on a loopback or on all addresses. */
  ports: { container: number; host: number }[];
  /** Only by a profile, or for tests: compose starts it for nobody who does not ask. */
  optional: boolean;
  dependsOn: string[];
}

type Values = Readonly<Record<string, string | undefined>>;
type Raw = Record<string, unknown>;

const isRaw = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: unknown, values: Values): string =>
  typeof value === 'string' || typeof value === 'number' ? expand(String(value), values) : '';

/** @param files parsed compose files of one project, the overriding ones later */
export function readCompose(files: readonly unknown[], values: Values): ComposeService[] {
  const merged = new Map<string, Raw>();
  for (const file of files) {
    const services = isRaw(file) && isRaw(file.services) ? file.services : {};
    for (const [name, raw] of Object.entries(services)) {
      if (!isRaw(raw)) continue;
      const before = merged.get(name) ?? {};
      const ports = [...listOf(before.ports), ...listOf(raw.ports)];
      merged.set(name, { ...before, ...raw, ports });
    }
  }
  return [...merged].map(([name, raw]) => serviceOf(name, extended(raw, merged), values));
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** `extends` of the same file; another file's is not followed. */
function extended(raw: Raw, all: Map<string, Raw>): Raw {
  const from = isRaw(raw.extends) ? raw.extends.service : raw.extends;
  const base = typeof from === 'string' ? all.get(from) : undefined;
  return base && base !== raw
    ? { ...base, ...raw, ports: [...listOf(base.ports), ...listOf(raw.ports)] }
    : raw;
}

function serviceOf(name: string, raw: Raw, values: Values): ComposeService {
  const image = textOf(raw.image, values);
  // An image of its own build is the database's all the same where it is called so.
  const kind = kindOfImage(image) ?? (raw.build !== undefined ? kindOf(name) : undefined);
  const ports = listOf(raw.ports).flatMap((port) => portOf(port, values));
  if (kind && raw.network_mode === 'host') ports.push({ container: kind.port, host: kind.port });
  const depends = raw.depends_on;
  return {
    name,
    kind,
    ports,
    optional: listOf(raw.profiles).length > 0 || /(?:^|[-_])tests?(?:$|[-_])/.test(name),
    dependsOn: isRaw(depends)
      ? Object.keys(depends)
      : listOf(depends).filter((one) => typeof one === 'string'),
  };
}

/** `5432:5432`, `127.0.0.1:5433:5432/tcp`, `{target, published}`, a range; a port of the container alone is nowhere known. */
function portOf(raw: unknown, values: Values): { container: number; host: number }[] {
  if (isRaw(raw)) {
    const [container, host] = [Number(textOf(raw.target, values)), Number(textOf(raw.published, values))];
    return container > 0 && host > 0 ? [{ container, host }] : [];
  }
  // `${DB_PORT}:5432` of an env file that nobody has made yet: mostly the service's own.
  const filled = textOf(raw, values).replace(/^:(\d+)$/, '$1:$1');
  const text = filled.replace(/\/(?:tcp|udp)$/, '');
  const [, address, published = '', target = ''] =
    /^(?:(\d+(?:\.\d+){3}|\[[\da-f:]+\]|localhost):)?([\d-]+):([\d-]+)$/i.exec(text) ?? [];
  if (address !== undefined && !/^(?:127\.|0\.0\.0\.0|\[::1?\]|localhost)/i.test(address)) return [];
  const [first = 0, last = first] = published.split('-').map(Number);
  const from = Number(target.split('-')[0]);
  const count = Math.min(last - first, 20) + 1;
  if (!(first > 0) || !(from > 0)) return [];
  return Array.from({ length: count }, (_, i) => ({ container: from + i, host: first + i }));
}

/** The port of this machine at which a service of a known kind answers for what the kind is for. */
export function publishedPort({ kind, ports }: ComposeService): number | undefined {
  if (!kind) return undefined;
  const own = ports.find(({ container }) => container === kind.port);
  // Kafka has a listener of its own for this machine, by any number.
  return (own ?? (kind.id === 'kafka' ? ports[0] : undefined))?.host;
}
