import path from 'node:path';
import { nodeServers, nodeFrameworks as pagePrograms } from './frameworks/node.ts';
import type { Framework } from './frameworks/types.ts';
import { OTHER_FILE } from './line-port.ts';
import type { PackageJson, Project } from './project.ts';

/** What a Node program is that no table knows by its command: read from its own text and its package. */

export const NODE_LIKE = new Set(
  'node nodemon tsx ts-node ts-node-dev tsnd ts-node-esm babel-node vite-node swc-node bun deno esrun pm2-dev pm2 node-dev supervisor jiti'.split(
    ' ',
  ),
);

/** Servers of pages that people build into a file of their own, by the package that the file uses. */
// biome-ignore format: a table, one line a package
const ownServers: [uses: RegExp, framework: Framework][] = [
  [/^next$/, { id: 'next', label: 'Next.js (its own server)', role: 'frontend', caches: ['.next'] }],
  [/^vite$/, { id: 'node', label: 'Vite (its own server)', role: 'frontend', caches: ['node_modules/.vite'] }],
  [/^(?:webpack-dev-server|webpack-dev-middleware|webpack-hot-middleware)(?:\/|$)/, { id: 'node', label: 'webpack (its own server)', role: 'frontend', caches: ['node_modules/.cache'] }],
  [/^(?:@rspack\/dev-server|@rsbuild\/core|@parcel\/core|parcel-bundler|browser-sync|live-server|snowpack|@web\/dev-server)$/, { id: 'node', label: 'a bundler’s own server', role: 'frontend' }],
  [/^(?:nuxt|@nuxt\/kit|gatsby|react-dev-utils\/\w+)$/, { id: 'node', label: 'its own server', role: 'frontend' }],
];

/** `node server.js` and its like. */
export async function nodeServer(
  project: Project,
  dir: string,
  words: string[],
  text: string,
): Promise<Framework | undefined> {
  if (/\bpython\d?\b/.test(text)) return { id: 'python', label: 'Python', role: 'backend' };
  const deps: Record<string, string> = {};
  for (const folder of project.upwards(dir).reverse()) {
    Object.assign(deps, (await project.packageJson(folder))?.deps);
  }
  const manifest = await project.packageJson(dir);
  const entry = words.find(
    (word, i) => i > 0 && /\.[cm]?[jt]sx?$/.test(word) && !OTHER_FILE.test(words[i - 1] ?? ''),
  );
  const source = (entry && (await project.text(path.resolve(dir, entry)))) ?? '';
  const used = usedPackages(source);
  const own = ownServers.find(([uses]) => used.some((name) => uses.test(name)));
  // What is installed is meant; a name in the text alone may be a comment.
  if (own && used.some((name) => own[0].test(name) && packageOf(name) in deps)) return own[1];
  const page = startedPage(source);
  if (page) return page;
  if (await isClient(project, dir, entry, manifest?.deps ?? deps)) {
    return { id: 'task', label: 'a program', role: 'task' };
  }
  // It talks to the program that starts it.
  if (
    /\bStdioServerTransport\b/.test(source) &&
    !/\b(?:Streamable)?H[Tt][Tt][Pp]\w*Transport\b|\bSSEServerTransport\b|\.listen\(/.test(source)
  )
    return { id: 'task', label: 'an MCP server on stdio', role: 'task' };
  if (used.some((name) => BUILDERS.test(name)) && !LISTENS.test(source) && !used.some(isOwnFile))
    return { id: 'task', label: 'a builder of its own', role: 'task' };
  const byPackage = serverOf(deps);
  if (byPackage) {
    const { flags: _, port: __, ...plain } = byPackage;
    return plain;
  }
  if (words[0] === 'deno' && used.some((name) => /^(?:\$fresh\/|fresh$|@fresh\/)/.test(name)))
    return { id: 'deno', label: 'Fresh', role: 'backend', port: 8000 };
  if (words[0] === 'bun' || words[0] === 'deno') {
    return { id: words[0], label: words[0] === 'bun' ? 'Bun' : 'Deno', role: 'backend' };
  }
  return { id: 'node', label: 'Node', role: 'backend' };
}

/** `spawn('npx', ['next', 'dev', …])`: the page that a program starts, whatever it does beside that. */
function startedPage(source: string): Framework | undefined {
  const call =
    /\b(?:spawn|execa|execFile)\(\s*['"](?:npx|pnpm|yarn|bunx|pnpx)['"]\s*,\s*\[\s*(?:['"]exec['"]\s*,\s*)?['"](next|nuxt|vite|astro)['"]/;
  const [, name] = call.exec(source) ?? [];
  const page = name && pagePrograms.find(({ id }) => id === name);
  if (!page) return undefined;
  const { flags: _, ...plain } = page;
  return { ...plain, label: `${page.label} (from a program of its own)` };
}

/** The server that a package's dependencies say. */
export const serverOf = (deps: Record<string, string>): Framework | undefined =>
  nodeServers.find((f) => f.packages?.some((name) => name in deps));

/** The packages and files that a text imports or requires, as it names them. Pure. */
export function usedPackages(source: string): string[] {
  const found = source.matchAll(/(?:\bfrom\s*|\brequire\(\s*|\bimport\(\s*|\bimport\s+)['"]([^'"\n]+)['"]/g);
  return [...new Set([...found].map(([, name = '']) => name))];
}

const packageOf = (name: string) => name.split('/', name.startsWith('@') ? 2 : 1).join('/');

const BUILDERS = /^(?:esbuild|rollup|tsup|sass|postcss|webpack)$/;
const isOwnFile = (name: string) => name.startsWith('.');
const LISTENS =
  /\.listen\(|\bcreateServer\(|\bserve\(|\bServer\(|export default\s*\{[^}]*\bfetch\b|\bstandaloneServer\b|\bstartServer\b/i;
const CLIENT =
  /^(?:commander|yargs|cac|meow|inquirer|prompts|enquirer|ink|@clack\/prompts|@inquirer\/.*|@oclif\/core|citty|(?:node:)?readline(?:\/promises)?|socket\.io-client)$/;
const MAX_FILES = 30;

/**
 * Whether the program talks to people or servers and is none itself: its first file uses a client's package, and nothing
 * that it imports of the project listens. What cannot be read may listen.
 */
async function isClient(
  project: Project,
  dir: string,
  entry: string | undefined,
  own: Record<string, string>,
): Promise<boolean> {
  if (!entry || nodeServers.some((f) => f.packages?.some((name) => name in own))) return false;
  const waiting = [path.resolve(dir, entry)];
  const seen = new Set(waiting);
  const packages = new Set<string>();
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    const text = await project.text(file);
    if (text === undefined || LISTENS.test(text) || seen.size > MAX_FILES) return false;
    const used = usedPackages(text);
    if (seen.size === 1 && !used.some((name) => CLIENT.test(name))) return false;
    for (const name of used) {
      // An alias is a file that we do not know.
      if (/^(?:@\/|~|#)/.test(name)) return false;
      if (!name.startsWith('.')) {
        packages.add(packageOf(name));
        continue;
      }
      const next = await moduleAt(project, path.resolve(path.dirname(file), name));
      if (next === undefined) return false;
      if (!seen.has(next)) waiting.push(next);
      seen.add(next);
    }
  }
  // A package of the workspace may well listen.
  return !(await project.workspaces()).some(({ name }) => name !== undefined && packages.has(name));
}

const ENDINGS = ['', '.ts', '.js', '.mts', '.mjs', '.cjs', '.tsx', '.jsx', '/index.ts', '/index.js', '.json'];

async function moduleAt(project: Project, base: string): Promise<string | undefined> {
  // TypeScript writes `./x.js` for x.ts.
  for (const stem of [base, base.replace(/\.[cm]?js$/, '')]) {
    for (const ending of ENDINGS) {
      const file = stem + ending;
      if (await project.has(path.dirname(file), path.basename(file))) return file;
    }
  }
  return undefined;
}

/** Options of nodemon that take a value. */
const VALUED = new Set(
  '-w --watch -i --ignore -e --ext -d --delay -s --signal --cwd --config -P --polling-interval'.split(' '),
);

/**
 * The line that nodemon runs, as it finds it itself: its words, `nodemon.json` or `nodemonConfig`, package.json's
 * `main`, index.js, the start script. Undefined where it names nothing.
 */
export async function nodemonLine(
  project: Project,
  dir: string,
  words: string[],
): Promise<string | undefined> {
  let config = 'nodemon.json';
  const rest: string[] = [];
  for (let i = 1; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '-x' || word === '--exec') {
      const exec = words[i + 1] ?? '';
      return [exec, ...words.slice(i + 2).filter((w) => !w.startsWith('-') && w !== exec)].join(' ');
    }
    if (word === '--config') config = words[i + 1] ?? config;
    if (VALUED.has(word)) i++;
    else if (word !== '--' && !word.startsWith('-')) rest.push(word);
  }
  const manifest = await project.packageJson(dir);
  const settings = readJson(await project.text(path.resolve(dir, config))) ?? manifest?.nodemonConfig ?? {};
  const script = rest.length > 0 ? rest.join(' ') : settings.script;
  // What it sets for its program outranks all else.
  const port = /^\d+$/.test(String(settings.env?.PORT)) ? `PORT=${settings.env?.PORT} ` : '';
  if (settings.exec) return port + [settings.exec, script].filter(Boolean).join(' ');
  const found = script ?? manifest?.main ?? ((await project.has(dir, 'index.js')) ? 'index.js' : undefined);
  if (found) return `${port}${/\.[cm]?tsx?$/.test(found) ? 'ts-node' : 'node'} ${found}`;
  const start = manifest?.scripts.start;
  return start !== undefined && !start.includes('nodemon') ? start : undefined;
}

function readJson(text: string | undefined): PackageJson['nodemonConfig'] {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
