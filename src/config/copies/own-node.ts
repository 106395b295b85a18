import path from 'node:path';
import { denoTasks } from '../detect/deno-tasks.ts';
import { OTHER_FILE } from '../detect/line-port.ts';
import { callsOfCode, callsOfEnv } from './calls.ts';
import { type Env, envFileNames, openEnv, templatesOf } from './env-files.ts';
import { variableIn } from './expressions.ts';
import { type AppTrail, type Facts, openFirst, ownByPattern, ownOf, ownOfEnv } from './facts.ts';
import { lowPort } from './low-port.ts';
import { defaultInSchema, ofFactory, ofSettings } from './node-settings.ts';
import { entryListens, listensBelow, openEntry } from './servers.ts';
import { foundAt, type SourceFile } from './sources.ts';
import { closing, expressionEnd } from './text.ts';
import { tlsByCode } from './tls.ts';
import type { Own } from './types.ts';
import { portOf, portOfKey, type Said } from './values.ts';

/** Where a server's code begins when its command does not say. */
const ENTRIES =
  'src/main.ts src/index.ts src/server.ts src/app.ts server.ts index.ts app.ts main.ts server.js index.js app.js main.js src/index.js src/server.js src/app.js src/main.js server/index.js server/index.ts bin/www api/index.js'.split(
    ' ',
  );
const BY_FRAMEWORK: Record<string, string[]> = {
  strapi: ['config/server.ts', 'config/server.js'],
  nest: ['src/main.ts'],
};
/** Options whose value is a file that is not the server. */
const VALUED =
  /^(?:-r|--require|--import|--loader|--experimental-loader|-c|--config|-P|--project|--tsconfig|--watch|-w|--ignore|-e|--ext|--env-file|-f|--watch-path)$/;
const LOADERS =
  /^(?:dotenv|dotenv-flow|dotenv-expand|dotenv-cli|@nestjs\/config|env-cmd|@dotenvx\/dotenvx|@fastify\/env|@adonisjs\/core|@strapi\/strapi|@medusajs\/medusa|@keystone-6\/core|dotenv-safe|envalid|@next\/env|@t3-oss\/env-core|nconf)$/;
const PORT_LIKE = /^(?:PORT|(?:SERVER|API|BACKEND|APP|HTTP|LISTEN|NODE|EXPRESS|SERVICE|WEB)_PORT)$/;

/** A Node, Bun or Deno server: what its entry listens on, one import further too. */
export async function nodeFacts(trail: AppTrail): Promise<Facts> {
  const { app, dir } = trail;
  const entry = await findEntry(trail);
  const env = await nodeEnv(trail, entry);
  const inner: AppTrail = { ...trail, env };
  const { own, reads } = entry ? await ofEntry(inner, entry) : { own: [], reads: undefined };
  own.push(...(await odd(inner)));
  if (own.length === 0 && entry && (trail.program.words[0] === 'bun' || app.framework === 'bun'))
    own.push(...bunDefault(entry));
  if (own.length === 0 && reads === undefined && entry)
    own.push(...apolloDefault(entry), ...(app.framework === 'deno' ? denoDefault(entry) : []));
  if (own.length === 0 && reads === undefined) own.push(...ownOfEnv(env));
  const calls = [...(entry ? callsOfCode(entry, env) : []), ...callsOfEnv(env)];
  const { deps = {} } = (await trail.sources.project.packageJson(dir)) ?? {};
  const tls = entry && tlsByCode(entry);
  return {
    app: { ...app },
    own,
    reads,
    calls,
    env,
    tls,
    low: lowPort(entry ? [entry] : [], env),
    ...('vite' in deps && { hotUpdates: true }),
  };
}

type Heard = Said & { label?: string };

/** What its code says: where it listens, else what is handed to that, else its settings. */
async function ofEntry(trail: AppTrail, entry: SourceFile): Promise<Pick<Facts, 'own' | 'reads'>> {
  const { framework } = trail.app;
  const own: Own[] = [];
  let reads: string | undefined;
  const hear = (all: readonly Heard[]): void => {
    for (const said of all) {
      reads ??= said.name;
      own.push(...ownOf(trail, said, said.label ?? said.name ?? 'port'));
    }
  };
  const found = await entryListens(trail, entry);
  // One that a variable reaches is the app's own port sooner than a second, fixed one.
  hear(found.sort((one, other) => rankOf(one) - rankOf(other)));
  if (own.length === 0)
    hear([framework === 'strapi' ? await portOfKey(trail, entry, 'port') : await anyPort(trail, entry)]);
  if (own.length === 0 && framework === 'nest') hear([await ofFactory(trail, entry)]);
  if (own.length === 0 && reads !== undefined)
    own.push(...ownOf(trail, await defaultInSchema(trail, entry, reads), reads));
  if (own.length === 0 && reads === undefined) hear(await listensBelow(trail, entry));
  if (own.length === 0 && reads === undefined) hear([await handedOn(trail, entry)]);
  if (own.length === 0 && reads === undefined) hear([await ofSettings(trail, entry)]);
  return { own, reads };
}

/** Beside a plain server one that speaks TLS is often for production. */
const rankOf = ({ name }: Said): number =>
  name === undefined ? 1 : /HTTPS|SSL|TLS|SECURE/.test(name) ? 2 : 0;

/** Files of other kinds. */
async function odd(at: AppTrail): Promise<Own[]> {
  const { app, dir } = at;
  if (app.framework === 'wrangler')
    return ownByPattern(
      await openFirst(at, dir, ['wrangler.toml', 'wrangler.jsonc', 'wrangler.json']),
      /\[dev\][^[]*?\n\s*port\s*=\s*(\d{4,5})|"dev"\s*:\s*\{[^{}]*"port"\s*:\s*(\d{4,5})/,
      'dev.port',
      false,
    );
  if (app.framework === 'json-server')
    return ownByPattern(
      await openFirst(at, dir, ['json-server.json']),
      /"port"\s*:\s*(\d{4,5})/,
      'port',
      false,
    );
  return [];
}

async function findEntry(trail: AppTrail): Promise<SourceFile | undefined> {
  const { dir, app } = trail;
  if (app.framework === 'nest') {
    const { nestApp, nestApps } = await import('../detect/nest-projects.ts');
    const apps = await nestApps(trail.sources.project, dir);
    const entry = apps?.entries.get(nestApp(apps, trail.program.words) ?? '');
    if (entry) return trail.sources.open(entry);
  }
  const own = BY_FRAMEWORK[app.framework ?? ''];
  if (own) {
    const found = await openFirst(trail, dir, own);
    if (found) return found;
  }
  for (const word of wordsOfFiles(await taskWords(trail))) {
    const found = await openEntry(trail, dir, word);
    if (found && found.syntax === 'js') return found;
  }
  const main = (await trail.sources.project.packageJson(dir))?.main;
  const found = main ? await openEntry(trail, dir, main) : undefined;
  // A program that nobody knows may serve anything: the file that lies there proves nothing.
  const known = app.framework !== undefined || /^(?:node|bun|deno|tsx)/.test(trail.program.words[0] ?? '');
  return found ?? (known && trail.sources.tooLong.length === 0 ? openFirst(trail, dir, ENTRIES) : undefined);
}

/** Of `deno task dev` the task's own words. */
async function taskWords({ program: { words }, dir, sources }: AppTrail): Promise<string[]> {
  if (words[0] !== 'deno' || words[1] !== 'task') return words;
  const line = (await denoTasks(sources.project, dir)).get(words[2] ?? '')?.line;
  return line ? line.split(/\s+/) : words;
}

/** The words of a command that may name its file. Pure. */
export function wordsOfFiles(words: readonly string[]): string[] {
  const found: string[] = [];
  const rest = words.slice(1).flatMap((word) => (/\s/.test(word) ? word.split(/\s+/).slice(1) : [word]));
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] as string;
    if (VALUED.test(word) && !OTHER_FILE.test(word) && !/\.[cm]?[jt]sx?$/.test(rest[at + 1] ?? '')) at++;
    else if (OTHER_FILE.test(word)) at++;
    else if (!word.startsWith('-') && !/^(?:run|watch|start|dev|serve|x)$/.test(word)) found.push(word);
  }
  return found.sort((a, b) => Number(/\.[cm]?[jt]sx?$/.test(b)) - Number(/\.[cm]?[jt]sx?$/.test(a)));
}

/** The env files that this server's own code or command loads. */
async function nodeEnv(trail: AppTrail, entry: SourceFile | undefined): Promise<Env> {
  const { sources, program, dir, mode } = trail;
  const files: string[] = [];
  const line = program.line;
  for (const match of line.matchAll(
    /(?:--env-file(?:-if-exists)?[= ]|\b(?:env-cmd|dotenvx?)\b[^&|;]*?\s-(?:f|e)[ =]?)(\S+)/g,
  )) {
    const file = path.resolve(dir, (match[1] as string).replace(/['"]/g, ''));
    // Without the file Node does not start: what it is copied from says what it will hold.
    const needed = match[0].startsWith('--env-file') && !match[0].includes('-if-exists');
    files.push(file, ...(needed ? await templatesOf(sources, file) : []));
  }
  if (entry) files.push(...loadedByCode(entry, dir));
  const deps: Record<string, string> = {};
  for (const folder of sources.project.upwards(dir))
    Object.assign(deps, (await sources.project.packageJson(folder))?.deps);
  const isBun = program.words[0] === 'bun';
  const loads = isBun || /dotenv|env-cmd/.test(line) || Object.keys(deps).some((name) => LOADERS.test(name));
  if (loads) {
    const loader = isBun ? 'bun' : 'dotenv-flow' in deps ? 'vite' : '@next/env' in deps ? 'next' : 'plain';
    files.push(...envFileNames(loader, mode).map((name) => path.join(dir, name)));
  }
  return openEnv(sources, files);
}

/** `dotenv.config({ path: '../.env' })`, `process.loadEnvFile('.env')`. Pure. */
function loadedByCode({ code, path: file }: SourceFile, dir: string): string[] {
  const files: string[] = [];
  for (const match of code.matchAll(
    /\b(?:path|envFilePath|loadEnvFile|config)\s*[:(]\s*((?:[\w.]+\()?[^;\n]*\.env[\w.]*['"`][^;\n]*)/g,
  )) {
    const call = (match[1] as string).replace(/\brequire\([^()]*\)/g, '');
    const parts = [...call.matchAll(/['"`]([^'"`]+)['"`]/g)].map(([, text]) => text as string);
    const last = parts.findIndex((text) => /\.env[\w.]*$/.test(text));
    if (last < 0) continue;
    const base = /__dirname|import\.meta/.test(call) ? path.dirname(file) : dir;
    files.push(
      path.resolve(
        base,
        parts
          .slice(0, last + 1)
          .join('/')
          .replace(/^\//, ''),
      ),
    );
  }
  if (/\bloadEnvFile\(\s*\)/.test(code)) files.push(path.join(dir, '.env'));
  return files;
}

/** A port-like variable with its default, anywhere in the entry: what a helper that is not seen through is given. */
async function anyPort(trail: AppTrail, entry: SourceFile): Promise<Said> {
  for (const match of entry.code.matchAll(/\bprocess\.env(?:\.|\[['"])(\w+)/g)) {
    if (!PORT_LIKE.test(match[1] as string)) continue;
    // `Number(process.env.PORT) || 3000`
    const [around = ''] =
      /\b(?:Number|parseInt|Number\.parseInt|normalizePort)\(\s*$/.exec(entry.code.slice(0, match.index)) ??
      [];
    const start = match.index - around.length;
    const said = await portOf(trail, entry, start, expressionEnd(entry.code, start, 'js'));
    return { ...said, name: variableIn(match[0], 'js') };
  }
  return {};
}

/** `new App(controllers, PORT)`, `startServer(port)`: what listens is handed its port from here. */
async function handedOn(trail: AppTrail, entry: SourceFile): Promise<Said> {
  const { code, syntax } = entry;
  for (const match of code.matchAll(/\bnew\s+[A-Z]\w*\(|\b\w*(?:[sS]tart|[bB]oot|[rR]un|[iI]nit)\w*\(/g)) {
    const open = match.index + match[0].length;
    const close = closing(code, open - 1, syntax) ?? open;
    for (let from = open; from < close; ) {
      const end = expressionEnd(code, from, syntax);
      if (/^\s*(?:[\w$]+\.)*(?:port|PORT|[a-z]\w*Port)\s*$/.test(code.slice(from, end))) {
        const said = await portOf(trail, entry, from, end);
        if (said.digits || said.name) return said;
      }
      from = end + 1;
    }
  }
  return {};
}

/** Apollo's own server listens on 4000 where nothing is said. */
function apolloDefault(entry: SourceFile): Own[] {
  const match = /\bnew\s+ApolloServer\b/.test(entry.code)
    ? /\.listen\(\s*\)|\bstartStandaloneServer\(\s*\w+\s*,?\s*\)/.exec(entry.code)
    : null;
  if (!match) return [];
  const found = foundAt({ source: entry, start: match.index, end: match.index }, 'literal');
  return [{ found: { ...found, port: 4000 }, label: 'listen', fixed: true }];
}

/** Deno serves on 8000 where its call names no port. */
function denoDefault(entry: SourceFile): Own[] {
  const match = /(?<![\w$.])(?:Deno\.)?serve\(/.exec(entry.code);
  const open = match ? match.index + match[0].length - 1 : 0;
  const end = match ? (closing(entry.code, open, entry.syntax) ?? entry.code.length) : 0;
  if (!match || /\bport\b/.test(entry.code.slice(open, end).split('=>')[0] ?? '')) return [];
  const found = foundAt({ source: entry, start: match.index, end: match.index }, 'literal');
  return [{ found: { ...found, port: 8000 }, label: match[0].replace('(', ''), fixed: true }];
}

/** Bun serves what a file exports, on 3000. */
function bunDefault(entry: SourceFile): Own[] {
  const match = /\bexport\s+default\b|\bBun\.serve[(<]/.exec(entry.code);
  if (!match) return [];
  const found = foundAt({ source: entry, start: match.index, end: match.index }, 'literal');
  return [{ found: { ...found, port: 3000 }, label: match[0].replace(/[(<]/, ''), fixed: false }];
}
