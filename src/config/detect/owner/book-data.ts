import path from 'node:path';
import type { Scope } from '../candidate.ts';
import { denoTasks } from '../deno-tasks.ts';
import { type Book, emptyRecipe, handedBy, type Recipe } from './book.ts';
import { isRecord, parseToml, readJsonc, strings } from './jsonc.ts';

type Data = Record<string, unknown>;
type Values = Record<string, string>;

const record = (value: unknown): Data => (isRecord(value) ? value : {});

/** The plain values of a table; what is worked out at the start is left open. */
const plain = (value: unknown): Values =>
  Object.fromEntries(
    Object.entries(record(value)).flatMap(([key, one]) =>
      ['string', 'number', 'boolean'].includes(typeof one) ? [[key, String(one)]] : [],
    ),
  );

/** Taskfile.yml (go-task), with the files that it includes. */
export async function readTaskfile(scope: Scope, file: string): Promise<Book | undefined> {
  const recipes = new Map<string, Recipe>();
  await addTaskfile(scope, file, '', path.dirname(file), recipes, 0);
  return { file: scope.project.relative(file), call: 'task', recipes };
}

async function addTaskfile(
  scope: Scope,
  file: string,
  space: string,
  dir: string,
  recipes: Map<string, Recipe>,
  depth: number,
): Promise<void> {
  const text = await scope.project.text(file);
  if (text === undefined || depth > 3) return;
  const { parse } = await import('yaml');
  let data: Data;
  try {
    data = record(parse(text, { merge: true }));
  } catch {
    return;
  }
  for (const [name, given] of Object.entries(record(data.tasks))) {
    const task = isRecord(given) ? given : { cmds: given };
    const vars: Values = {
      ...plain(data.vars),
      ...plain(task.vars),
      CLI_ARGS: '',
      ROOT_DIR: scope.project.root,
      TASKFILE_DIR: dir,
    };
    const fill = (line: string) =>
      line.replace(/\{\{\s*\.(\w+)\s*\}\}/g, (all, key) => vars[key] ?? all).trim();
    const recipe = emptyRecipe(path.resolve(dir, typeof task.dir === 'string' ? fill(task.dir) : ''));
    const handed = await handedBy(scope, dir, [...strings(task.dotenv), ...strings(data.dotenv)]);
    recipe.handsEnv = handed.handsEnv;
    Object.assign(recipe.env, handed.env, plain(data.env), plain(task.env));
    recipe.needs = named(task.deps).map((need) => within(space, need));
    recipe.parallel = true;
    for (const cmd of list(task.cmds ?? task.cmd)) {
      if (typeof cmd === 'string') recipe.lines.push(cmd);
      else if (isRecord(cmd) && typeof cmd.cmd === 'string') recipe.lines.push(cmd.cmd);
      else if (isRecord(cmd) && typeof cmd.task === 'string')
        recipe.lines.push(`task ${within(space, cmd.task)}`);
    }
    recipe.lines = recipe.lines.map(fill);
    recipe.closed = [recipe.dir, ...recipe.lines].some((line) => line.includes('{{'));
    recipes.set(space + name, recipe);
  }
  for (const [name, given] of Object.entries(record(data.includes))) {
    const include = typeof given === 'string' ? { taskfile: given } : record(given);
    const target = path.resolve(dir, typeof include.taskfile === 'string' ? include.taskfile : '');
    const found = /\.ya?ml$/.test(target) ? target : path.join(target, 'Taskfile.yml');
    const folder = typeof include.dir === 'string' ? path.resolve(dir, include.dir) : dir;
    await addTaskfile(scope, found, `${space}${name}:`, folder, recipes, depth + 1);
  }
}

const list = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];
const named = (value: unknown): string[] =>
  list(value).flatMap((one) =>
    typeof one === 'string' ? one : isRecord(one) && typeof one.task === 'string' ? one.task : [],
  );
/** `:other` is the root's. */
const within = (space: string, name: string): string => (name.startsWith(':') ? name.slice(1) : space + name);

/** `[tasks]` of mise.toml. */
export async function readMise(scope: Scope, file: string): Promise<Book | undefined> {
  const { project } = scope;
  const data = await parseToml((await project.text(file)) ?? '');
  if (!data) return undefined;
  const home = path.dirname(file);
  const recipes = new Map<string, Recipe>();
  const tasks = record(data.tasks);
  const handed = await handedBy(scope, home, strings(record(record(data.env)._).file));
  for (const [name, given] of Object.entries(tasks)) {
    const task = isRecord(given) ? given : { run: given };
    const recipe = emptyRecipe(path.resolve(home, typeof task.dir === 'string' ? task.dir : ''));
    recipe.handsEnv = handed.handsEnv;
    Object.assign(recipe.env, handed.env, plain(data.env), plain(task.env));
    recipe.needs = strings(task.depends).flatMap((need) => starred(need, Object.keys(tasks)));
    recipe.parallel = true;
    for (const line of list(task.run)) {
      if (typeof line === 'string') recipe.lines.push(line.trim());
      else if (isRecord(line)) recipe.needs.push(...strings(line.tasks ?? line.task));
    }
    recipe.closed = recipe.lines.some((line) => /\{\{|\{%/.test(line));
    recipe.oneShell = recipe.lines.some((line) => line.includes('\n'));
    recipes.set(name, recipe);
  }
  return { file: project.relative(file), call: 'mise run', recipes };
}

const starred = (need: string, names: string[]): string[] => {
  const [name = ''] = need.split(' ');
  if (!name.includes('*')) return [name];
  const pattern = new RegExp(`^${name.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
  return names.filter((one) => pattern.test(one));
};

/** `scripts` of composer.json: lists of lines; a PHP method starts no server. */
export async function readComposer({ project }: Scope, file: string): Promise<Book | undefined> {
  const scripts = record((await readJsonc(project, file))?.scripts);
  const recipes = new Map<string, Recipe>();
  for (const [name, given] of Object.entries(scripts)) {
    const recipe = emptyRecipe(path.dirname(file));
    for (const line of strings(given)) {
      const [, key, value = ''] = /^@putenv\s+(\w+)=(.*)$/.exec(line) ?? [];
      if (key) recipe.env[key] = value;
      else if (/^@(?:no_additional_args|additional_args)/.test(line) || /^[\w\\]+::\w+$/.test(line)) continue;
      else
        recipe.lines.push(
          line
            .replace(/^@php\b/, 'php')
            .replace(/^@composer\b/, 'composer')
            .replace(/^@(\S+)/, 'composer run $1'),
        );
    }
    recipes.set(name, recipe);
  }
  return { file: project.relative(file), call: 'composer run', recipes };
}

/** Tasks of deno.json: those that only start others, side by side; one with a line of its own is one program to us. */
export async function readDeno({ project }: Scope, file: string): Promise<Book | undefined> {
  const recipes = new Map<string, Recipe>();
  const tasks = await denoTasks(project, path.dirname(file));
  for (const [name, { line, needs }] of tasks)
    recipes.set(name, { ...emptyRecipe(path.dirname(file)), needs: line ? [] : needs, parallel: true });
  const several = [...recipes.values()].some((recipe) => recipe.needs.length > 0);
  return several ? { file: project.relative(file), call: 'deno task', recipes } : undefined;
}

/** Makefile.toml of cargo-make. */
export async function readCargoMake(scope: Scope, file: string): Promise<Book | undefined> {
  const data = await parseToml((await scope.project.text(file)) ?? '');
  if (!data) return undefined;
  const home = path.dirname(file);
  const recipes = new Map<string, Recipe>();
  for (const [name, given] of Object.entries(record(data.tasks))) {
    const task = record(given);
    const calls = record(task.run_task);
    const recipe = emptyRecipe(path.resolve(home, typeof task.cwd === 'string' ? task.cwd : ''), true);
    const handed = await handedBy(scope, home, [...strings(task.env_files), ...strings(data.env_files)]);
    Object.assign(recipe, handed, { env: { ...handed.env, ...plain(data.env), ...plain(task.env) } });
    const called = strings(typeof task.run_task === 'string' ? task.run_task : calls.name);
    recipe.needs = [...strings(task.dependencies), ...called];
    recipe.parallel = calls.parallel === true;
    const words = [task.command, ...strings(task.args)].filter((word) => typeof word === 'string');
    const line = words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `"${word}"`)).join(' ');
    recipe.lines = line ? [line] : strings(task.script).flatMap((one) => one.trim().split('\n'));
    // Rust's own scripts, and values that only it fills in.
    recipe.closed = task.script_runner !== undefined || /\$\{@/.test(line);
    recipes.set(name, recipe);
  }
  return { file: scope.project.relative(file), call: 'cargo make', recipes };
}
