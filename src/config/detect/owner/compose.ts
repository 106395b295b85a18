import path from 'node:path';
import type { Scope } from '../candidate.ts';
import { isRecord } from './jsonc.ts';
import type { Step } from './step.ts';

/** What a compose file says of its services. */
interface ComposeFacts {
  /** Services that are built from the project's own code. */
  built: string[];
  /** Ports of this machine that they are published on. */
  ports: number[];
}

/** Undefined where it is not YAML, or has no services. */
async function composeFacts(text: string): Promise<ComposeFacts | undefined> {
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

const COMPOSE_UP = /^docker(?:-compose| compose)\b(?!.*\s(?:-d|--detach)\b)(.*?)\sup\b/;

/** The one thing that is started builds the project's own containers: their ports are published, not theirs. */
export async function withContainers(scope: Scope, steps: Step[]): Promise<Step[]> {
  const [only] = steps;
  if (steps.length !== 1 || !only) return steps;
  const { project } = scope;
  const { script, line, dir } = only;
  const text = script ? ((await project.packageJson(dir))?.scripts[script.name] ?? '') : line;
  const options = COMPOSE_UP.exec(text)?.[1];
  if (options === undefined) return steps;
  const file = /(?:-f|--file)[ =](\S+)/.exec(options)?.[1];
  const facts = await readCompose(scope, dir, file);
  if (!facts || facts.built.length === 0) return steps;
  const opaque = `it builds and starts the containers ${facts.built.join(', ')}`;
  return [{ ...only, opaque, publishes: facts.ports }];
}

export const COMPOSE = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];

async function readCompose(
  { project }: Scope,
  dir: string,
  named?: string,
): Promise<ComposeFacts | undefined> {
  const { files } = await project.list(dir);
  const file = named ?? COMPOSE.find((name) => files.has(name));
  const text = file && (await project.text(path.resolve(dir, file)));
  return text ? composeFacts(text) : undefined;
}
