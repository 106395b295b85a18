import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { discard, makePrivateFolder, replaceFile } from '../../system/files.ts';
import { type Fact, isSame, Observer } from '../../system/observed.ts';
import { VERSION } from '../../version.ts';

/**
 * What was found in a project is kept in the state directory: the next start asks whether all that it followed from is
 * as it was (every file, folder and variable that was looked at), and reads nothing where it is.
 */

type Environment = Readonly<Record<string, string | undefined>>;
/** What is found apart. */
type Part = 'apps' | 'services';

interface Finding {
  /** What it depends on beside files and environment. */
  about: string;
  /** Of each variable what tells its value from others: it may be a secret that stands on no disk. */
  env: [name: string, mark: string | null][];
  facts: Fact[];
  found: unknown;
}

interface Stored extends Partial<Record<Part, Finding>> {
  /** The program, and the project's folder. */
  of: string;
  /** The config's text and what it came to: valid by the schema. */
  config?: { text: string; value: unknown };
}

interface Search<T> {
  about: readonly unknown[];
  env: Environment;
  /** @returns plain values */
  find: (env: Environment) => Promise<T>;
  now: Date;
}

/** Projects. */
const MOST = 64;
/** Characters. */
const LARGEST = 1 << 20;

/** What the last start of a project has kept. */
export class Kept {
  readonly #file: string;
  readonly #last: Stored;
  readonly #fresh = new Map<Part, () => Finding | undefined>();
  #config: Stored['config'];

  /** @param dir the folder of all that is kept; it need not be there @param root the project's, absolute */
  constructor(dir: string, root: string) {
    this.#file = path.join(dir, `${hash(root)}.json`);
    this.#last = read(this.#file, `${programStamp()} ${root}`);
  }

  /** A config by its text: read and checked once. */
  async config<T>(text: string, read: () => Promise<T>): Promise<T> {
    const last = this.#last.config;
    const value = last?.text === text ? (last.value as T) : await read();
    this.#config = { text, value };
    return value;
  }

  /** What was found, where all that it followed from is as it was; else it is found anew. */
  async recall<T>(part: Part, { about, env, find, now }: Search<T>): Promise<T> {
    const all = JSON.stringify(about);
    const last = this.#last[part];
    if (last?.about === all && last.env.every(([name, mark]) => markOf(env[name]) === mark)) {
      if (last.facts.every(isSame)) return last.found as T;
    }
    const observer = new Observer(now);
    const names = new Set<string>();
    const found = await observer.during(() => find(noting(env, names)));
    this.#fresh.set(part, () => {
      const facts = observer.facts();
      return facts && { about: all, env: [...names].map((name) => [name, markOf(env[name])]), facts, found };
    });
    return found;
  }

  /** Keeps what is new for the next start. What fails is done without. */
  keep(): void {
    if (this.#fresh.size === 0 && this.#config?.text === this.#last.config?.text) return;
    const { config: _, ...rest } = this.#last;
    const stored: Stored = { ...rest, ...(this.#config && { config: this.#config }) };
    for (const [part, findingOf] of this.#fresh) {
      delete stored[part];
      Object.assign(stored, { [part]: findingOf() });
    }
    if (stored.config ?? stored.apps ?? stored.services) write(this.#file, stored);
  }
}

function read(file: string, of: string): Stored {
  try {
    const stored = JSON.parse(readFileSync(file, 'utf8')) as Stored;
    return stored.of === of ? stored : { of };
  } catch {
    return { of };
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
