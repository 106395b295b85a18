import path from 'node:path';
import { type Candidate, isBackground, roleOfName } from './candidate.ts';
import { OTHER_FILE } from './line-port.ts';
import type { Look } from './look.ts';
import type { Project } from './project.ts';

/** `yarn build --watch`, whatever it builds with. */
const BUILDS = /^(?:npm|pnpm|yarn|bun) (?:run )?(?:build|watch)\b/;
const NODE =
  /^(?:node|nodemon|tsx|ts-node|ts-node-dev|tsnd|babel-node|vite-node|bun|deno|node-dev|supervisor)$/;
const NODE_LISTENS =
  /\.listen\(|\bcreate(?:Secure)?Server\(|\bserve\(|\bnew (?:WebSocketServer|WebSocket\.Server|Server)\(|\bstartStandaloneServer\(|\bNestFactory\b|\blisten\w*\(|export default \{|['"](?:express|fastify|hono|koa|@hapi\/hapi|elysia|restify|polka|socket\.io|next|vite)['"]/;
const PYTHON_LISTENS =
  /\buvicorn\b|\.run\([^)]*\b(?:host|port|debug)\b|\bapp\.run\(|\bserve_forever\(|\bHTTPServer\(|\bTCPServer\(|\brun_app\(|\b(?:FastAPI|Flask|Quart|Sanic|Litestar|Starlette|Dash)\(|\bgrpc\.\w*server\(|\bwebsockets\.serve\(|\.launch\(|\bstart_server\(|\.bind\(|\bexecute_from_command_line\b|^\s*(?:import|from) (?:streamlit|gradio|chainlit|nicegui)\b/m;
const IMPORTS = /(?:from|require\(|import\(|import)\s*['"](\.{1,2}\/[^'"]+)['"]/g;
const ENDINGS = ['', '.ts', '.js', '.mjs', '.cjs', '.mts', '/index.ts', '/index.js'];

/**
 * Does the program's own source say that it listens, in its entry or one import further? Undefined: it is not to be
 * read.
 */
export async function saysItListens(project: Project, { words, dir }: Look): Promise<boolean | undefined> {
  const [program = ''] = words;
  const python = program === 'python';
  if (!python && !NODE.test(program)) return undefined;
  const named = fileIn(words);
  if (named === undefined) return undefined;
  const text = await firstText(project, path.resolve(dir, named), python ? [''] : ENDINGS);
  if (text === undefined) return undefined;
  if (python) return PYTHON_LISTENS.test(text);
  if (NODE_LISTENS.test(text)) return true;
  const folder = path.dirname(path.resolve(dir, named));
  for (const [, target = ''] of text.matchAll(IMPORTS)) {
    const file = path.resolve(folder, target.replace(/\.js$/, ''));
    if (NODE_LISTENS.test((await firstText(project, file, ENDINGS)) ?? '')) return true;
  }
  return false;
}

/** The text of what a command of Node's runs. */
export const entryText = (project: Project, look: Look): Promise<string | undefined> =>
  firstText(project, path.resolve(look.dir, entryOf(look)), ENDINGS);

async function firstText(
  project: Project,
  file: string,
  endings: readonly string[],
): Promise<string | undefined> {
  for (const ending of endings) {
    const { dir, base } = path.parse(file + ending);
    if (await project.has(dir, base)) return project.text(file + ending);
  }
  return undefined;
}

/** Who makes files that are not there before. */
const MAKES = /\b(?:tsc|swc|tsup|tsdown|esbuild|babel|webpack|rollup|parcel|build|compile|generate)\b/;

/** A script that outlived the file that it runs: nothing makes it, and another one that servers have lies there. */
export async function isGone(
  project: Project,
  look: Look,
  scripts: Readonly<Record<string, string>>,
): Promise<boolean> {
  const entry = entryOf(look);
  const isSource = /\.[cm]?tsx?$/.test(entry);
  if (!isSource && (!/\.[cm]?jsx?$/.test(entry) || Object.values(scripts).some((line) => MAKES.test(line))))
    return false;
  const beside = [...(await project.list(look.dir)).files];
  if (!beside.some((file) => /^(?:server|index|app|main)\.[cm]?[jt]s$/.test(file))) return false;
  const { dir, name } = path.parse(path.resolve(look.dir, entry));
  const { files } = await project.list(dir);
  return ![...files].some((file) => path.parse(file).name === name);
}

/** What works in the background, or is a window or a service with a port of its own, has none of ours. */
export async function quieted(project: Project, candidate: Candidate): Promise<Candidate> {
  const { app, task, look } = candidate;
  if (isSettled(candidate)) return candidate;
  if (task || app.framework === 'task') return quiet(candidate);
  if (!look || isTold(look)) return candidate;
  const background = isBackground(app.name) || isBackground(path.parse(entryOf(look)).name);
  if (!background && !BUILDS.test(look.words.join(' '))) return candidate;
  return (await saysItListens(project, look)) === true ? candidate : quiet(candidate);
}

/** Where nothing says that it listens its port is a guess. To be asked when roles are given. */
export async function guessed(project: Project, candidate: Candidate): Promise<Candidate> {
  const { app, look } = candidate;
  if (isSettled(candidate) || !look || isTold(look) || app.roles.length > 1) return candidate;
  const known = look.framework !== undefined && !/^(?:node|python|bun|deno)$/.test(look.framework.id);
  if (app.roles.length > 0 && (known || roleOfName(app.name))) return candidate;
  const says = await saysItListens(project, look);
  const isGuess = says === false || (says === undefined && app.roles.length === 0 && !known);
  return isGuess ? { ...candidate, app: { ...app, portGuessed: true } } : candidate;
}

const isSettled = ({ app, before }: Candidate): boolean =>
  app.noPort === true || app.opaque === true || app.framework === 'static' || before !== undefined;

/** A server with a flag or a place of its own for its port listens, whatever it is called. */
const isTold = ({ framework }: Look): boolean =>
  framework?.flags !== undefined || framework?.port !== undefined;

/** `worker.js` of `node worker.js`. */
export const entryOf = ({ words }: Pick<Look, 'words'>): string =>
  NODE.test(words[0] ?? '') || words[0] === 'python' ? (fileIn(words) ?? '') : '';

/** What a command runs: the word with a program's ending, else one that may be a file. */
function fileIn(words: readonly string[]): string | undefined {
  const files = words.filter(
    (word, i) => i > 0 && !word.startsWith('-') && /[./]/.test(word) && !OTHER_FILE.test(words[i - 1] ?? ''),
  );
  const [program = '', first = ''] = words;
  // `nodemon server`: a file without its ending, or a folder.
  const bare = /^(?:node|nodemon|ts-node|babel-node)$/.test(program) && /^\w[\w-]*$/.test(first);
  return files.find((word) => /\.(?:[cm]?[jt]sx?|py)$/.test(word)) ?? files[0] ?? (bare ? first : undefined);
}

/** Its program lies in the folder. */
export function runsIn(look: Look, folder: string): boolean {
  const { words } = look;
  const bare = NODE.test(words[0] ?? '') && words.length > 1 ? (words.at(-1) ?? '') : '';
  const entry = entryOf(look) || (bare.startsWith('-') ? '' : bare);
  // `nodemon ./server`, `nodemon server`: its index.js.
  const file = path.resolve(look.dir, entry) + path.sep;
  return entry !== '' && file.startsWith(folder + path.sep) && look.dir !== folder;
}

const quiet = (candidate: Candidate): Candidate => ({
  ...candidate,
  app: { ...candidate.app, noPort: true, roles: [], defaultPorts: {}, ready: [] },
});
