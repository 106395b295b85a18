import path from 'node:path';
import { type Env, portOfValue, portsOfValue } from './env-files.ts';
import { isSwitch, variableIn } from './expressions.ts';
import { languageOf } from './languages.ts';
import { type Entry, entriesOf } from './pages.ts';
import { foundAt, type SourceFile, type Sources } from './sources.ts';
import { closing, expressionEnd } from './text.ts';
import type { Call, Found } from './types.ts';
import { type Address, addressesIn, hostBefore, isLoopback, weightOf } from './urls.ts';
import { portOf, type Trail } from './values.ts';

/** `/api`, and not `/apidocs`. */
const API_PATH = /(?:^|[^\w])(?:api|trpc|graphql|rest)(?![\w.])/i;

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
      calls.push({ found, weight: 3, ...(API_PATH.test(text) && { path: '/api' }) });
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
  // In a URL of its own, or the number alone: `http://localhost:${process.env.API_PORT || 3001}`.
  const [address] = addressesIn(digits.source, Math.max(0, digits.start - 80), digits.end).filter(
    (one) => one.digits.start === digits.start,
  );
  const value = address?.value ?? digits.source.text.slice(digits.start, digits.end);
  return [foundAt(digits, 'proxy', { ...(host && { host }), ...(name && { name, value }) })];
}

function addressFound(address: Address, kind: Found['kind'], name?: string): Found {
  return foundAt(address.digits, kind, { host: address.host, ...(name && { name, value: address.value }) });
}

/** The variable beside which a URL stands: `import.meta.env.VITE_API_URL ?? 'http://…'`, a schema's key. */
function nameBefore(source: SourceFile, at: number): string | undefined {
  const before = source.code.slice(Math.max(0, at - 200), at);
  const statement = before.slice(Math.max(before.lastIndexOf(';'), before.lastIndexOf('\n\n')) + 1);
  const reads = [...statement.matchAll(languageOf(source.syntax).env)].map((match) => ({
    name: match.slice(1).find((group) => group !== undefined),
    end: match.index + match[0].length,
  }));
  const { name, end } = reads.filter((read) => read.name && !isSwitch(read.name)).at(-1) ?? {};
  const between = statement.slice(end ?? 0);
  if (
    name &&
    /^['"`\])!\s]*(?:as\s+string\s*)?\)?\s*(?:\|\||\?\?|,|\bor\b|\?[^:?]*:)\s*(?:default\s*=\s*)?(?:f|`|'|"|\[|\s)*$/.test(
      between,
    )
  )
    return name;
  const [, key] = /(?<![\w.])([A-Z][A-Z0-9_]+)\s*:[^,\n{}]*\bdefault\s*\(\s*['"`]$/.exec(statement) ?? [];
  return key ?? (source.syntax === 'python' ? settingBefore(source, statement) : undefined);
}

/** A field of pydantic's settings: `FRONTEND_HOST: str = "http://…"`, and a list of them. */
function settingBefore({ code }: SourceFile, statement: string): string | undefined {
  if (!/\bBaseSettings\b/.test(code)) return undefined;
  const field =
    /(?:^|\n)[ \t]*([A-Za-z_]\w*)\s*:[^=\n]+=\s*(?:Field\(\s*(?:default\s*=\s*)?)?(?:\[[^\]]*)?["']$/;
  const name = field.exec(statement)?.[1];
  const prefix = /env_prefix\s*=\s*['"](\w*)['"]/.exec(code)?.[1] ?? '';
  return name && (prefix + name).toUpperCase();
}

const CORS = /cors|allow\w*_?(?:origin|host)|origins?\b|trusted/i;

/** Whether an address stands in a list of allowed origins: its line or the lines that open the blocks around say so. */
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
  return CORS.test(text);
}

/** The loopback URLs of a code file, and the variables they stand beside. Pure. */
export function callsOfCode(source: SourceFile, env?: Env): Call[] {
  const calls: Call[] = [];
  for (const address of addressesIn(source)) {
    const name = nameBefore(source, address.start);
    const allowed = isCors(source, address.start);
    const given = name === undefined || !env ? undefined : portOfValue(env, name);
    const weight = allowed ? 0 : name === undefined ? 2 : weightOf(name);
    const kind = name !== undefined ? 'default' : allowed ? 'cors' : 'literal';
    const found = given ?? addressFound(address, kind, name);
    calls.push({ found, weight, ...(API_PATH.test(address.value) && { path: '/api' }) });
  }
  return calls;
}

/** `VITE_API_URL=http://localhost:3001/api`: what an app's variables say that it calls. Pure. */
export function callsOfEnv(env: Env): Call[] {
  return [...env.values.keys()].flatMap((name) =>
    portsOfValue(env, name)
      // A bare number is a port only under such a name.
      .filter(({ host }) => host !== undefined || /PORT$/i.test(name))
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
