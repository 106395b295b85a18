import * as nodeModule from 'node:module';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { pathCandidates } from './tsconfig.ts';
import { type CompileError, compileModule } from './typescript.ts';

const API = 'data:text/javascript,export const defineConfig = (config) => config';

/**
 * How TypeScript projects name their files: `./ports`, `./ports.js` for ports.ts, a folder with an index, `@/ports` by
 * tsconfig's paths. Written as text, because it also runs in Node 20's own thread for hooks.
 */
const HOOKS = `
const API = ${JSON.stringify(API)};
const TYPED = /\\.[mc]?ts$/;
const names = (specifier) => [
  ...(/\\.[mc]?js$/.test(specifier) ? [specifier.replace(/js$/, 'ts')] : []),
  ...['.ts', '.mts', '.js', '.mjs', '/index.ts', '/index.js'].map((end) => specifier + end),
];
const MISSING = [
  'ERR_MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'MODULE_NOT_FOUND',
  'ERR_PACKAGE_IMPORT_NOT_DEFINED',
  'ERR_INVALID_MODULE_SPECIFIER',
];
const isPath = (specifier) => /^(\\.{1,2}\\/|file:)/.test(specifier);
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

/** What the hooks ask. */
interface Answers {
  /** The JavaScript of a file: URL. */
  compile(url: string): string;
  /** Where a bare name may lie. */
  elsewhere(specifier: string, parentUrl: string | undefined): string[];
}

/**
 * From here on TypeScript is read, and `devstart` is there. TypeScript goes through sucrase on every Node: enums and
 * type imports that only a compiler drops work the same everywhere, and Node's own warning about its type stripping
 * stays away.
 * @returns what takes the hooks away again
 */
export async function hook(): Promise<() => void> {
  const { transform } = await import('sucrase');
  const asked: Answers = {
    elsewhere: pathCandidates,
    compile: (url) =>
      compileModule(
        url,
        (text) => transform(text, { transforms: ['typescript'], disableESTransforms: true }).code,
      ),
  };
  const { registerHooks } = nodeModule as unknown as {
    registerHooks?: (hooks: SyncHooks) => { deregister(): void };
  };
  if (!registerHooks) return hookThread(asked);
  const hooks = registerHooks(new Function('asked', `${HOOKS}${SYNC}`)(asked) as SyncHooks);
  const uncommon = commonRequire();
  return () => {
    uncommon();
    hooks.deregister();
  };
}

const SYNC = `
return {
  resolve(specifier, context, next) {
    const required = context.conditions?.includes('require');
    if (specifier === 'devstart' && !required) return { url: API, shortCircuit: true };
    try {
      return next(specifier, context);
    } catch (error) {
      if (!MISSING.includes(error.code)) throw error;
      const places = isPath(specifier) ? [] : asked.elsewhere(specifier, context.parentURL);
      const others = isPath(specifier) ? names(specifier) : places.flatMap((url) => [url, ...names(url)]);
      for (const name of others) {
        try {
          return next(name, context);
        } catch {}
      }
      throw error;
    }
  },
  load: (url, context, next) =>
    url.startsWith('file:') && ours(url)
      ? { format: 'module', source: asked.compile(url), shortCircuit: true }
      : next(url, context),
};`;

interface Question {
  id: number;
  /** A file: URL. */
  compile?: string;
  /** A bare name. */
  elsewhere?: string;
  parent?: string;
}

/** Node 20 runs hooks in a thread of its own, which asks back here. */
function hookThread(asked: Answers): () => void {
  const { port1, port2 } = new MessageChannel();
  port1.on('message', ({ id, compile, elsewhere, parent }: Question) => {
    try {
      const answer =
        compile === undefined ? asked.elsewhere(elsewhere ?? '', parent) : asked.compile(compile);
      port1.postMessage({ id, answer });
    } catch (error) {
      const { message, loc, file } = error as CompileError;
      port1.postMessage({ id, error: { message, loc, file } });
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
  port.on('message', ({ id, answer, error, end }) => {
    if (end) return void (ended = true);
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) port.unref();
    const { message, ...place } = error ?? {};
    error ? reject(Object.assign(new SyntaxError(message), place)) : resolve(answer);
  });
  port.unref();
}
function ask(question) {
  const id = ++last;
  port.ref();
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    port.postMessage({ id, ...question });
  });
}
export async function resolve(specifier, context, next) {
  if (specifier === 'devstart' && !ended) return { url: API, shortCircuit: true };
  try {
    return await next(specifier, context);
  } catch (error) {
    if (ended || !MISSING.includes(error.code)) throw error;
    const places = isPath(specifier) ? [] : await ask({ elsewhere: specifier, parent: context.parentURL });
    const others = isPath(specifier) ? names(specifier) : places.flatMap((url) => [url, ...names(url)]);
    for (const name of others) {
      try {
        return await next(name, context);
      } catch {}
    }
    throw error;
  }
}
export async function load(url, context, next) {
  if (ended || !url.startsWith('file:') || !ours(url)) return next(url, context);
  return { format: 'module', source: await ask({ compile: url }), shortCircuit: true };
}`;

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
