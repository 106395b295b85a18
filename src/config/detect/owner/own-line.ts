import path from 'node:path';
import type { Program } from '../../types.ts';
import type { Candidate, Scope } from '../candidate.ts';
import { quote } from '../commandline.ts';
import { programOf } from '../lone-script.ts';
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
  if (scope.context.prod) return found;
  const isGuess = ({ look, app }: Candidate) => look === undefined && !app.opaque && !app.noPort;
  const guesses = found.filter((one) => isGuess(one) && one.app.python);
  const others = found.filter((one) => isGuess(one) && COMPILED.test(one.app.framework ?? ''));
  const lines = new Map<Candidate, Candidate>();
  for (const one of guesses.slice(0, 2)) lines.set(one, await pythonLine(scope, one));
  for (const one of others.slice(0, 2)) lines.set(one, await compiledLine(scope, one));
  const jvm = found.find((one) => isGuess(one) && JVM.test(one.app.framework ?? ''));
  if (jvm) lines.set(jvm, await jvmLine(scope, jvm));
  for (const one of found.filter((one) => isGuess(one) && !lines.has(one)).slice(0, 2))
    lines.set(one, await plainLine(scope, one));
  return found.map((one) => lines.get(one) ?? one);
}

async function pythonLine(scope: Scope, guess: Candidate): Promise<Candidate> {
  const file = fileOf(scope, guess);
  for await (const one of linesFor(scope, guess)) {
    if (!one.look || one.app.framework === 'gunicorn' || !one.app.python) continue;
    if (fileOf(scope, one) === file || (await isMeant(scope, one, guess))) return asTyped(guess, one);
  }
  // The file by itself is what the guess comes to.
  for await (const one of typedFor(scope, guess, PYTHON))
    if (fileOf(scope, one) === file) return one.look?.words[0] === 'python' ? guess : asTyped(guess, one);
  return guess;
}

/** A file of Node's, or plain pages, as the README starts them: by what restarts the one, or serves the other. */
async function plainLine(scope: Scope, guess: Candidate): Promise<Candidate> {
  const isPage = guess.app.framework === 'static';
  if (!isPage && guess.app.runs?.words[0] !== 'node') return guess;
  const places = new Set([guess.home, guess.app.cwd]);
  const { deps = {} } = (await scope.project.packageJson(guess.home)) ?? {};
  for await (const one of typedFor(scope, guess, isPage ? SERVES_PAGES : RUNS_NODE)) {
    const { look, app } = one;
    if (!look) continue;
    const [, ...rest] = look.words;
    const folder = rest.find((word, i) => !/^-|^\d/.test(word) && !/^--?[\w-]+$/.test(rest[i - 1] ?? ''));
    const isPlace = places.has(look.dir) || (folder && places.has(path.resolve(look.dir, folder)));
    if (isPage && isPlace && SERVERS_OF_PAGES.test(app.framework ?? '')) return asTyped(guess, one);
    if (isPage || programOf(one) !== programOf(guess)) continue;
    const [program = ''] = look.line.split(' ');
    if (/^(?:node|npx)$/.test(program)) return asTyped(guess, one);
    // What is installed nowhere for sure would not start.
    const command = { kind: 'shell' as const, line: `npx ${look.line}` };
    if (program in deps) return asTyped(guess, { ...one, app: { ...app, command } });
  }
  return guess;
}

const RUNS_NODE = /^(?:npx )?(?:node|nodemon|node-dev|supervisor)(?:\s|$)/;
const SERVES_PAGES =
  /^(?:(?:npx|bunx|pnpm dlx)(?: -y| --yes)? )?(?:live-server|http-server|serve|browser-sync|sirv)\b|^python3? -m http\.server|^php -S/;
const SERVERS_OF_PAGES = /^(?:live-server|http-server|serve|browser-sync|sirv|http\.server|php)$/;

const COMPILED = /^(?:go|rust)$/;
const JVM = /^(?:spring|quarkus|micronaut|jvm)$/;

/** `mvn spring-boot:run -Dspring-boot.run.profiles=dev`: the first that starts the guess says what is told to it. */
async function jvmLine(scope: Scope, guess: Candidate): Promise<Candidate> {
  for (const all of [linesFor(scope, guess), typedFor(scope, guess, /^(?:\.\/)?(?:mvnw?|gradlew?)\s/)])
    for await (const one of all) {
      if (one.app.framework !== guess.app.framework || one.look?.dir !== guess.home) continue;
      const isMore = Object.keys(one.app.env).length > 0 || /profiles|\s-D|--args/.test(one.look.line);
      return isMore ? asTyped(guess, one) : guess;
    }
  return guess;
}

/** `go run ./cmd/api -c ./conf`, `cargo run -- --config dev.toml`: the guess's own program, with words for it or variables. */
async function compiledLine(scope: Scope, guess: Candidate): Promise<Candidate> {
  const wanted = targetOf(guess.app.runs);
  const lines = [
    linesFor(scope, guess),
    typedFor(scope, guess, new RegExp(`^${PROGRAMS[guess.app.framework ?? ''] ?? ''}\\s`)),
  ];
  for (const all of lines)
    for await (const one of all) {
      const target = targetOf(one.app.runs);
      // Where Cargo finds the program alone, a line that names it means that one.
      const isSame =
        target?.place === wanted?.place || (target !== undefined && wanted?.place === `${one.look?.dir} `);
      if (one.app.framework !== guess.app.framework || !isSame) continue;
      return target?.more || Object.keys(one.app.env).length > 0 ? asTyped(guess, one) : guess;
    }
  return guess;
}

const PROGRAMS: Record<string, string> = { go: 'go run', rust: 'cargo run' };

/** Which program of a module it runs, and whether anything is said to that. */
function targetOf(runs: Program | undefined): { place: string; more: boolean } | undefined {
  if (runs?.words[1] !== 'run') return undefined;
  const { words, dir } = runs;
  const own =
    words[0] === 'cargo' ? words.slice(2).filter((word) => !/^(?:-q|--quiet)$/.test(word)) : words.slice(2);
  const variables = Object.keys(runs.env).length > 0;
  if (words[0] === 'go') {
    const [target = '.', ...rest] = own;
    const place = path.resolve(dir, target);
    return { place: place.endsWith('.go') ? path.dirname(place) : place, more: rest.length > 0 || variables };
  }
  const end = own.indexOf('--');
  const said = end < 0 ? own : own.slice(0, end);
  return { place: `${dir} ${said.join(' ')}`, more: end >= 0 || variables };
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

/** A file that starts the one server. */
const STARTER = /^(?:run|start|dev)(?:[-_](?:dev|local|server|backend|api))?\.sh$/;

/** A target that can only be the project's own server. */
const PLAIN = /"(?:dev|develop|serve|server|run|start|runserver)"/;
const SERVES =
  /\b(?:uvicorn|app|application|server|socketio)\.run\(|\bserve_forever\(|\brun_(?:app|simple)\(/;

/** At the top `make serve` may start the server by a file of its own, beside the one that was found. */
async function isMeant({ project }: Scope, { look, app }: Candidate, guess: Candidate): Promise<boolean> {
  const [program, file = ''] = look?.words ?? [];
  // A page that its own program serves is started by no file.
  if (
    !look ||
    program !== 'python' ||
    /^(?:streamlit|chainlit)$/.test(guess.app.framework ?? '') ||
    guess.home !== project.root ||
    look.dir !== guess.home
  )
    return false;
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
    for (const name of [...files].filter((one) => STARTER.test(one)).sort())
      yield* only(await startedIn(within, dir, `bash ${name}`, project.relative(path.join(dir, name))));
    if (!files.has('pyproject.toml')) continue;
    const file = project.relative(path.join(dir, 'pyproject.toml'));
    for (const [name, line] of await tasksIn(project, dir))
      if (SERVER.test(name))
        yield* only(
          await startedIn(within, dir, await inVenv(project, dir, line), `${file} task "${name}"`, true),
        );
  }
}

/** What the README, at the top or of its folder, has people type; Python's with that of its folder's servers. */
async function* typedFor(scope: Scope, { home }: Candidate, wanted: RegExp): AsyncGenerator<Candidate> {
  const { project } = scope;
  const within = { ...scope, notes: [], leftOut: [] };
  for (const from of new Set([project.root, home])) {
    const { file } = (await readmeOf(project, from)) ?? {};
    for (const { text, dir, line } of file ? await typedInReadme(project, from) : []) {
      if (!wanted.test(text.replace(VARIABLES, ''))) continue;
      const own = wanted === PYTHON ? await withPython(project, dir, text) : text;
      yield* only(await startedIn(within, dir, own, `${file} line ${line}`, true));
    }
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
const VARIABLES = /^(?:\w+=\S+\s+)*/;
/** It starts a Python program, and does not install or test one. */
const PYTHON =
  /^(?:(?:uv|poetry|pdm|hatch|rye|pipenv) run )?(?:python[\d.]*\s+(?:-m\s+)?(?!-|pip\b|venv\b|pytest\b)\S|(?:uvicorn|fastapi|flask|quart|hypercorn|litestar|sanic|streamlit|chainlit)\s)/;

/** One server, and nothing before or beside it. */
function* only(all: Candidate[] | undefined): Generator<Candidate> {
  const [one] = all ?? [];
  if (one && all?.length === 1 && !one.task && !one.app.opaque) yield one;
}
