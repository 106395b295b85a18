import { isRecord } from './jsonc.ts';

/** What a compose file says of its services. */
export interface ComposeFacts {
  /** Services that are built from the project's own code. */
  built: string[];
  /** Ports of this machine that they are published on. */
  ports: number[];
}

/** Undefined where it is not YAML, or has no services. */
export async function composeFacts(text: string): Promise<ComposeFacts | undefined> {
  const { parse } = await import('yaml');
  let data: unknown;
  try {
    data = parse(text, { merge: true });
  } catch {
    return undefined;
  }
  const services = isRecord(data) && isRecord(data.services) ? Object.entries(data.services) : [];
  if (services.length === 0) return undefined;
  const built = services.filter(([, service]) => isRecord(service) && service.build !== undefined);
  const ports = built.flatMap(([, service]) => {
    const listed = isRecord(service) && Array.isArray(service.ports) ? service.ports : [];
    return listed.flatMap(published);
  });
  return { built: built.map(([name]) => name), ports: [...new Set(ports)] };
}

/** `8000:80`, `127.0.0.1:8000:80/tcp`, `${PORT:-8000}:80`, `{published: 8000, target: 80}`. */
function published(port: unknown): number[] {
  if (isRecord(port)) return Number(port.published) > 0 ? [Number(port.published)] : [];
  const text = String(port)
    .replace(/\$\{\w+:?-(\d+)\}/g, '$1')
    .replace(/\/(?:tcp|udp)$/, '');
  const found = /^(?:[\d.]+:)?(\d+):\d+$/.exec(text)?.[1];
  return found ? [Number(found)] : [];
}
