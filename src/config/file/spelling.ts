import { KEYS } from '../generated/keys.ts';
import type { KeyPath } from './literal.ts';

/** Other words for a key, by its place. */
const SYNONYMS: Record<string, Record<string, string>> = {
  'apps[]': { environ: 'env' },
  'apps[].tcpPorts.*': { listenBacklog: 'backlog' },
};

/** A key that stands twice, in two spellings. */
export interface Twice {
  keys: KeyPath;
  message: string;
  atKey: true;
}

/**
 * The config with each of our keys as the schema has it: `max-attempts` becomes `maxAttempts`, `environ` becomes `env`.
 * Whatever else stands there stays as it is, the names of variables included. Pure.
 */
export function withOurKeys(value: unknown): { value: unknown; twice: Twice[] } {
  const twice: Twice[] = [];
  const visit = (node: unknown, place: string, keys: KeyPath): unknown => {
    if (Array.isArray(node)) return node.map((entry, index) => visit(entry, `${place}[]`, [...keys, index]));
    if (typeof node !== 'object' || node === null) return node;
    if (Object.hasOwn(KEYS, `${place}.*`)) {
      const inner = Object.entries(node).map(([key, one]) => [key, visit(one, `${place}.*`, [...keys, key])]);
      return Object.fromEntries(inner);
    }
    if (!Object.hasOwn(KEYS, place)) return node;
    const ours = new Map<string, [string, unknown]>();
    for (const [written, inner] of Object.entries(node)) {
      const key = ourKey(written, place);
      const other = ours.get(key)?.[0];
      if (other !== undefined)
        twice.push({
          keys: [...keys, written],
          message: `"${other}" and "${written}" are the same key`,
          atKey: true,
        });
      ours.set(key, [written, visit(inner, place ? `${place}.${key}` : key, [...keys, key])]);
    }
    return Object.fromEntries([...ours].map(([key, [, inner]]) => [key, inner]));
  };
  return { value: visit(value, '', []), twice };
}

function ourKey(written: string, place: string): string {
  const camel = /^[a-z]+(-[a-z]+)+$/.test(written)
    ? written.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
    : written;
  const key = SYNONYMS[place]?.[camel] ?? camel;
  return KEYS[place]?.includes(key) ? key : written;
}

/** The known keys of an object at a path; empty where its keys are the user's own. */
export function knownKeys(keys: KeyPath): readonly string[] {
  return KEYS[placeOf(keys)] ?? [];
}

/** How a path may stand in the file. */
export function spellings(keys: KeyPath): KeyPath[] {
  return keys.reduce<KeyPath[]>(
    (paths, key, depth) =>
      spellingsOf(keys.slice(0, depth), key).flatMap((one) => paths.map((path) => [...path, one])),
    [[]],
  );
}

function spellingsOf(parent: KeyPath, key: string | number): KeyPath {
  if (typeof key === 'number') return [key];
  const synonyms = Object.entries(SYNONYMS[placeOf(parent)] ?? {}).filter(([, ours]) => ours === key);
  const kebab = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return [key, ...(kebab === key ? [] : [kebab]), ...synonyms.map(([word]) => word)];
}

/** `['apps', 0, 'ready']` is `apps[].ready`, and what stands under a key of the user's own `apps[].tcpPorts.*`. */
function placeOf(keys: KeyPath): string {
  return keys.reduce<string>((place, key) => {
    if (Object.hasOwn(KEYS, `${place}.*`)) return `${place}.*`;
    return typeof key === 'number' ? `${place}[]` : place ? `${place}.${key}` : key;
  }, '');
}
