import path from 'node:path';
import type { SourceFile, Sources } from './sources.ts';

/** What a file takes from another one of the project. */
export interface Import {
  /** As it is written: `./env.js`, `app.core.config`, `internal/config`. */
  from: string;
  /** Its name there by its name here; `*` is the module itself. Without names: all that is in it. */
  names?: ReadonlyMap<string, string>;
}

/** The imports of a file that may lead to a file of the project. Pure. */
export function importsOf({ syntax, code }: Pick<SourceFile, 'syntax' | 'code'>): Import[] {
  switch (syntax) {
    case 'js':
      return scriptImports(code);
    case 'python':
      return pythonImports(code);
    case 'go':
      return matches(code, /"([\w.-]+(?:\/[\w.-]+)+)"/g).map(([, from = '']) => ({ from }));
    case 'rust':
      return matches(code, /^\s*(?:pub\s+)?mod\s+(\w+)\s*;/gm).map(([, from = '']) => ({ from }));
    default:
      return [];
  }
}

const matches = (code: string, pattern: RegExp): RegExpExecArray[] => [...code.matchAll(pattern)];

/** Names of what gives the settings. */
export const SETTINGS = /(?:^e|E)nv(?:$|[A-Z])|(?:^c|C)onfig|(?:^s|S)ettings/;

function scriptImports(code: string): Import[] {
  const found: Import[] = [];
  const add = (from: string, clause: string): void => {
    // A package's own files, and the packages beside it that hold settings or the server: `@acme/env`.
    if (
      /^[.~#/]|^@\/|^(?:src|config)\/|[/-](?:env|config|settings|constants|server|bootstrap)$/.test(from) ||
      (from.startsWith('@') && [...scriptNames(clause).values()].some((name) => SETTINGS.test(name)))
    )
      found.push({ from, names: scriptNames(clause) });
  };
  for (const [, clause = '', from = ''] of matches(
    code,
    /(?<![\w.])(?:import|export)\s+(?:type\s+)?([\w$*\s{},]*?)\s*(?:from\s*)?['"]([^'"\n]+)['"]/g,
  ))
    add(from, clause);
  for (const [, clause = '', from = ''] of matches(
    code,
    /(?:(?:const|let|var)\s+(\w+|\{[^{}]*\})\s*=\s*)?(?:await\s+)?(?:require|import)\(\s*['"]([^'"\n]+)['"]\s*\)/g,
  ))
    add(from, /^[\w$]+$/.test(clause) ? `* as ${clause}` : clause.replaceAll(':', ' as '));
  return found;
}

function scriptNames(clause: string): Map<string, string> {
  const names = new Map<string, string>();
  const [, braces = ''] = /\{([^{}]*)\}/.exec(clause) ?? [];
  for (const item of braces.split(',')) {
    const [, there, here] = /([\w$]+)(?:\s+as\s+([\w$]+))?\s*(?:=.*)?$/.exec(item.trim()) ?? [];
    if (there) names.set(here ?? there, there);
  }
  for (const item of clause.replace(/\{[^{}]*\}/, '').split(',')) {
    const [, here] = /^(?:\*\s*as\s+)?([\w$]+)$/.exec(item.trim()) ?? [];
    if (here) names.set(here, '*');
  }
  return names;
}

function pythonImports(code: string): Import[] {
  const found: Import[] = [];
  for (const [, from = '', list = ''] of matches(
    code,
    /^\s*from\s+(\.*[\w.]*)\s+import\s+(\([^)]*\)|[^\n]+)/gm,
  )) {
    const names = new Map<string, string>();
    for (const item of list.replace(/[()]/g, '').split(',')) {
      const [, there, here] = /^\s*(\w+)(?:\s+as\s+(\w+))?\s*$/.exec(item) ?? [];
      if (!there) continue;
      names.set(here ?? there, there);
      // `from . import config` names a module.
      const inner = from.endsWith('.') ? from + there : `${from}.${there}`;
      found.push({ from: inner, names: new Map([[here ?? there, '*']]) });
    }
    if (!/^\.+$/.test(from)) found.push({ from, names });
  }
  for (const [, from = '', here] of matches(code, /^\s*import\s+([\w.]+)(?:\s+as\s+(\w+))?\s*$/gm))
    found.push({ from, names: new Map([[here ?? (from.split('.').at(-1) as string), '*']]) });
  return found;
}

/** Where servers and their settings are kept. */
export const TELLING =
  /^(?:\w*config\w*|settings?|options|defaults?|env\w*|constants?|\w*server|app|main|https?|api|start\w*|args|cli|index|core|web|run|lib|bootstrap|infra\w*|platform|routes?|router)$/i;

/**
 * The files that an import leads to: of a package with many, those that sound like servers and settings.
 * @param top the folder that absolute imports start from
 */
export async function openImport(
  sources: Sources,
  importer: SourceFile,
  { from }: Import,
  top: string,
): Promise<SourceFile[]> {
  const here = path.dirname(importer.path);
  switch (importer.syntax) {
    case 'js':
      return one(await openScript(sources, here, from, top));
    case 'python':
      return one(await openPython(sources, here, from, top));
    case 'rust':
      if (!TELLING.test(from)) return [];
      return one(await firstOf(sources, here, [`${from}.rs`, `${from}/mod.rs`]));
    case 'go':
      return openPackage(sources, from, top);
    default:
      return [];
  }
}

const one = (file: SourceFile | undefined): SourceFile[] => (file ? [file] : []);

async function firstOf(sources: Sources, dir: string, names: string[]): Promise<SourceFile | undefined> {
  for (const name of names) {
    const file = path.resolve(dir, name);
    const { files } = await sources.project.list(path.dirname(file));
    if (files.has(path.basename(file))) return sources.open(file);
  }
  return undefined;
}

const ENDINGS = [
  '.ts',
  '.js',
  '.mjs',
  '.cjs',
  '.mts',
  '.tsx',
  '.jsx',
  '.json',
  '/index.ts',
  '/index.js',
  '/index.tsx',
];

/** `./env.js` is env.ts where that is what lies there; `@/env`, `~/env`, `#/env` start from src or the top. */
export async function openScript(
  sources: Sources,
  here: string,
  from: string,
  top: string,
): Promise<SourceFile | undefined> {
  const [, alias, rest = from] = /^([@~#]\/|\/|#?src\/)(.*)$/.exec(from) ?? [];
  const stem = rest.replace(/\.[cm]?js$/, '');
  const names = [rest, ...ENDINGS.map((ending) => stem + ending)];
  if (from.startsWith('.')) return firstOf(sources, here, names);
  const beside = alias === undefined ? await openWorkspace(sources, from) : undefined;
  // `config/env`: tsconfig's `baseUrl`.
  if (beside || (alias === undefined && !from.startsWith('config/'))) return beside;
  return firstOf(sources, top, [...names.map((name) => `src/${name}`), ...names]);
}

const INDEXES = 'src/index.ts index.ts src/env.ts env.ts index.js src/index.js'.split(' ');

/** A package of the same repository, or a file of it: `@acme/env`, `@acme/env/server`. */
async function openWorkspace(sources: Sources, from: string): Promise<SourceFile | undefined> {
  const all = await sources.project.workspaces();
  const found = all.find(({ name }) => name !== undefined && (from === name || from.startsWith(`${name}/`)));
  if (!found) return undefined;
  const inner = from.slice((found.name ?? '').length + 1);
  if (inner !== '')
    return firstOf(
      sources,
      found.dir,
      ENDINGS.flatMap((ending) => [`src/${inner}${ending}`, inner + ending]),
    );
  const main = (await sources.project.packageJson(found.dir))?.main;
  // What is built is what its source said at some time.
  const isBuilt = /^(?:\.\/)?(?:dist|build|lib|out)\//.test(main ?? '');
  return firstOf(
    sources,
    found.dir,
    main === undefined ? INDEXES : isBuilt ? [...INDEXES, main] : [main, ...INDEXES],
  );
}

async function openPython(sources: Sources, here: string, from: string, top: string) {
  const [, dots = '', name = ''] = /^(\.*)(.*)$/.exec(from) ?? [];
  const file = name.replaceAll('.', '/');
  const names = name === '' ? ['__init__.py'] : [`${file}.py`, `${file}/__init__.py`];
  if (dots) return firstOf(sources, path.resolve(here, ...Array(dots.length - 1).fill('..')), names);
  // The folder it is started in, the importer's own, and those between them.
  for (let dir = here; ; dir = path.dirname(dir)) {
    const found = await firstOf(sources, dir, names);
    if (found || dir === top || !dir.startsWith(top)) return found;
  }
}

async function openPackage(sources: Sources, from: string, top: string): Promise<SourceFile[]> {
  const { project } = sources;
  let module: string | undefined;
  let root = top;
  for (const dir of project.upwards(top)) {
    module = /^module\s+(\S+)/m.exec((await project.text(path.join(dir, 'go.mod'))) ?? '')?.[1];
    root = dir;
    if (module) break;
  }
  if (!module || !from.startsWith(`${module}/`)) return [];
  const dir = path.join(root, from.slice(module.length + 1));
  const names = [...(await project.list(dir)).files].filter((name) => /(?<!_test)\.go$/.test(name)).sort();
  const telling = names.filter((name) => TELLING.test(name.slice(0, -3)));
  const chosen = (telling.length > 0 || names.length > 3 ? telling : names).slice(0, 3);
  const files = await Promise.all(chosen.map((name) => sources.open(path.join(dir, name))));
  return files.filter((file) => file !== undefined);
}

/** Files, and what they import under a telling name. */
export async function withImported(
  sources: Sources,
  files: readonly SourceFile[],
  telling: RegExp,
  top: string,
): Promise<SourceFile[]> {
  const all = new Set(files);
  for (const file of files)
    for (const taken of importsOf(file))
      if (telling.test(taken.from))
        for (const further of await openImport(sources, file, taken, top)) all.add(further);
  return [...all];
}
