import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { discard, makePrivateFolder, replaceFile } from '../../system/files.ts';
import { type Fact, isSame, Observer } from '../../system/observed.ts';
import type { Detection } from '../detect/index.ts';

/**
 * What was found in a project is kept in the state directory: the next start asks whether all that it followed from is
 * as it was (every file, folder and variable that was looked at), and reads nothing where it is.
 */

type Environment = Readonly<Record<string, string | undefined>>;
type Found = Omit<Detection, 'lookWidely' | 'lookForNumber'>;

interface Kept {
  /** What else it depends on: the program, the project, its config. */
  key: string;
  env: [name: string, value: string | undefined][];
  facts: Fact[];
  found: Found;
}

export interface Keeping {
  found: Detection;
  /** Keeps it for the next start; absent where it is kept. What fails is done without. */
  keep?: () => void;
}

/** Projects. */
const MOST = 64;
/** Characters. */
const LARGEST = 1 << 20;

interface Search {
  /** The folder of what is kept; it need not be there. */
  dir: string;
  /** What the finding depends on beside files and environment, the project's folder first. */
  about: readonly unknown[];
  env: Environment;
  find: (env: Environment) => Promise<Detection>;
  now: Date;
}

export async function findOrRecall({ dir, about, env, find, now }: Search): Promise<Keeping> {
  const key = JSON.stringify([programStamp(), ...about]);
  const file = path.join(dir, `${nameOf(String(about[0]))}.json`);
  const kept = read(file, key, env);
  if (kept) {
    let fresh: Promise<Detection> | undefined;
    const again = () => (fresh ??= find(env));
    return {
      found: {
        ...kept,
        lookWidely: async (owners) => (await again()).lookWidely(owners),
        lookForNumber: async (port, home) => (await again()).lookForNumber(port, home),
      },
    };
  }
  const observer = new Observer(now);
  const names = new Set<string>();
  const found = await observer.during(() => find(noting(env, names)));
  return { found, keep: () => keep(file, { key, env, names, observer, found }) };
}

function read(file: string, key: string, env: Environment): Found | undefined {
  try {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as Kept;
    const same =
      kept.key === key &&
      kept.env.every(([name, value]) => (env[name] ?? null) === value) &&
      kept.facts.every(isSame);
    return same ? kept.found : undefined;
  } catch {
    return undefined;
  }
}

interface Finding {
  key: string;
  env: Environment;
  names: ReadonlySet<string>;
  observer: Observer;
  found: Found;
}

function keep(file: string, { key, env, names, observer, found }: Finding): void {
  const facts = observer.facts();
  const text =
    facts && JSON.stringify({ key, env: [...names].map((name) => [name, env[name]]), facts, found });
  if (!text || text.length > LARGEST) return;
  try {
    const dir = path.dirname(file);
    makePrivateFolder(dir);
    replaceFile(file, text);
    const all = readdirSync(dir).map((name) => path.join(dir, name));
    if (all.length <= MOST) return;
    const age = new Map(all.map((one) => [one, statSync(one).mtimeMs]));
    for (const one of all.sort((a, b) => (age.get(b) ?? 0) - (age.get(a) ?? 0)).slice(MOST)) discard(one);
  } catch {
    // A state directory that takes none: every start is like the first.
  }
}

/** The environment; the names that are asked for are noted. */
const noting = (env: Environment, names: Set<string>): Environment =>
  new Proxy(env, {
    get(all, name) {
      if (typeof name === 'string') names.add(name);
      return Reflect.get(all, name);
    },
    has(all, name) {
      if (typeof name === 'string') names.add(name);
      return Reflect.has(all, name);
    },
    ownKeys(all) {
      const own = Reflect.ownKeys(all);
      for (const name of own) names.add(String(name));
      return own;
    },
  });

/** Another build finds other things. */
function programStamp(): string {
  const { size, mtimeMs } = statSync(fileURLToPath(import.meta.url));
  return `${size} ${mtimeMs}`;
}

/** FNV-1a, twice: node:crypto takes longer to load than all of this. Who shares a name shares no key. */
function nameOf(text: string): string {
  const hash = (seed: number): string => {
    let value = seed;
    for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
    return value.toString(36);
  };
  return `${hash(0x811c9dc5)}-${hash(0x01234567)}`;
}
