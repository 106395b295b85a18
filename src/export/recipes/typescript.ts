import path from 'node:path';
import type { Looked } from './looked.ts';
import type { NodeInstall } from './node-install.ts';

/** A server whose TypeScript a developer's tool compiles while it runs, compiled beforehand. */
export interface Compiled {
  build: string;
  argv: string[];
}

/** The TypeScript that `nodemon`, `ts-node` and their like are started with; undefined: none. Pure. */
export function typeScriptEntry(words: readonly string[]): string | undefined {
  const [program = ''] = words;
  if (!/^(?:nodemon|ts-node|ts-node-dev|tsnd)$/.test(program)) return undefined;
  const entries = words.filter(
    (word, at) => at > 0 && /^[\w./-]+\.ts$/.test(word) && words[at - 1] !== '--watch',
  );
  return entries.length === 1 ? entries[0] : undefined;
}

/** By its tsconfig.json, where that says for sure which file comes of the entry, and Node can run it. */
export async function compiled(
  { project, dir, words }: Looked,
  way: NodeInstall,
): Promise<Compiled | undefined> {
  const entry = typeScriptEntry(words);
  const manifest = await project.packageJson(dir);
  if (!entry || !manifest?.deps.typescript) return undefined;
  const text = ((await project.text(path.join(dir, 'tsconfig.json'))) ?? '').replace(/^\s*\/\/.*$/gm, '');
  const said = (key: string) => new RegExp(`"${key}"\\s*:\\s*"([^"]+)"`).exec(text)?.[1];
  const [from, to, module = ''] = [said('rootDir'), said('outDir'), said('module')?.toLowerCase()];
  if (!from || !to || /"(?:extends|paths|noEmit|allowImportingTsExtensions|emitDeclarationOnly)"/.test(text))
    return undefined;
  // Other kinds of modules leave names in the files that Node does not find.
  const modules = /"type"\s*:\s*"module"/.test((await project.text(path.join(dir, 'package.json'))) ?? '');
  if (!(module === 'commonjs' && !modules) && !/^node(?:\d+|next)$/.test(module)) return undefined;
  const inside = path.posix.relative(from, entry);
  if (inside.startsWith('..') || to.startsWith('..') || path.isAbsolute(to)) return undefined;
  return {
    build: way.program('tsc'),
    argv: ['node', path.posix.join(to, inside.replace(/\.ts$/, '.js'))],
  };
}
