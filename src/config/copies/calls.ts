import path from 'node:path';
import { defaultAt, nameAround } from './defaults.ts';
import { type Env, portOfValue, portsOfValue } from './env-files.ts';
import { variableIn } from './expressions.ts';
import { type Entry, entriesOf } from './pages.ts';
import { foundAt, type SourceFile, type Sources } from './sources.ts';
import { closing, escaped, expressionEnd } from './text.ts';
import type { Call, Found } from './types.ts';
import { type Address, addressesIn, hostBefore, isLoopback, weightOf } from './urls.ts';
import { portOf, type Trail } from './values.ts';

/** `/api`, and not `/apidocs`. */
const API_PATH = /(?:^|[^\w])(?:api|trpc|graphql|rest)(?![\w.])/i;

/** All of it: `/api`, `^/api`, `/api/**`. */
const WHOLE_API = /^\^?\/(?:api|trpc|graphql|rest)\/?(?:\*+|:\w+\*|\(?\.\*\)?)?$/i;

/** Tables of paths and their targets. */
const PROXY_BLOCKS = /(?<![\w$])['"]?(?:proxy|devProxy|routeRules)['"]?\s*[:=]\s*(?=\{)/g;
/** Where in a config a target stands that no such block holds. */
const TARGETS =
  /(?<![\w$])(?:target|destination|backend|dest)['"]?\s*:\s*|(?<![\w$])proxy['"]?\s*:\s*(?=['"`]|process\.env|env\.)|\b(?:createProxyMiddleware|legacyCreateProxyMiddleware|proxyRequest|createProxyServer)\s*\(/g;

/** What a page's config sends on: proxies and rewrites, then any other loopback URL. */
export async function callsOfConfig(trail: Trail, source: SourceFile, env: Env): Promise<Call[]> {
  const calls: Call[] = [];
  for (const { from, to, path: sent } of targetsIn(source)) {
    for (const found of await targetPorts(trail, source, from, to, env)) {
      const text = `${sent ?? ''} ${source.code.slice(from, to)}`;
      const all = WHOLE_API.test(sent ?? '') && { path: '/api' };
      calls.push({ found, weight: 3, ...(API_PATH.test(text) && { path: '/api/…' }), ...all });
    }
  }
  return unique([...calls, ...callsOfCode(source, env)]);
}

interface Target {
  from: number;
  to: number;
  /** The path that it answers. */
  path?: string;
}

/** The values that are a proxy's or rewrite's target. Pure. */
function targetsIn(source: SourceFile): Target[] {
  const { code, syntax } = source;
  const targets: Target[] = [];
  for (const match of code.matchAll(PROXY_BLOCKS)) {
    const open = match.index + match[0].length;
    const entries = entriesOf(source, open);
    // A single object with a target of its own is no table of paths.
    if (entries.some(({ key }) => key === 'target' || key === 'context')) continue;
    for (const entry of entries) targets.push({ ...entry, path: entry.key });
  }
  const within = (at: number): boolean => targets.some(({ from, to }) => at >= from && at < to);
  for (const match of code.matchAll(TARGETS)) {
    const from = match.index + match[0].length;
    if (within(from)) continue;
    const to = match[0].endsWith('(')
      ? (closing(code, from - 1, syntax) ?? from)
      : expressionEnd(code, from, syntax);
    targets.push({ from, to });
  }
  return targets;
}

/** The ports that a target names, in itself or through what it refers to. */
async function targetPorts(
  trail: Trail,
  source: SourceFile,
  from: number,
  to: number,
  env: Env,
): Promise<Found[]> {
  const { code, syntax } = source;
  const value = code.slice(from, to);
  const object = /^\s*(?=\{)/.exec(value);
  if (object) {
    const entries = entriesOf(source, from + object[0].length);
    // A route rule of Nuxt has the target under `proxy`, a proxy of snowpack under `dest`.
    const main = entries.find(({ key }) => /^(?:target|proxy|to|dest|destination|url)$/.test(key));
    if (main) return targetPorts(trail, source, main.from, main.to, env);
  }
  const port = entriesWithPort(source, from, to);
  if (port) return portFound(trail, source, port.from, port.to, env);
  const addresses = addressesIn(source, from, to);
  const variable = variableIn(value, syntax);
  const given = variable === undefined ? undefined : portOfValue(env, variable);
  if (given) return [given];
  // Its env file sends it elsewhere.
  if (variable !== undefined && env.values.has(variable)) return [];
  if (addresses.length > 0) return addresses.map((address) => addressFound(address, 'proxy', variable));
  return portFound(trail, source, from, to, env);
}

/** `{ hostname: 'localhost', port: 3001 }` anywhere in a target. */
function entriesWithPort(source: SourceFile, from: number, to: number): Entry | undefined {
  const key = /\bport\s*:\s*/.exec(source.code.slice(from, to));
  if (!key) return undefined;
  const start = from + key.index + key[0].length;
  return { key: 'port', from: start, to: expressionEnd(source.code, start, source.syntax) };
}

async function portFound(
  trail: Trail,
  source: SourceFile,
  from: number,
  to: number,
  env: Env,
): Promise<Found[]> {
  const { digits, name } = await portOf(trail, source, from, to);
  const given = name === undefined ? undefined : portOfValue(env, name);
  if (given) return [given];
  if (!digits) return [];
  const host = hostBefore(digits);
  if (host !== undefined && !isLoopback(host)) return [];
  const value = name === undefined ? undefined : defaultAt(digits.source, digits.start, name);
  return [
    foundAt(digits, 'proxy', { ...(host && { host }), ...(name && { name }), ...(value && { value }) }),
  ];
}

function addressFound({ digits, host, start }: Address, kind: Found['kind'], name?: string): Found {
  const value = name === undefined ? undefined : defaultAt(digits.source, start, name);
  return foundAt(digits, kind, { host, ...(name && { name }), ...(value && { value }) });
}

const CORS = /cors|allow\w*_?(?:origin|host)|origins?\b|trusted|(?:white|allow|safe)_?list|\ballowed\b/i;
/** What holds it: `const allowed = new Set([`, `ALLOWED: list[str] = [`. */
const HELD =
  /(?:^|[\n;{])\s*(?:export\s+)?(?:(?:const|let|var)\s+)?([A-Za-z_$][\w$]+)\s*(?::[^=\n]{1,60})?=(?![=>])/g;

/**
 * Whether an address stands in a list of allowed origins: its line or the lines that open the blocks around say so, or
 * an origin is compared with what holds it, or is given by it. Pure.
 */
function isCors({ code }: SourceFile, at: number): boolean {
  const lines = code.slice(Math.max(0, at - 1500), at).split('\n');
  const own = lines.pop() ?? '';
  let text = own;
  let depth = own.search(/\S|$/);
  for (let headers = 0; lines.length > 0 && depth > 0 && headers < 3; ) {
    const line = lines.pop() as string;
    const indent = line.search(/\S/);
    if (indent < 0 || indent >= depth) continue;
    depth = indent;
    headers++;
    text += `\n${line}`;
  }
  return CORS.test(text) || [...text.matchAll(HELD)].some(([, name = '']) => isCompared(code, name));
}

/** `whitelist.includes(origin)`, `origin in KNOWN`, `origin: SITE`, `origins=[SITE]`, `'Access-Control-Allow-Origin', SITE`. */
function isCompared(code: string, name: string): boolean {
  const held = escaped(name);
  const given = new RegExp(
    `(?:[Oo]rigins?|ORIGINS?)['"]?\\s*[:=]\\s*(?:\\[[^\\]]{0,300}?)?(?<![\\w$.])${held}\\b|[Aa]llow-[Oo]rigin['"]?\\s*[:=,]\\s*${held}\\b`,
  );
  if (given.test(code)) return true;
  const compared = new RegExp(
    `(?<![\\w$.])${held}\\s*\\??\\.\\s*(?:has|includes|indexOf|some|find)\\b|\\bin\\s+${held}\\b|[!=]=\\s*${held}\\b`,
  );
  return code.split('\n').some((line) => /origin/i.test(line) && compared.test(line));
}

/** The loopback URLs of a code file, and the variables they stand beside. Pure. */
export function callsOfCode(source: SourceFile, env?: Env): Call[] {
  const calls: Call[] = [];
  for (const address of addressesIn(source)) {
    const name = nameAround(source, address.start);
    const allowed = isCors(source, address.start);
    const given = name === undefined || !env ? undefined : portOfValue(env, name);
    // Its env file says another one.
    if (name !== undefined && !given && env?.values.has(name)) continue;
    const weight = allowed ? 0 : name === undefined ? 2 : weightOf(name);
    const kind = name !== undefined ? 'default' : allowed ? 'cors' : 'literal';
    const found = given ?? addressFound(address, kind, name);
    calls.push({ found, weight, ...(API_PATH.test(address.value) && { path: '/api' }) });
  }
  return calls;
}

const OTHERS_PORT = /(?:api|back_?end|(?<!dev_?)server|gateway|bff|service)\w*PORT$/i;

/** `VITE_API_URL=http://localhost:3001/api`: what an app's variables say that it calls. Pure. */
export function callsOfEnv(env: Env): Call[] {
  return [...env.values.keys()].flatMap((name) =>
    portsOfValue(env, name)
      // A bare number is another's port only under such a name: PORT and VITE_PORT are the page's own.
      .filter(({ host }) => host !== undefined || OTHERS_PORT.test(name))
      .map((found): Call => ({ found, weight: weightOf(name) })),
  );
}

const unique = (calls: Call[]): Call[] =>
  calls.filter(
    ({ found }, index) =>
      calls.findIndex(
        ({ found: other }) =>
          other.file === found.file && other.line === found.line && other.columns[0] === found.columns[0],
      ) === index,
  );

/** Where pages keep the address of their API, the likeliest first. */
const BROWSER_FOLDERS =
  'src src/api src/lib src/services src/utils src/config src/shared src/shared/api src/shared/config src/core src/constants src/helpers src/environments lib app src/app utils services api config'.split(
    ' ',
  );
const BROWSER_FILES =
  /^(?:\w*api\w*|axios\w*|https?|client|\w*config|constants?|env\w*(?:\.development)?|fetch\w*|requests?|\w*urls?|endpoints?|socket|main|App|index|page|[a-z]+[-.](?:client|service|api|config))\.(?:[jt]sx?|mjs|vue|svelte)$/i;
const MAX_BROWSER_FILES = 10;

/** The URLs in the few files where a page usually has its API's address. */
export async function callsOfBrowser(sources: Sources, dir: string, env: Env): Promise<Call[]> {
  const calls: Call[] = [];
  const top = await sources.project.list(dir);
  let left = MAX_BROWSER_FILES;
  for (const folder of BROWSER_FOLDERS) {
    if (!top.dirs.has(folder.split('/')[0] as string)) continue;
    const { files } = await sources.project.list(path.join(dir, folder));
    for (const name of [...files].filter((file) => BROWSER_FILES.test(file)).sort()) {
      if (left-- <= 0) return unique(calls);
      const source = await sources.open(path.join(dir, folder, name));
      if (source) calls.push(...callsOfCode(source, env).filter(({ weight }) => weight > 0));
    }
  }
  return unique(calls);
}
