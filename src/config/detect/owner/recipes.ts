import path from 'node:path';
import type { Scope } from '../candidate.ts';
import { look } from '../look.ts';
import type { Book, Recipe } from './book.ts';
import { partOf, type Step, shortName, type Taken, type Taking } from './step.ts';

/** The runners, each with the files that it reads, in their order. */
const runners: [
  program: RegExp,
  files: RegExp,
  read: (scope: Scope, file: string) => Promise<Book | undefined>,
][] = [
  [
    /^g?make$/,
    /^(?:GNUmakefile|[Mm]akefile)$/,
    async (...at) => (await import('./book-make.ts')).readMakefile(...at),
  ],
  [/^just$/, /^\.?[Jj]ustfile$/, async (...at) => (await import('./book-just.ts')).readJustfile(...at)],
  [
    /^(?:task|go-task)$/,
    /^[Tt]askfile(?:\.dist)?\.ya?ml$/,
    async (...at) => (await import('./book-data.ts')).readTaskfile(...at),
  ],
  [/^mise$/, /^\.?mise\.toml$/, async (...at) => (await import('./book-data.ts')).readMise(...at)],
  [/^composer$/, /^composer\.json$/, async (...at) => (await import('./book-data.ts')).readComposer(...at)],
  [/^cargo$/, /^Makefile\.toml$/, async (...at) => (await import('./book-data.ts')).readCargoMake(...at)],
  [/^deno$/, /^deno\.jsonc?$/, async (...at) => (await import('./book-data.ts')).readDeno(...at)],
];

/** The books that lie in a folder. */
export async function booksIn(scope: Scope, dir: string): Promise<Book[]> {
  const { files } = await scope.project.list(dir);
  const found: Book[] = [];
  for (const [, pattern, read] of runners) {
    const file = [...files].find((name) => pattern.test(name));
    const book = file && (await read(scope, path.join(dir, file)));
    if (book) found.push(book);
  }
  return found;
}

/** `make -j2 api web`, `just dev`, `task dev`, `mise run dev`, `composer run dev`. */
export async function recipe(taking: Taking): Promise<Taken> {
  const { scope, step, words } = taking;
  const call = recipeCall(words);
  const runner = runners.find(([program]) => program.test(words[0] ?? ''));
  if (!runner || call.names.length === 0) return undefined;
  const dir = path.resolve(step.dir, call.dir ?? '');
  const { files } = await scope.project.list(dir);
  const file = call.file ?? [...files].find((name) => runner[1].test(name));
  const book = file && (await runner[2](scope, path.resolve(dir, file)));
  if (!book) return undefined;
  const names = call.names.filter((name) => book.recipes.has(name));
  const isLeaf = (name: string) => {
    const { lines = [], needs = [] } = book.recipes.get(name) ?? {};
    return lines.length + needs.length === 0;
  };
  if (names.every(isLeaf)) return undefined;
  return recipeSteps(taking, book, names, call.parallel);
}

/**
 * What recipes start. Those that others need and that end run before them, by their runner; a server that stands among
 * the needs is one of the parts.
 */
export async function recipeSteps(
  taking: Taking,
  book: Book,
  names: string[],
  parallel: boolean,
): Promise<Taken> {
  const { scope, step } = taking;
  const before: Step[] = [];
  const parts: Step[] = [];
  const all = names.flatMap((name) => {
    const { needs = [], lines = [] } = book.recipes.get(name) ?? {};
    const own = lines.length > 0 ? [name] : [];
    return names.length === 1
      ? [
          ...needs.map((need) => ({ name: need, own: false })),
          ...own.map((one) => ({ name: one, own: true })),
        ]
      : [{ name, own: false }];
  });
  const only = names.length === 1 ? book.recipes.get(names[0] ?? '') : undefined;
  const beside = parallel || (only?.parallel === true && only.lines.length === 0);
  for (const [index, { name, own }] of all.entries()) {
    const found = book.recipes.get(name);
    if (!found) return { opaque: `${book.file}: ${name} cannot be read` };
    if (found.closed && own)
      return { opaque: `${book.file}: ${name} holds what only ${book.call.split(' ')[0]} can work out` };
    const call = partOf(step, {
      line: `${book.call} ${name}`,
      name: shortName(name),
      evidence: `${book.file} "${name}"`,
    });
    const steps = own ? await linesOf(taking, book, name, found) : await taking.further(call);
    const last = index === all.length - 1;
    // Lines of its own wait for what comes before them: nobody can look into it, and it ends.
    const ends = !beside && (only?.lines.length ?? 0) > 0;
    if (last || beside || (await someServe(scope, steps, ends)))
      parts.push(...steps.map((one) => ({ ...one, needs: [...one.needs, ...before] })));
    else before.push(call);
  }
  return parts;
}

async function linesOf({ step, further }: Taking, book: Book, name: string, recipe: Recipe): Promise<Step[]> {
  const { lines, dir, env, exports, handsEnv, oneShell } = recipe;
  const alone = (line: string) =>
    /\b(?:cd|export|source)\b/.test(line) && !/(?<![&>])&(?![&>])/.test(line) ? `(${line})` : line;
  const line = oneShell || lines.length === 1 ? lines.join('\n') : lines.map(alone).join('\n');
  const own = shortName(name);
  return further(
    partOf(step, {
      line,
      dir,
      env,
      // A recipe that calls another of the same file has them already.
      setup: [
        ...step.setup.filter(({ line: one }) => !exports.includes(one)),
        ...exports.map((one) => ({ line: one, dir })),
      ],
      ...(handsEnv && { procfile: true }),
      evidence: `${book.file} "${name}"`,
      ...(step.name ? { name: step.name } : own && { name: own }),
    }),
  );
}

/** Does one of them stay, as a server does? @param ends what cannot be looked into does not */
async function someServe({ project }: Scope, steps: Step[], ends: boolean): Promise<boolean> {
  for (const { line, dir, script, opaque, silent, publishes } of steps) {
    const text = script ? ((await project.packageJson(dir))?.scripts[script.name] ?? '') : line;
    const { framework } = await look(project, text, dir);
    if (ends && opaque !== undefined && !publishes) continue;
    if (!silent && (opaque !== undefined || (framework !== undefined && framework.role !== 'task')))
      return true;
  }
  return false;
}

interface RecipeCall {
  names: string[];
  dir?: string;
  file?: string;
  /** `make -j2`, `task --parallel`. */
  parallel: boolean;
}

function recipeCall(words: string[]): RecipeCall {
  const call: RecipeCall = { names: [], parallel: false };
  const [program = ''] = words;
  let rest = words.slice(1);
  if (program === 'cargo') rest = rest.slice(1);
  if (/^(?:mise|composer|deno)$/.test(program) && /^(?:run|run-script|r|task)$/.test(rest[0] ?? ''))
    rest = rest.slice(1);
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] ?? '';
    if (word === '--') break;
    if (/^-j\d*$|^--jobs(?:=\d+)?$|^(?:-p|--parallel)$/.test(word)) {
      call.parallel = true;
      if (/^(?:-j|--jobs)$/.test(word) && /^\d+$/.test(rest[i + 1] ?? '')) i++;
    } else if (/^(?:-C|-d|--dir|--directory|--working-directory|--working-dir)$/.test(word))
      call.dir = rest[++i] ?? '';
    else if (/^(?:-f|-t|--file|--makefile|--justfile|--taskfile)$/.test(word)) call.file = rest[++i] ?? '';
    else if (/^(?:-C|-d)\S|^--(?:dir|directory)=/.test(word))
      call.dir = word.replace(/^(?:-[Cd]|--\w+=)/, '');
    // just gives what follows the recipe to it; the others run one after the other.
    else if (!word.startsWith('-') && !word.includes('=') && (program !== 'just' || call.names.length === 0))
      call.names.push(word);
  }
  return call;
}
