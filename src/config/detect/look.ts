import path from 'node:path';
import { type PackageManager, type Part, quote, scriptCall, splitLine, unwrap } from './commandline.ts';
import { matchCommand } from './frameworks/index.ts';
import { nodeServers, viteKinds } from './frameworks/node.ts';
import { pythonServers } from './frameworks/python.ts';
import type { Framework } from './frameworks/types.ts';
import { workspaceDir } from './package-manager.ts';
import type { Project } from './project.ts';

/** What a command line turns out to run, followed through package.json scripts to its end. */
export interface Look {
  framework: Framework | undefined;
  /** The innermost program's words. */
  words: string[];
  /** The innermost line, the folder it is started in, and the folder after its `cd`s. */
  line: string;
  lineDir: string;
  dir: string;
  /** The package managers on the way, outermost first. */
  levels: PackageManager[];
  /** What is appended to the outermost command reaches the innermost program. */
  appendable: boolean;
  /** The package.json script that the line is. */
  script?: string;
  /** Variables that the line itself sets. */
  env: Record<string, string>;
  /** A port that the line names. */
  pinned: number | undefined;
  /** The line says the host itself. */
  hostGiven: boolean;
  /** The line sets its port where neither a flag nor our PORT can override it. */
  inPlace: RegExp | undefined;
  /** It starts other packages' scripts: turbo, `pnpm -r`. */
  orchestrates: boolean;
}

const ORCHESTRATORS = /^(?:turbo|turbowatch|lerna|nx run-many|rush|moon|wsrun|ultra|preconstruct)\b/;
const PORT_FLAG = /(?:^|\s)(?:--port|-p|--http-port)[ =]?(\d{2,5})\b/;
const HOST_FLAG = /(?:^|\s)(?:--host(?:name)?|-H|--ip|--bind)(?=[\s=]|$)/;
const PORT_VARIABLE = /(\bPORT=["']?)(\d{2,5})\b/;
const NODE_LIKE = new Set(
  'node nodemon tsx ts-node ts-node-dev tsnd ts-node-esm babel-node vite-node swc-node bun deno esrun pm2-dev pm2 node-dev supervisor'.split(
    ' ',
  ),
);

/** `line` as it would run in `dir`. */
export async function look(
  project: Project,
  line: string,
  dir: string,
  levels: PackageManager[] = [],
): Promise<Look> {
  const parts = splitLine(line);
  let cwd = dir;
  for (const { words } of parts) if (words[0] === 'cd' && words[1]) cwd = path.resolve(cwd, words[1]);
  const { part, last } = mainPart(parts);
  const { words, env } = unwrap(part?.words ?? []);
  const call = scriptCall(words);
  if (call && !call.all && levels.length < 6) {
    const target = call.workspace
      ? await workspaceDir(project, call.workspace)
      : path.resolve(cwd, call.dir ?? '');
    const inner = target && (await project.packageJson(target))?.scripts[call.script];
    if (target && inner !== undefined) {
      // What it is called with stands behind its own line: `pnpm with-env next dev`.
      const whole = [inner, ...call.args.map(quote)].join(' ');
      const passes = call.pm === 'npm' && words.includes('--') && levels.length > 0;
      const found = await look(project, whole, target, passes ? levels : [...levels, call.pm]);
      return { script: call.script, ...found, appendable: found.appendable && last };
    }
  }
  const framework = await identify(project, cwd, words, part?.text ?? line);
  const text = part?.text ?? line;
  const reads = framework?.role !== 'task' && !framework?.flags;
  const inPlace = framework?.inPlace?.test(text)
    ? framework.inPlace
    : reads && env.PORT && /^\d+$/.test(env.PORT)
      ? PORT_VARIABLE
      : undefined;
  const flag = (framework?.portFlag ?? PORT_FLAG).exec(words.join(' '))?.[1];
  const written = (inPlace ?? framework?.inPlace)?.exec(text)?.[2] ?? flag ?? env.PORT;
  const pinned = written && /^\d+$/.test(written) ? Number(written) : undefined;
  return {
    framework,
    words,
    line,
    lineDir: dir,
    dir: cwd,
    levels,
    env,
    appendable: last,
    pinned: pinned && pinned < 65536 ? pinned : undefined,
    hostGiven: (framework?.hostFlag ?? HOST_FLAG).test(words.join(' ')),
    inPlace,
    orchestrates: call?.all === true || ORCHESTRATORS.test(words.join(' ')),
  };
}

/** The command that stays: the last one, or the one before a pipe or beside a watcher. */
function mainPart(parts: Part[]): { part: Part | undefined; last: boolean } {
  const server = parts.findIndex(
    (part) =>
      (part.next === '|' || part.next === '&') &&
      !['cd', 'sleep'].includes(part.words[0] ?? '') &&
      matchCommand(unwrap(part.words).words)?.role !== 'task',
  );
  const index = server === -1 ? parts.length - 1 : server;
  return { part: parts[index], last: index === parts.length - 1 && parts[index]?.next === '' };
}

async function identify(
  project: Project,
  dir: string,
  words: string[],
  text: string,
): Promise<Framework | undefined> {
  const matched = matchCommand(words);
  if (matched?.id === 'vite') {
    const deps = (await project.packageJson(dir))?.deps ?? {};
    const kind = viteKinds.find((k) => k.package in deps);
    if (!kind) return matched;
    return {
      ...matched,
      ...kind,
      caches: [...(matched.caches ?? []), ...kind.caches],
    };
  }
  if (matched) return matched;
  const program = words[0] ?? '';
  if (program === 'python') return pythonScript(project, dir, words);
  if (NODE_LIKE.has(program) && words.length > 1) return nodeServer(project, dir, words, text);
  return undefined;
}

/** `node server.js` and its like: what it is stands in its package's dependencies. */
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
  const own = (await project.packageJson(dir))?.deps ?? {};
  // A page framework's own server, as `node server.js` (custom server, SSR template).
  const entry = words.slice(1).find((word) => /\.[cm]?[jt]sx?$/.test(word));
  const source = (entry && (await project.text(path.resolve(dir, entry)))) ?? '';
  const uses = (name: string) => new RegExp(`(?:from|require\\(|import\\()\\s*['"]${name}['"]`).test(source);
  if ('next' in own && uses('next')) {
    return {
      id: 'next',
      label: 'Next.js (its own server)',
      role: 'frontend',
      port: 3000,
      caches: ['.next'],
    };
  }
  if ('vite' in own && uses('vite')) {
    return {
      id: 'node',
      label: 'Vite (its own server)',
      role: 'frontend',
      caches: ['node_modules/.vite'],
    };
  }
  const byPackage = nodeServers.find((f) => f.packages?.some((name) => name in deps));
  const {
    flags: _,
    port: __,
    ...plain
  } = byPackage ?? { id: 'node', label: 'Node', role: 'backend' as const };
  if (byPackage) return plain;
  if (words[0] === 'bun' || words[0] === 'deno') {
    return { id: words[0], label: words[0] === 'bun' ? 'Bun' : 'Deno', role: 'backend' };
  }
  return plain;
}

async function pythonScript(project: Project, dir: string, words: string[]): Promise<Framework | undefined> {
  const file = words.find((word) => word.endsWith('.py'));
  const text = file && (await project.text(path.resolve(dir, file)));
  const server = text ? pythonServers.find((s) => s.pattern.test(text)) : undefined;
  if (!server) return { id: 'python', label: 'Python', role: 'backend' };
  return {
    id: server.id,
    label: server.label,
    role: server.frontend ? 'frontend' : 'backend',
    ...(server.env && { env: server.env }),
    ...(server.port && { port: server.port }),
  };
}
