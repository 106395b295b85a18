import path from 'node:path';
import type { Candidate, Scope } from '../candidate.ts';
import { quote } from '../commandline.ts';
import { appFolder } from '../python-modules.ts';
import { readmeOf, typedInReadme } from '../typed.ts';
import { pythonCommand } from '../venv.ts';
import { startedIn } from './command.ts';
import { inVenv, tasksIn } from './py-tasks.ts';

/**
 * The owner's own line for a server that its folder's files have shown: `task api`, `make backend`, a task of
 * pyproject.toml, what the README has people type. It says flags and variables that no file beside the server does.
 */
export async function byOwnersLine(scope: Scope, found: Candidate[]): Promise<Candidate[]> {
  const guess = found.find(({ look, app }) => look === undefined && app.python && !app.opaque && !app.noPort);
  if (!guess || scope.context.prod) return found;
  const file = fileOf(scope, guess);
  for await (const one of linesFor(scope, guess)) {
    if (!one.look || one.app.framework === 'gunicorn' || !one.app.python) continue;
    if (fileOf(scope, one) !== file && !(await isMeant(scope, one, guess))) continue;
    return found.map((other) => (other === guess ? asTyped(guess, one) : other));
  }
  for await (const one of typedFor(scope)) {
    if (fileOf(scope, one) !== file) continue;
    // The file by itself is what the guess comes to.
    return one.look?.words[0] === 'python'
      ? found
      : found.map((other) => (other === guess ? asTyped(guess, one) : other));
  }
  return found;
}

/** What its folder has beside it (a watcher of its pages) stays. */
const asTyped = (guess: Candidate, one: Candidate): Candidate => ({
  ...guess,
  ...one,
  home: guess.home,
  app: { ...one.app, name: guess.app.name, roles: guess.app.roles },
});

/** The file that a Python command serves; absolute. */
function fileOf({ project }: Scope, { look, app }: Candidate): string | undefined {
  if (!look) return path.join(project.root, /^(\S+\.py)\b/.exec(app.evidence)?.[1] ?? '');
  const { words } = look;
  const file = words.find((word) => word.endsWith('.py'));
  const module = words.find((word) => /^[A-Za-z_][\w.]*:\w+$/.test(word))?.split(':')[0];
  const target = file ?? (module && path.join(appFolder(words), `${module.replaceAll('.', '/')}.py`));
  return target && path.resolve(look.dir, app.runs?.words[0] === 'manage.py' ? 'manage.py' : target);
}

/** What a server's own task is called, alone or with a word for its start. */
const SERVER =
  /^(?:(?:run|dev|start|serve)[-_:.]?)?(?:backend|server|api|app|web|py|python|django|flask|fastapi|uvicorn)?(?:[-_:.](?:run|dev|start|serve|local))?$/;

/** A target that can only be the project's own server. */
const PLAIN = /"(?:dev|develop|serve|server|run|start|runserver)"/;
const SERVES =
  /\b(?:uvicorn|app|application|server|socketio)\.run\(|\bserve_forever\(|\brun_(?:app|simple)\(/;

/** At the top `make serve` may start the server by a file of its own, beside the one that was found. */
async function isMeant({ project }: Scope, { look, app }: Candidate, guess: Candidate): Promise<boolean> {
  const [program, file = ''] = look?.words ?? [];
  if (!look || program !== 'python' || guess.home !== project.root || look.dir !== guess.home) return false;
  return PLAIN.test(app.evidence) && SERVES.test((await project.text(path.join(look.dir, file))) ?? '');
}

async function* linesFor(scope: Scope, { home, app }: Candidate): AsyncGenerator<Candidate> {
  const { project } = scope;
  const within = { ...scope, notes: [], leftOut: [] };
  for (const dir of new Set([project.root, home, app.cwd])) {
    const { files } = await project.list(dir);
    if (
      [...files].some((name) => /^(?:GNUmakefile|makefile|\.?justfile|taskfile\.|\.?mise\.toml)/i.test(name))
    ) {
      const { booksIn } = await import('./recipes.ts');
      for (const book of await booksIn(within, dir))
        for (const name of book.recipes.keys())
          if (SERVER.test(name))
            yield* only(await startedIn(within, dir, `${book.call} ${name}`, `${book.file} "${name}"`));
    }
    if (!files.has('pyproject.toml')) continue;
    const file = project.relative(path.join(dir, 'pyproject.toml'));
    for (const [name, line] of await tasksIn(project, dir))
      if (SERVER.test(name))
        yield* only(
          await startedIn(within, dir, await inVenv(project, dir, line), `${file} task "${name}"`, true),
        );
  }
}

/** What the README has people type: with the Python that its folder's servers are started by. */
async function* typedFor(scope: Scope): AsyncGenerator<Candidate> {
  const { project } = scope;
  const within = { ...scope, notes: [], leftOut: [] };
  const { file } = (await readmeOf(project)) ?? {};
  for (const { text, dir, line } of file ? await typedInReadme(project) : []) {
    if (!TYPED.test(text)) continue;
    const own = await withPython(project, dir, text);
    yield* only(await startedIn(within, dir, own, `${file} line ${line}`, true));
  }
}

/** As it is typed where the project's own Python is activated. */
async function withPython(project: Scope['project'], dir: string, text: string): Promise<string> {
  const [, set = '', program = '', rest = ''] = /^((?:\w+=\S+\s+)*)(\S+)(.*)$/.exec(text) ?? [];
  if (RUNNER.test(program)) return text;
  const python = (await pythonCommand(project, dir)).map(quote).join(' ');
  return `${set}${python}${/^python[\d.]*$/.test(program) ? '' : ` -m ${program}`}${rest}`;
}

const RUNNER = /^(?:uv|poetry|pdm|hatch|rye|pipenv)$/;
/** It starts a Python program, and does not install or test one. */
const TYPED =
  /^(?:\w+=\S+\s+)*(?:(?:uv|poetry|pdm|hatch|rye|pipenv) run )?(?:python[\d.]*\s+(?:-m\s+)?(?!-|pip\b|venv\b|pytest\b)\S|(?:uvicorn|fastapi|flask|quart|hypercorn|litestar|sanic)\s)/;

/** One server, and nothing before or beside it. */
function* only(all: Candidate[] | undefined): Generator<Candidate> {
  const [one] = all ?? [];
  if (one && all?.length === 1 && !one.task && !one.app.opaque) yield one;
}
