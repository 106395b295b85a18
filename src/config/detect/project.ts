import path from 'node:path';
import { kindAt, readText as read, readBytes, realPath } from '../../system/observed.ts';
import { decodeText, entriesOf, shortLines } from '../small-files.ts';

/** The parts of a package.json that detection reads. */
export interface PackageJson {
  name?: string;
  main?: string;
  /** `packageManager`, else the name that `devEngines` has. */
  packageManager?: string;
  nodemonConfig?: { exec?: string; script?: string; env?: Record<string, unknown> };
  scripts: Record<string, string>;
  /** dependencies, devDependencies and optionalDependencies together. */
  deps: Record<string, string>;
  /** Workspace globs. */
  workspaces: string[];
  /** What wireit runs for the scripts that say `wireit`. */
  wireit: Record<string, WireitScript>;
}

export interface WireitScript {
  command?: string;
  dependencies?: (string | { script: string })[];
  service?: boolean | object;
}

/** What detection is told: never process.env itself. */
export interface DetectContext {
  prod: boolean;
  /** The address that the user gave; absent: each server listens where it likes. */
  host?: string | undefined;
  env: Record<string, string | undefined>;
}

const isStringRecord = (value: unknown): value is Record<string, string> =>
  typeof value === 'object' && value !== null;

const strings = (value: unknown): Record<string, string> =>
  isStringRecord(value)
    ? Object.fromEntries(Object.entries(value).filter(([, v]) => typeof v === 'string'))
    : {};

function workspaceGlobs(value: unknown): string[] {
  const list = Array.isArray(value)
    ? value
    : typeof value === 'object' && value !== null && 'packages' in value
      ? value.packages
      : [];
  return Array.isArray(list) ? list.filter((x) => typeof x === 'string') : [];
}

/** `devEngines: { packageManager: { name: "pnpm" } }`, or a list of such. */
function engineName(engines: unknown): string | undefined {
  if (!isStringRecord(engines)) return undefined;
  const one: unknown = [engines.packageManager].flat()[0];
  return isStringRecord(one) && typeof one.name === 'string' ? one.name : undefined;
}

/** Of a folder. */
interface Names {
  files: Set<string>;
  dirs: Set<string>;
}

/** The project's files, each read once: detection asks for the same ones from many sides. */
export class Project {
  readonly root: string;
  readonly #texts = new Map<string, Promise<string | undefined>>();
  readonly #dirs = new Map<string, Promise<Names>>();

  constructor(root: string) {
    this.root = root;
  }

  /** The same project as if this file (absolute path) were not there; what has been read is shared. */
  without(file: string): Project {
    const { dir, base } = path.parse(file);
    return Object.create(this, {
      workspaces: { value: () => this.workspaces() },
      text: { value: (one: string) => (one === file ? Promise.resolve(undefined) : this.text(one)) },
      list: {
        value: async (one: string) => {
          const found = await this.list(one);
          if (one !== dir || !found.files.has(base)) return found;
          return { ...found, files: new Set([...found.files].filter((name) => name !== base)) };
        },
      },
    });
  }

  /** The text of a file (absolute path), or undefined where there is none. */
  text(file: string): Promise<string | undefined> {
    let text = this.#texts.get(file);
    if (!text) {
      text = this.#textOf(file).catch(() => undefined);
      this.#texts.set(file, text);
    }
    return text;
  }

  /** Names in a folder; links count as what they point to. */
  list(dir: string): Promise<Names> {
    let listed = this.#dirs.get(dir);
    if (!listed) {
      listed = this.#read(dir);
      this.#dirs.set(dir, listed);
    }
    return listed;
  }

  /** A folder that the one above it, if that has been read, does not name needs no asking. */
  async #read(dir: string): Promise<Names> {
    return (await this.#lacks(dir, 'dirs')) ? { files: new Set(), dirs: new Set() } : readNames(dir);
  }

  /** Nor does a file. */
  async #textOf(file: string): Promise<string | undefined> {
    return (await this.#lacks(file, 'files')) ? undefined : readText(file);
  }

  /** The folder above has been read, and does not name it. One that names nothing may be closed to us. */
  async #lacks(place: string, kind: keyof Names): Promise<boolean> {
    const above = await this.#dirs.get(path.dirname(place));
    return (
      above !== undefined && above.dirs.size + above.files.size > 0 && !above[kind].has(path.basename(place))
    );
  }

  async has(dir: string, name: string): Promise<boolean> {
    // A folder above the project may hold thousands, and another set each minute.
    if (!`${dir}${path.sep}`.startsWith(`${this.root}${path.sep}`))
      return kindAt(path.join(dir, name))?.isFile() === true;
    return (await this.list(dir)).files.has(name);
  }

  /** Undefined where there is none, or it is not JSON: its owner hears of that from the package manager. */
  async packageJson(dir: string): Promise<PackageJson | undefined> {
    const text = await this.text(path.join(dir, 'package.json'));
    if (text === undefined) return undefined;
    let raw: Record<string, unknown>;
    try {
      raw = JSON.parse(text.replace(/^\uFEFF/, ''));
    } catch {
      return undefined;
    }
    if (typeof raw !== 'object' || raw === null) return undefined;
    const result: PackageJson = {
      scripts: strings(raw.scripts),
      deps: {
        ...strings(raw.optionalDependencies),
        ...strings(raw.devDependencies),
        ...strings(raw.dependencies),
      },
      workspaces: workspaceGlobs(raw.workspaces),
      wireit: {},
    };
    for (const [name, script] of Object.entries(isStringRecord(raw.wireit) ? raw.wireit : {})) {
      if (!/^wireit(?:\s|$)/.test(result.scripts[name] ?? '') || !isStringRecord(script)) continue;
      result.wireit[name] = script as WireitScript;
      // What it runs in the end is what a reader of scripts wants to know.
      if (typeof script.command === 'string') result.scripts[name] = script.command;
    }
    for (const key of ['name', 'main', 'packageManager'] as const) {
      const value = raw[key];
      if (typeof value === 'string') result[key] = value;
    }
    const engine = result.packageManager ?? engineName(raw.devEngines);
    if (engine !== undefined) result.packageManager = engine;
    if (isStringRecord(raw.nodemonConfig)) result.nodemonConfig = raw.nodemonConfig;
    return result;
  }

  /** The folder itself and those above it, up to the project's root. */
  upwards(dir: string): string[] {
    const result = [dir];
    let current = dir;
    while (current !== this.root && current.startsWith(this.root)) {
      const parent = path.dirname(current);
      if (parent === current) break;
      result.push(parent);
      current = parent;
    }
    return result;
  }

  /** As a person would write it: relative to the root, `.` for the root itself. */
  relative(file: string): string {
    return path.relative(this.root, file).replaceAll(path.sep, '/') || '.';
  }

  /** The project's workspace folders, absolute: package.json `workspaces`, pnpm-workspace.yaml. */
  async workspaces(): Promise<{ dir: string; name: string | undefined }[]> {
    const globs = [...((await this.packageJson(this.root))?.workspaces ?? [])];
    const pnpm = await this.text(path.join(this.root, 'pnpm-workspace.yaml'));
    if (pnpm !== undefined) globs.push(...pnpmPackages(pnpm));
    const found = new Set<string>();
    for (const glob of globs.filter((g) => !g.startsWith('!'))) {
      for (const dir of await this.#expand(glob)) found.add(dir);
    }
    for (const glob of globs.filter((g) => g.startsWith('!'))) {
      for (const dir of await this.#expand(glob.slice(1))) found.delete(dir);
    }
    return Promise.all(
      [...found].sort().map(async (dir) => ({ dir, name: (await this.packageJson(dir))?.name })),
    );
  }

  /** `apps/*`, `apps/**`, `web`: the globs that workspaces are written with. */
  async #expand(glob: string): Promise<string[]> {
    let dirs = [this.root];
    for (const part of glob.replace(/^\.\//, '').replace(/\/$/, '').split('/')) {
      const next: string[] = [];
      for (const dir of dirs) {
        const names = [...(await this.list(dir)).dirs].filter(
          (name) => !name.startsWith('.') && name !== 'node_modules',
        );
        if (part === '**') next.push(dir, ...names.map((name) => path.join(dir, name)));
        else {
          const pattern = new RegExp(`^${part.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
          next.push(...names.filter((name) => pattern.test(name)).map((name) => path.join(dir, name)));
        }
      }
      dirs = next;
    }
    return dirs.filter((dir) => dir !== this.root);
  }
}

/**
 * The `packages:` list of a pnpm-workspace.yaml: always a plain list of strings, so no YAML parser. An empty file was
 * every package there is, before pnpm 9.
 */
export function pnpmPackages(text: string): string[] {
  if (text.split('\n').every((line) => /^\s*(?:#|$)/.test(line))) return ['**'];
  const result: string[] = [];
  let inside = false;
  for (const line of text.split(/\r?\n/)) {
    const flow = /^(['"]?)packages\1:\s*\[(.*)\]/.exec(line);
    if (flow?.[2] !== undefined) return flow[2].split(',').map((x) => x.trim().replace(/^['"]|['"]$/g, ''));
    if (/^(['"]?)packages\1:\s*(#.*)?$/.test(line)) inside = true;
    else if (/^[^\s#-]/.test(line)) inside = false;
    else if (inside) {
      const item = /^\s*-\s*(?:'([^']*)'|"([^"]*)"|([^\s#]+))/.exec(line);
      if (item) result.push(item[1] ?? item[2] ?? item[3] ?? '');
    }
  }
  return result.filter(Boolean);
}

function readText(file: string): string {
  const text = read(file) ?? '';
  // The mark of UTF-16, which is none in UTF-8.
  const wide = text.startsWith('\uFFFD\uFFFD') ? decodeText(readBytes(file)) : undefined;
  return shortLines(file, wide ?? text);
}

function readNames(dir: string): Names {
  const files = new Set<string>();
  const dirs = new Set<string>();
  for (const entry of entriesOf(dir)) {
    if (entry.isDirectory()) dirs.add(entry.name);
    else if (entry.isFile()) files.add(entry.name);
    else if (entry.isSymbolicLink()) {
      const target = kindAt(path.join(dir, entry.name));
      if (target?.isFile()) files.add(entry.name);
      else if (target && !isAbove(path.join(dir, entry.name), dir)) dirs.add(entry.name);
    }
  }
  return { files, dirs };
}

/** A link to a folder that holds it: followed, it would never end. */
const isAbove = (link: string, dir: string): boolean =>
  `${realPath(dir)}${path.sep}`.startsWith(`${realPath(link)}${path.sep}`);
