import type { PythonServer } from './frameworks/python.ts';

/** What Python files say of the server in them. Pure: texts in, names out. */

/** What of a module a server is given: an object, or a function that makes one. */
export interface Entry {
  name: string;
  factory: boolean;
}

const constructors: Record<string, string> = {
  fastapi: 'FastAPI',
  litestar: 'Litestar',
  starlette: 'Starlette',
  quart: 'Quart',
  flask: 'Flask|APIFlask',
};
/** Names by which Flask and people look for a factory, the likeliest first. */
const FACTORIES = 'create_app make_app get_app build_app get_application create_application init_app'.split(
  ' ',
);
const OBJECTS = /^(app|application|api|server|asgi|asgi_app)\s*(?::[^=\n]+)?=\s*\w+/m;

/** The server object of a module, or its factory; undefined where both are out of an importer's reach. */
export function entryOf(text: string, server: Pick<PythonServer, 'id' | 'label'>): Entry | undefined {
  const made = constructors[server.id] ?? server.label;
  const assignment = `(\\w+)(?:[ \\t]*:[ \\t]*[\\w.]+)?[ \\t]*=\\s*(?:\\w+\\.)*(?:${made})\\(`;
  const object =
    new RegExp(`^${assignment}`, 'm').exec(text)?.[1] ??
    // Made in one of two ways: `if DEBUG:` and below it, further in, the object.
    new RegExp(
      `^(?:if(?! __name__)|else|elif|try|with)\\b[^\\n]*:[ \\t]*\\n(?:[ \\t][^\\n]*\\n|\\n)*?[ \\t]+${assignment}`,
      'm',
    ).exec(text)?.[1] ??
    OBJECTS.exec(text)?.[1];
  if (object) return { name: object, factory: false };
  const makes = new RegExp(`(?:^|[^\\w])(?:${made})\\(`);
  const factories = functionsOf(text).filter(
    ({ name, callable, body }) =>
      callable && makes.test(body) && /\breturn\b/.test(body) && !/^(?:main|run|serve|start)$/.test(name),
  );
  const known = functionsOf(text).filter(({ name, callable }) => callable && FACTORIES.includes(name));
  const [best] = [...known, ...factories].sort((a, b) => rank(a.name) - rank(b.name));
  return best && { name: best.name, factory: true };
}

const rank = (name: string) => (FACTORIES.includes(name) ? FACTORIES.indexOf(name) : FACTORIES.length);

interface PythonFunction {
  name: string;
  /** Without arguments: every parameter has a default. */
  callable: boolean;
  body: string;
}

/** The functions at the top of a module. */
export function functionsOf(text: string): PythonFunction[] {
  const found: PythonFunction[] = [];
  for (const match of text.matchAll(/^(?:async )?def (\w+)\(([^)]*)\)[^\n]*:/gm)) {
    const from = match.index + match[0].length;
    const rest = text.slice(from);
    const end = /^(?=[^\s#)])/m.exec(rest.slice(1));
    const parameters = (match[2] ?? '').split(/,(?![^[]*\])/).map((parameter) => parameter.trim());
    found.push({
      name: match[1] ?? '',
      callable: parameters.every((parameter) => parameter === '' || /[=*/]/.test(parameter)),
      body: end ? rest.slice(0, end.index + 1) : rest,
    });
  }
  return found;
}

/** What a module takes from elsewhere: `from .factory import make as build` is `.factory`, `make`, `build`. */
export interface Import {
  module: string;
  name: string;
  as: string;
}

export function importsOf(text: string): Import[] {
  const found: Import[] = [];
  for (const [, module = '', list = '', inBrackets] of text.matchAll(
    /^\s*from\s+(\.*[\w.]*)\s+import\s+(?:(\w[^\n(]*)|\(([^)]*)\))/gm,
  )) {
    for (const item of (inBrackets ?? list).replace(/#.*$/gm, '').split(',')) {
      const [, name, as = name] = /^\s*(\w+)(?:\s+as\s+(\w+))?\s*$/.exec(item) ?? [];
      if (name && as) found.push({ module, name, as });
    }
  }
  return found;
}

/**
 * What a module without a server of its own serves: `app = make()` and `app` where both are another module's.
 * @returns the module it is from, and the name that it has here
 */
export function borrowed(text: string): { from: Import; name: string } | undefined {
  const imports = importsOf(text);
  const assigned = /^(\w+)(?:\s*:\s*[\w.]+)?\s*=\s*(?:\w+\()*(\w+)\([^\n]*$/gm;
  for (const [, name = '', callee = ''] of text.matchAll(assigned)) {
    const from = imports.find((one) => one.as === callee);
    if (from && /^(?:app|application|api|server|asgi|asgi_app)$/.test(name)) return { from, name };
  }
  const from = imports.find(({ as }) => as === 'app' || as === 'application');
  return from && { from, name: from.as };
}

/** `uvicorn.run("pkg.main:app")`: the module and what of it is served. */
export function uvicornTarget(text: string): { module: string; name: string; factory: boolean } | undefined {
  const [, module, name, rest = ''] =
    /\buvicorn\.run\(\s*(?:app\s*=\s*)?['"]([\w.]+):(\w+)['"]([^)]*)/.exec(text) ?? [];
  return module && name ? { module, name, factory: /\bfactory\s*=\s*True/.test(rest) } : undefined;
}

const HOST =
  /\.run\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*?\bhost\s*=\s*(?:[\w.]+\(\s*['"]\w+['"]\s*,\s*)?['"]([\w.:]+)['"]/;

/** Where the file would listen, run as it is: `uvicorn.run(app, host="0.0.0.0")`, `app.run(host=…)`. */
export const hostIn = (text: string): string | undefined => HOST.exec(text)?.[1];

/** Whether running the file does something: a guard, or a call at the margin. */
export const runsByItself = (text: string): boolean =>
  /\b__name__\s*==/.test(text) ||
  /^(?:await )?\w[\w.]*\(/m.test(text) ||
  /^(?:with|if|for|try)\b/m.test(text);

/** Calls of a main block that leave nothing behind for the server. */
const HARMLESS =
  /^(?:print|input|exit|asyncio\.run|sys\.exit|(?:multiprocessing\.)?freeze_support|\w*parser\.\w+|(?:\w+\.)*log(?:ger|ging)?\.\w+|(?:\w+\.)*(?:run|serve|run_app|run_simple|serve_forever))$/;
const RUNS_SERVER = /(?<![\w.])(?:\w+\.)*(?:run|run_app|run_simple|serve)\(/;

/**
 * Whether the file, run by itself, does more than to serve what it holds: `db.create_all()` before `app.run()`, a
 * thread, variables; or serves it by another's run (Flask-SocketIO's). Its object alone is not the owner's server then.
 */
export function mainDoesMore(text: string): boolean {
  const body = mainBlock(text);
  if (body === undefined || !RUNS_SERVER.test(body)) return false;
  if (/\bflask_socketio\b/.test(text) && /\bsocket\w*\.run\(/i.test(body)) return true;
  let depth = 0;
  for (const line of body.replace(/(["'])(?:\\.|(?!\1)[^\n\\])*\1/g, '""').split('\n')) {
    const words = line.replace(/#.*/, '').trim();
    if (depth <= 0 && doesSomething(words)) return true;
    depth += (words.match(/[([{]/g)?.length ?? 0) - (words.match(/[)\]}]/g)?.length ?? 0);
  }
  return false;
}

function doesSomething(words: string): boolean {
  const [, called] = /^(?:await\s+)?([\w.]+)\(/.exec(words) ?? [];
  return called === undefined
    ? /^with\s[^\n]*\bapp_context\(|^os\.environ\[/.test(words)
    : !HARMLESS.test(called);
}

/** What stands below `if __name__ == "__main__":`; of a lone `main()` that function's body. */
function mainBlock(text: string): string | undefined {
  const [, body] =
    /^if\s+__name__\s*==\s*["']__main__["']\s*:[^\n]*\n((?:[ \t]+[^\n]*(?:\n|$)|[ \t]*\n)*)/m.exec(text) ??
    [];
  const [, name] = /^\s*(\w+)\(\)\s*$/.exec(body ?? '') ?? [];
  return functionsOf(text).find((one) => one.name === name)?.body ?? body;
}

const ROUTES = /^[ \t]*@\w+(?:\.\w+)*\.(?:route|get|post|put|patch|delete|websocket)\(/gm;
const routesOf = (text: string): number => text.match(ROUTES)?.length ?? 0;
/** More than a page or two in one file: parts that are put together, or modules that are no framework's. */
const PARTS =
  /register_blueprint|include_router|add_url_rule|add_\w*(?:route|resource)|\.mount\(|init_app\(|socketio/i;
const OTHERS =
  /^[ \t]*(?:from|import)\s+(?!(?:flask|flask_cors|fastapi|starlette|pydantic|uvicorn|typing|os|sys|json|time|datetime|random|dotenv)\b)/m;

/** The first of these servers of one folder and kind; not where it is a first try, left lying beside the real one. */
export function withoutLeftover<T extends { text: string; server: { id: string } }>(
  files: readonly T[],
): { best: T | undefined; leftover?: T } {
  const [first, ...others] = files;
  if (!first || routesOf(first.text) > 1 || PARTS.test(first.text) || OTHERS.test(first.text))
    return { best: first };
  const best = others.find(({ text, server }) => server.id === first.server.id && routesOf(text) > 2);
  return best ? { best, leftover: first } : { best: first };
}

/** The command of a Typer or Click program that serves: `@app.command() def server(port: int = …)`. */
export function commandThatServes(text: string, app: string): string[] | undefined {
  for (const part of text.split(new RegExp(`^@${app}\\.command\\(`, 'm')).slice(1)) {
    const own = part.split(/^@/m)[0] ?? '';
    const [, said, name = ''] =
      /^(?:\s*["']([\w-]+)["'])?[^\n]*\)\s*\n(?:async )?def (\w+)\(/.exec(own) ?? [];
    if (!name || !RUNS_SERVER.test(own)) continue;
    const port = /\bport\s*:|["']--port["']/.test(own) ? ['--port', '{port}'] : [];
    return [said ?? name.replaceAll('_', '-'), ...port];
  }
  return undefined;
}

/** Modules in which a program's own flags are read. */
export const FLAGS = /(?:^|\.)(?:cli|args?|arguments|options|parser|flags|command_line)$/;

/** `add_argument("--port", type=int, default=42110)`: the flag for its port, and the number without it. */
export function portFlag(text: string): { args: string[]; port?: number } | undefined {
  const [, rest] =
    /\.add_argument\(\s*(?:["']-\w["']\s*,\s*)?["']--port["']([^()]*(?:\([^()]*\)[^()]*)*)\)/.exec(text) ??
    [];
  if (rest === undefined) return undefined;
  const [, port] = /\bdefault\s*=\s*(\d{4,5})\b/.exec(rest) ?? [];
  return { args: ['--port', '{port}'], ...(port && { port: Number(port) }) };
}

/**
 * Whether the function puts a module's object together before it serves it: `configure(app)` and `app.mount(…)`, then
 * `uvicorn.run(app)`. The object alone is half of the owner's server.
 */
export function completes(text: string, call: string, object: string): boolean {
  const all = functionsOf(text);
  const own = all.find(({ name }) => name === call);
  if (!own) return false;
  const served = all.filter(({ name }) => new RegExp(`\\b${name}\\(`).test(own.body));
  if (![own, ...served].some(({ body }) => STARTS.test(body))) return false;
  const given = own.body.replace(/\b\w*(?:run|serve|start)\w*\(/g, '(');
  return new RegExp(
    `\\w\\(\\s*${object}\\b|\\b${object}\\.(?:mount|include_router|register_\\w+|add_\\w+)\\(`,
  ).test(given);
}

export type ManageKind = 'django' | 'flask-script' | 'flask-cli';

/** Whose `manage.py` it is: Django's, Flask-Script's, Flask's own; undefined for any other program. */
export function manageKind(text: string): ManageKind | undefined {
  if (/\bflask_script\b|\bflask\.ext\.script\b/.test(text)) return 'flask-script';
  if (/\bFlaskGroup\b/.test(text)) return 'flask-cli';
  if (
    /\bdjango\b|DJANGO_SETTINGS_MODULE|execute_from_command_line|\bconfigurations\.management\b/.test(text)
  ) {
    return 'django';
  }
  return undefined;
}

/** A console script of a pyproject.toml: `serve = "shop.main:run"`. */
export interface ConsoleScript {
  name: string;
  module: string;
  /** The function that it calls. */
  call: string;
}

/** `[project.scripts]` and `[tool.poetry.scripts]`, those first whose name says that they serve. */
export function consoleScripts(pyproject: string): ConsoleScript[] {
  const found: ConsoleScript[] = [];
  for (const [, section = ''] of pyproject.matchAll(
    /^\[(?:project|tool\.poetry)\.scripts\]\s*$([\s\S]*?)(?=^\[|(?![\s\S]))/gm,
  )) {
    for (const [, name = '', module = '', call = ''] of section.matchAll(
      /^\s*["']?([\w.-]+)["']?\s*=\s*["']([\w.]+):([\w.]+)["']/gm,
    )) {
      found.push({ name, module, call });
    }
  }
  const serves = ({ name }: ConsoleScript) =>
    /\b(?:dev|start|serve|server|run|api|web|app)\b/.test(name) ? 0 : 1;
  return found.sort((a, b) => serves(a) - serves(b));
}

/** Where a pyproject.toml says that its packages lie: `packages = ["src/py/app"]`, `where = ["lib"]`. */
export function packageFolders(pyproject: string): string[] {
  const lists = [...pyproject.matchAll(/^\s*(packages|where)\s*=\s*\[([^\]]*)\]/gm)];
  return lists.flatMap(([, key, list = '']) =>
    [...list.matchAll(/["']([\w./-]+)["']/g)]
      .map(([, name = '']) => (key === 'where' ? name : name.split('/').slice(0, -1).join('/')))
      .filter(Boolean),
  );
}

const STARTS =
  /\buvicorn\.(?:run|Server)\(|\bserve_forever\(|\.run\(|\bweb\.run_app\(|\bhypercorn\b|\bgranian\b|\bwaitress\b|\bexecute_from_command_line\(|\.launch\(|\brun_simple\(/;

/**
 * Whether the function starts a server by itself: no command line with a `serve` among its words.
 * @param flags one that reads flags counts
 */
export function startsServer(text: string, call: string, { flags = false } = {}): boolean {
  const found = functionsOf(text).find(({ name }) => name === call);
  if (!found?.callable || !STARTS.test(found.body)) return false;
  return (
    !/@\w+(?:\.\w+)*\.(?:command|callback|group)\(/.test(text) &&
    (flags || !/\bargparse\b|\badd_parser\(/.test(found.body))
  );
}
