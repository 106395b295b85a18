import type { Recipe } from '../types.ts';
import { FILE_NOTE, keepsFile, type Looked, withoutFlags } from './looked.ts';
import { USER } from './node.ts';
import { BUN_IMAGE } from './node-install.ts';

/** The words that Bun is started with in production; undefined: a way that is not known. Pure. */
export function bunWords(words: readonly string[]): string[] | undefined {
  const [program, ...rest] = words;
  const args = withoutFlags(rest, /^--(?:hot|watch|no-clear-screen|bun)$/, /^$/);
  const file = args[0] === 'run' ? args.slice(1) : args;
  return program === 'bun' && /\.[cm]?[jt]sx?$/.test(file[0] ?? '') ? ['bun', ...file] : undefined;
}

/** A server that Bun runs from its sources. */
export async function bunRecipe(looked: Looked): Promise<Recipe | undefined> {
  const { project, dir, words } = looked;
  const argv = bunWords(words);
  // A workspace's packages are linked from other folders.
  if (!argv || (await project.workspaces()).length > 0) return undefined;
  const { files } = await project.list(dir);
  const lock = ['bun.lock', 'bun.lockb'].find((name) => files.has(name));
  const install = `bun install${lock ? ' --frozen-lockfile' : ''} --production`;
  const needs = files.has('package.json');
  const writesCode = keepsFile(looked);
  return {
    runtime: 'bun',
    context: project.relative(dir),
    image: () => [
      BUN_IMAGE,
      '',
      'FROM ${BUN_IMAGE}',
      'ENV NODE_ENV=production',
      'WORKDIR /app',
      ...(needs ? [`COPY package.json${lock ? ` ${lock}` : ''} ./`, `RUN ${install}`] : []),
      ...(writesCode ? ['RUN chown 1000:1000 .', 'COPY --chown=1000:1000 . .'] : ['COPY . .']),
      USER,
    ],
    steps: needs ? [install] : [],
    argv,
    env: { NODE_ENV: 'production' },
    ...(writesCode && { writesCode }),
    notes: writesCode ? [FILE_NOTE] : [],
  };
}
