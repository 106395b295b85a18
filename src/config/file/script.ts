import { readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { DevstartError } from '../../errors.ts';
import { importModule } from './import.ts';
import { type ConfigFile, type Place, syntaxError } from './locate.ts';

/**
 * Runs a JavaScript or TypeScript config and gives what it exports. TypeScript goes through sucrase on every
 * Node: enums and type imports that only a compiler drops work the same everywhere, and Node's own warning
 * about its type stripping stays away. `devstart` itself resolves to a `defineConfig` of ours, so that a
 * config works where only npx brought devstart.
 * @throws DevstartError CONFIG_INVALID
 */
export async function importConfig(config: ConfigFile): Promise<unknown> {
  const hooked = /\.m?ts$/.test(config.path) || /(['"])devstart\1/.test(config.text);
  const unhook = hooked ? await hook() : undefined;
  try {
    const namespace = (await importModule(pathToFileURL(config.path).href)) as Record<string, unknown>;
    let value: unknown = namespace.default;
    // What a compiler made of `export default`.
    if (isRecord(value) && value.__esModule === true && 'default' in value) value = value.default;
    if (value === undefined) throw syntaxError(config, 'it has no default export', undefined);
    return await (typeof value === 'function' ? value() : value);
  } catch (error) {
    throw isRecord(error) && error.name === 'DevstartError' ? error : await runError(config, error);
  } finally {
    unhook?.();
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const API = 'data:text/javascript,export const defineConfig = (config) => config';

/**
 * How TypeScript projects name their files: `./ports`, `./ports.js` for ports.ts, a folder with an index.
 * Written as text, because it also runs in Node 20's own thread for hooks.
 */
const HOOKS = `
const API = ${JSON.stringify(API)};
const TYPED = /\\.[mc]?ts$/;
const names = (specifier) => [
  ...(/\\.[mc]?js$/.test(specifier) ? [specifier.replace(/js$/, 'ts')] : []),
  ...['.ts', '.mts', '.js', '.mjs', '/index.ts', '/index.js'].map((end) => specifier + end),
];
const tryOthers = (error, specifier) =>
  /^(\\.{1,2}\\/|file:)/.test(specifier) &&
  ['ERR_MODULE_NOT_FOUND', 'ERR_UNSUPPORTED_DIR_IMPORT', 'MODULE_NOT_FOUND'].includes(error.code);
const ours = (url) => TYPED.test(new URL(url).pathname) && !url.includes('/node_modules/');
`;

type Next<T> = (first: string, context: unknown) => T;
interface Resolved {
  url: string;
  shortCircuit?: boolean;
}
interface SyncHooks {
  resolve(specifier: string, context: unknown, next: Next<Resolved>): Resolved;
  load(url: string, context: unknown, next: Next<unknown>): unknown;
}

/** Gives what takes the hooks away again. */
async function hook(): Promise<() => void> {
  const { transform } = await import('sucrase');
  const compile = (url: string): string => {
    const file = fileURLToPath(url);
    const text = readFileSync(file, 'utf8');
    const { code } = transform(text, {
      transforms: ['typescript'],
      disableESTransforms: true,
      filePath: file,
    });
    // A module.exports without a package that says "module": one line, so that line numbers stay.
    return /^\s*(import|export)\b/m.test(text) || !/\bmodule\.exports\b/.test(text)
      ? code
      : `import { createRequire as $make } from 'node:module'; const require = $make(${JSON.stringify(url)}), module = { exports: {} }; ${code}\nexport default module.exports;`;
  };
  const { registerHooks } = nodeModule as unknown as {
    registerHooks?: (hooks: SyncHooks) => { deregister(): void };
  };
  if (registerHooks) {
    const hooks = registerHooks(new Function('compile', `${HOOKS}${SYNC}`)(compile) as SyncHooks);
    const uncommon = commonRequire();
    return () => {
      uncommon();
      hooks.deregister();
    };
  }
  return hookThread(compile);
}

const SYNC = `
return {
  resolve(specifier, context, next) {
    const required = context.conditions?.includes('require');
    if (specifier === 'devstart' && !required) return { url: API, shortCircuit: true };
    try {
      return next(specifier, context);
    } catch (error) {
      if (!tryOthers(error, specifier)) throw error;
      for (const name of names(specifier)) {
        try {
          return next(name, context);
        } catch {}
      }
      throw error;
    }
  },
  load: (url, context, next) =>
    url.startsWith('file:') && ours(url)
      ? { format: 'module', source: compile(url), shortCircuit: true }
      : next(url, context),
};`;

/** Node 20 runs hooks in a thread of its own, which asks back here for the JavaScript. */
function hookThread(compile: (url: string) => string): () => void {
  const { port1, port2 } = new MessageChannel();
  port1.on('message', ({ id, url }: { id: number; url: string }) => {
    try {
      port1.postMessage({ id, code: compile(url) });
    } catch (error) {
      const { message, loc } = error as Error & { loc?: unknown };
      port1.postMessage({ id, error: { message, loc } });
    }
  });
  nodeModule.register(`data:text/javascript,${encodeURIComponent(`${HOOKS}${ASYNC}`)}`, {
    data: port2,
    transferList: [port2],
  });
  const uncommon = commonRequire();
  return () => {
    uncommon();
    // The hooks stay for the life of the process; unanswered they would wait, so they are told.
    port1.postMessage({ end: true });
    (port1 as MessagePort).close();
  };
}

const ASYNC = `
let port;
let ended = false;
let last = 0;
const waiting = new Map();
export function initialize(given) {
  port = given;
  port.on('message', ({ id, code, error, end }) => {
    if (end) return void (ended = true);
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) port.unref();
    error ? reject(Object.assign(new SyntaxError(error.message), { loc: error.loc })) : resolve(code);
  });
  port.unref();
}
export async function resolve(specifier, context, next) {
  if (specifier === 'devstart' && !ended) return { url: API, shortCircuit: true };
  try {
    return await next(specifier, context);
  } catch (error) {
    if (ended || !tryOthers(error, specifier)) throw error;
    for (const name of names(specifier)) {
      try {
        return await next(name, context);
      } catch {}
    }
    throw error;
  }
}
export async function load(url, context, next) {
  if (ended || !url.startsWith('file:') || !ours(url)) return next(url, context);
  const id = ++last;
  port.ref();
  const code = await new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    port.postMessage({ id, url });
  });
  return { format: 'module', source: code, shortCircuit: true };
}
`;

/** `require('devstart')`, which Node 20's hooks do not see. */
function commonRequire(): () => void {
  const loader = nodeModule.Module as unknown as { _load: (request: string, ...rest: unknown[]) => unknown };
  const original = loader._load;
  loader._load = function load(this: unknown, request, ...rest) {
    if (request === 'devstart') return { defineConfig: (config: unknown) => config };
    return original.call(this, request, ...rest);
  };
  return () => {
    loader._load = original;
  };
}

/** A place in the config itself, as far as the error tells one. */
async function runError(config: ConfigFile, error: unknown): Promise<DevstartError> {
  if (!(error instanceof Error)) return syntaxError(config, `it threw ${String(error)}`, undefined, error);
  const { loc } = error as Error & { loc?: { line: number; column: number } };
  const stack = error.stack ?? '';
  const url = pathToFileURL(config.path).href;
  let place: Place | undefined;
  if (loc && error.message.includes(config.path)) place = { ...loc, length: 1 };
  // V8 puts the place of a syntax error before its message: `file:3`, the line, the underline.
  const head = /^(\S+):(\d+)\n(.*)\n(\s*)(\^+)/.exec(stack);
  if (!place && head && (head[1] === url || head[1] === config.path)) {
    place = { line: Number(head[2]), column: (head[4] ?? '').length + 1, length: (head[5] ?? '^').length };
  }
  for (const name of [url, config.path]) {
    const at = stack.indexOf(`${name}:`);
    const numbers = at < 0 ? undefined : /^:(\d+):(\d+)/.exec(stack.slice(at + name.length));
    if (!place && numbers) place = { line: Number(numbers[1]), column: Number(numbers[2]), length: 1 };
  }
  if (!place && error.name === 'SyntaxError') place = await parsePlace(config.text);
  const message = (error.message.split('\n')[0] ?? '')
    .replace(/^Error transforming .*?: /, '')
    .replace(/ \(\d+:\d+\)$/, '')
    .replace(/ imported from .*$/, '');
  const words = error.name === 'SyntaxError' ? message : `it threw ${error.name}: ${message}`;
  return syntaxError(config, words, place, error);
}

/** Node keeps the place of a module's syntax error to itself: sucrase finds most of them again. */
async function parsePlace(text: string): Promise<Place | undefined> {
  const { transform } = await import('sucrase');
  try {
    transform(text, { transforms: [] });
    return undefined;
  } catch (error) {
    const { loc } = error as { loc?: { line: number; column: number } };
    return loc && { ...loc, length: 1 };
  }
}
