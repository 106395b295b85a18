import { readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** `paths` of a tsconfig.json, for what a config imports by them. */
interface Paths {
  /** Absolute: what targets are relative to. */
  base: string;
  /** By pattern, a `*` at most in each. */
  patterns: Record<string, string[]>;
  /** A `baseUrl` is there: it is asked for every bare name. */
  bare: boolean;
}

/**
 * Where a bare name may lie by the nearest tsconfig.json, as file: URLs without endings tried; none where it says nothing.
 * Reads synchronously: a module waits for it.
 */
export function pathCandidates(specifier: string, parentUrl: string | undefined): string[] {
  if (!parentUrl?.startsWith('file:') || isBuiltin(specifier) || /^(\.{0,2}\/|[a-z]+:)/.test(specifier))
    return [];
  const found = nearestPaths(path.dirname(fileURLToPath(parentUrl)));
  if (!found) return [];
  const { base, patterns, bare } = found;
  const targets = Object.entries(patterns)
    .flatMap(([pattern, to]) => {
      const [before = '', after] = pattern.split('*');
      if (after === undefined)
        return specifier === pattern ? [{ rank: Number.POSITIVE_INFINITY, to, star: '' }] : [];
      const matches = specifier.length >= before.length + after.length && specifier.startsWith(before);
      if (!matches || !specifier.endsWith(after)) return [];
      return [
        { rank: before.length, to, star: specifier.slice(before.length, specifier.length - after.length) },
      ];
    })
    .sort((a, b) => b.rank - a.rank)
    .flatMap(({ to, star }) => to.map((target) => target.replace('*', () => star)));
  return [...targets, ...(bare ? [specifier] : [])].map(
    (target) => pathToFileURL(path.resolve(base, target)).href,
  );
}

function nearestPaths(folder: string): Paths | undefined {
  const file = path.join(folder, 'tsconfig.json');
  const text = readText(file);
  if (text !== undefined) return pathsOf(file, text, 0);
  const parent = path.dirname(folder);
  return parent === folder ? undefined : nearestPaths(parent);
}

/** A tsconfig that extends itself ends here. */
const MAX_DEPTH = 10;

function pathsOf(file: string, text: string, depth: number): Paths | undefined {
  const { compilerOptions, extends: parents } = (parse(text) ?? {}) as {
    compilerOptions?: { paths?: Record<string, string[]>; baseUrl?: string };
    extends?: string | string[];
  };
  const folder = path.dirname(file);
  const { paths, baseUrl } = compilerOptions ?? {};
  if (paths || baseUrl !== undefined)
    return { base: path.resolve(folder, baseUrl ?? '.'), patterns: paths ?? {}, bare: baseUrl !== undefined };
  if (depth >= MAX_DEPTH) return undefined;
  for (const parent of [parents ?? []].flat().reverse()) {
    const from = resolveParent(parent, file);
    const inherited = from && pathsOf(from.file, from.text, depth + 1);
    if (inherited) return inherited;
  }
  return undefined;
}

function resolveParent(name: string, from: string): { file: string; text: string } | undefined {
  for (const spelled of [name, `${name}.json`, `${name}/tsconfig.json`]) {
    let file = path.resolve(path.dirname(from), spelled);
    if (!/^\.{0,2}\//.test(name)) {
      try {
        file = createRequire(from).resolve(spelled);
      } catch {
        continue;
      }
    }
    const text = readText(file);
    if (text !== undefined) return { file, text };
  }
  return undefined;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** JSON with comments and commas at the end, as tsc takes it; undefined where it is broken, which is tsc's to say. */
function parse(text: string): unknown {
  const plain = text
    .replace(/^\uFEFF/, '')
    .replace(/("(?:\\.|[^"\\])*")|\/\/.*|\/\*[\s\S]*?\*\//g, '$1')
    .replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, '$1');
  try {
    return JSON.parse(plain);
  } catch {
    return undefined;
  }
}
