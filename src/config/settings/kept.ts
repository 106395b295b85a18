import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { discard, makePrivateFolder, replaceFile } from '../../system/files.ts';
import { type Fact, isSame, Observer } from '../../system/observed.ts';
import { VERSION } from '../../version.ts';
import type { Detection } from '../detect/index.ts';

/**
 * What was found in a project is kept in the state directory: the next start asks whether all that it followed from is
 * as it was (every file, folder and variable that was looked at), and reads nothing where it is.
 */

type Environment = Readonly<Record<string, string | undefined>>;
type Found = Omit<Detection, 'lookWidely' | 'lookForNumber'>;

interface Stored {
  /** The program, and the project's folder. */
  of: string;
  /** The config's text and what it came to: valid by the schema. */
  config?: { text: string; value: unknown };
  /** What else the finding depends on. */
  about: string;
  /** Of each variable what tells its value from others: it may be a secret that stands on no disk. */
  env: [name: string, mark: string | null][];
  facts: Fact[];
  found: Found;
}

interface Search {
  /** What the finding depends on beside files and environment. */
  about: readonly unknown[];
  env: Environment;
  find: (env: Environment) => Promise<Detection>;
  now: Date;
}

/** Projects. */
const MOST = 64;
/** Characters. */
const LARGEST = 1 << 20;

/** What the last start of a project has kept. */
export class Kept {
  readonly #file: string;
  readonly #of: string;
  readonly #last: Stored | undefined;
  #config: Stored['config'];

  /** @param dir the folder of all that is kept; it need not be there @param root the project's, absolute */
  constructor(dir: string, root: string) {
    this.#file = path.join(dir, `${hash(root)}.json`);
    this.#of = `${programStamp()} ${root}`;
    this.#last = read(this.#file, this.#of);
  }

  /** A config by its text: read and checked once. */
  async config<T>(text: string, read: () => Promise<T>): Promise<T> {
    const last = this.#last?.config;
    const value = last?.text === text ? (last.value as T) : await read();
    this.#config = { text, value };
    return value;
  }

  /** @returns with `keep`, which keeps it for the next start; absent where it is. What fails is done without. */
  async findOrRecall({ about, env, find, now }: Search): Promise<{ found: Detection; keep?: () => void }> {
    const all = JSON.stringify(about);
    const last = this.#last;
    if (last?.about === all && last.env.every(([name, mark]) => markOf(env[name]) === mark)) {
      if (last.facts.every(isSame)) {
        const found = withLooks(last.found, () => find(env));
        const same = this.#config?.text === last.config?.text;
        return { found, ...(!same && { keep: () => write(this.#file, { ...last, ...this.#configNow() }) }) };
      }
    }
    const observer = new Observer(now);
    const names = new Set<string>();
    const found = await observer.during(() => find(noting(env, names)));
    const keep = (): void => {
      const facts = observer.facts();
      if (!facts) return;
      const asked = [...names].map((name): [string, string | null] => [name, markOf(env[name])]);
      const { lookWidely: _, lookForNumber: __, ...rest } = found;
      write(this.#file, { of: this.#of, ...this.#configNow(), about: all, env: asked, facts, found: rest });
    };
    return { found, keep };
  }

  #configNow(): Pick<Stored, 'config'> {
    return this.#config ? { config: this.#config } : {};
  }
}

/** Where a port has moved, the project is read after all. */
function withLooks(found: Found, find: () => Promise<Detection>): Detection {
  let fresh: Promise<Detection> | undefined;
  const again = (): Promise<Detection> => {
    fresh ??= find();
    return fresh;
  };
  return {
    ...found,
    lookWidely: async (owners) => (await again()).lookWidely(owners),
    lookForNumber: async (port, home) => (await again()).lookForNumber(port, home),
  };
}

function read(file: string, of: string): Stored | undefined {
  try {
    const stored = JSON.parse(readFileSync(file, 'utf8')) as Stored;
    return stored.of === of ? stored : undefined;
  } catch {
    return undefined;
  }
}

function write(file: string, stored: Stored): void {
  try {
    const text = JSON.stringify(stored, plain);
    if (text.length > LARGEST) return;
    const dir = path.dirname(file);
    makePrivateFolder(dir);
    replaceFile(file, text, 0o600);
    const all = readdirSync(dir).map((name) => path.join(dir, name));
    if (all.length <= MOST) return;
    const age = new Map(all.map((one) => [one, statSync(one).mtimeMs]));
    for (const one of all.sort((a, b) => (age.get(b) ?? 0) - (age.get(a) ?? 0)).slice(MOST)) discard(one);
  } catch {
    // A state directory that takes none, or values that JSON has not: every start is like the first.
  }
}

/** For JSON.stringify. @throws where the value would be another one when it is read: an endless timeout of YAML */
function plain(_key: string, value: unknown): unknown {
  const isOdd = typeof value === 'number' ? !Number.isFinite(value) : typeof value === 'function';
  const isClass =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    ![Object.prototype, null].includes(Object.getPrototypeOf(value));
  if (isOdd || isClass) throw new TypeError('not plain');
  return value;
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
  return `${VERSION} ${size} ${mtimeMs}`;
}

const markOf = (value: string | undefined): string | null => (value === undefined ? null : hash(value));

/** FNV-1a, twice: node:crypto takes longer to load than all of this. */
function hash(text: string): string {
  const from = (seed: number): string => {
    let value = seed;
    for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
    return value.toString(36);
  };
  return `${from(0x811c9dc5)}-${from(0x01234567)}`;
}
