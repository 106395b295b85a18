import path from 'node:path';
import type { Recipe, Site } from '../types.ts';
import {
  configNames,
  FILE_NOTE,
  firstText,
  keepsFile,
  type Looked,
  under,
  valueIn,
  withoutFlags,
} from './looked.ts';
import { contextOf, imageFolder, type NodeInstall, nodeInstall } from './node-install.ts';
import { compiled } from './typescript.ts';

export const NGINX_IMAGE = 'ARG NGINX_IMAGE=docker.io/nginxinc/nginx-unprivileged:1.29';
/** As every image runs: a user without a name. */
export const USER = 'USER 1000:1000';

/** The first stage: dependencies and the build. */
export function buildStage(way: NodeInstall, build: string | undefined, args: readonly string[]): string[] {
  const [before, after] = way.manifests
    ? [[`COPY ${way.manifests.join(' ')} ./`], ['COPY . .']]
    : [['COPY . .'], []];
  return [
    ...way.stages,
    'FROM ${NODE_IMAGE} AS build',
    'WORKDIR /app',
    ...way.tool,
    ...before,
    ...(way.install ? [`RUN ${way.install}`] : []),
    ...after,
    ...(way.sub === '.' ? [] : [`WORKDIR ${imageFolder(way.sub)}`]),
    ...(args.length > 0 ? ['# Baked into what browsers get: another value wants another build.'] : []),
    ...args.map((name) => `ARG ${name}`),
    ...(build ? [`RUN ${build}`] : []),
  ];
}

const inTop = (way: NodeInstall, line: string): string =>
  way.sub === '.' ? line : `(cd ${way.sub.replace(/[^/]+/g, '..')} && ${line})`;

const machineSteps = (way: NodeInstall, build: string | undefined): string[] => [
  ...(way.install ? [inTop(way, way.install)] : []),
  ...(build ? [build] : []),
];

/** The `build` script, or else the bundler's own command. */
export async function buildLine({ project, dir }: Looked, way: NodeInstall, program?: string) {
  const scripts = (await project.packageJson(dir))?.scripts ?? {};
  if (scripts.build) return way.script('build');
  return program && way.program(program);
}

/** A page that a build makes: its files on an unprivileged nginx. */
export async function siteRecipe(
  looked: Looked,
  site: Site,
  program: string | undefined,
): Promise<Recipe | undefined> {
  const way = await nodeInstall(looked);
  if (!way) return undefined;
  const build = await buildLine(looked, way, program);
  if (!build) return undefined;
  const files = under(imageFolder(way.sub), site.folder);
  return {
    runtime: 'nginx',
    context: contextOf(looked, way.top),
    image: (args) => [
      ...way.bases,
      NGINX_IMAGE,
      '',
      ...buildStage(way, build, args),
      '{nginx.conf}',
      '',
      'FROM ${NGINX_IMAGE}',
      'COPY --from=build /nginx.conf /etc/nginx/nginx.conf',
      `COPY --from=build ${files} /srv`,
      USER,
      'EXPOSE 8080',
      'STOPSIGNAL SIGQUIT',
      'CMD ["nginx", "-g", "daemon off;"]',
    ],
    steps: machineSteps(way, build),
    argv: undefined,
    env: {},
    site,
    port: 8080,
    notes: [],
  };
}

/** What serves what a build has made, by Node. */
export interface NodeServer {
  argv: string[];
  build: string | undefined;
  /** What of it the server needs, `[from, to]` in the image; undefined: the whole folder. */
  parts?: [string, string][];
  env?: Record<string, string>;
  /** What only the build needs stays. */
  keepDev?: boolean;
  writes?: string[];
  notes?: string[];
  /** Shell lines after the build on a machine, and its words there. */
  after?: string[];
  local?: Recipe['local'];
}

export function nodeRecipe(looked: Looked, way: NodeInstall, server: NodeServer): Recipe {
  const { build, parts, argv, keepDev = false, writes } = server;
  const prune = !parts && !keepDev && way.prune ? [`RUN ${way.prune}`] : [];
  const env = { NODE_ENV: 'production', ...server.env };
  const writesCode = keepsFile(looked);
  // Who writes beside the code owns it: a database in a file has a journal beside it.
  const copy = writesCode ? 'COPY --chown=1000:1000 --from=build' : 'COPY --from=build';
  return {
    runtime: 'node',
    context: contextOf(looked, way.top),
    image: (args) => [
      ...way.bases,
      '',
      ...buildStage(way, build, args),
      ...prune,
      '',
      'FROM ${NODE_IMAGE}',
      'ENV NODE_ENV=production',
      `WORKDIR ${imageFolder(way.sub)}`,
      ...(parts ?? [['/app', '/app']]).map(([from, to]) => `${copy} ${from} ${to}`),
      USER,
    ],
    steps: [...machineSteps(way, build), ...(server.after ?? [])],
    argv,
    env,
    ...(server.local && { local: server.local }),
    ...(writes && { writes }),
    ...(writesCode && { writesCode }),
    notes: [...(server.notes ?? []), ...(writesCode ? [FILE_NOTE] : [])],
  };
}

/** A server that Node starts itself: `node server.js`, `tsx src/index.ts`, Nest. */
export async function plainNode(looked: Looked): Promise<Recipe | undefined> {
  const { words, app } = looked;
  const way = await nodeInstall(looked);
  if (!way) return undefined;
  if (app.framework === 'nest') {
    const build = await buildLine(looked, way, 'nest build');
    return nodeRecipe(looked, way, { argv: ['node', 'dist/main.js'], build });
  }
  const found = nodeWords(words);
  if (!found) {
    const server = await compiled(looked, way);
    return server && nodeRecipe(looked, way, server);
  }
  const entry = found.find((word) => /\.[cm]?[jt]sx?$/.test(word)) ?? found.at(-1) ?? '';
  const there = await isThere(looked, entry);
  const build = there ? undefined : await buildLine(looked, way);
  if (!there && !build) return undefined;
  return nodeRecipe(looked, way, { argv: found, build, keepDev: found.includes('tsx') });
}

/** An entry that is in the sources needs no build. */
async function isThere({ project, dir }: Looked, entry: string): Promise<boolean> {
  const file = path.join(dir, entry);
  for (const name of [file, `${file}.js`, path.join(file, 'index.js')])
    if ((await project.text(name)) !== undefined) return !/(?:^|\/)(?:dist|build|out|lib)\//.test(entry);
  return false;
}

/** The words that Node is started with in production; undefined: a way that is not known. Pure. */
export function nodeWords(words: readonly string[]): string[] | undefined {
  const [program = '', ...rest] = words;
  const args = withoutFlags(
    rest,
    /^--(?:watch(?:-preserve-output)?|inspect(?:-brk)?|debug)$/,
    /^--watch-path$/,
  );
  if (program === 'node' && args.length > 0) return ['node', ...args];
  if (program === 'nodemon') {
    const plain = withoutFlags(
      args,
      /^-[qVL]$|^--(?:quiet|verbose|legacy-watch)$/,
      /^-[wei]$|^--(?:watch|ext|ignore|delay)$/,
    );
    if (/\.[cm]?js$/.test(plain[0] ?? '')) return ['node', ...plain];
  }
  if (program === 'tsx') {
    const plain = args.filter((word) => word !== 'watch' && word !== '--clear-screen=false');
    if (/\.[cm]?[jt]sx?$/.test(plain[0] ?? '')) return ['node', '--import', 'tsx', ...plain];
  }
  return undefined;
}

/** Next: its standalone server where the config asks for it, an export where it does, else `next start`. */
export async function nextRecipe(looked: Looked): Promise<Recipe | undefined> {
  const { project, dir } = looked;
  const way = await nodeInstall(looked);
  if (!way) return undefined;
  const output = valueIn(await firstText(project, dir, configNames('next')), 'output');
  if (output === 'export')
    return siteRecipe(looked, { folder: 'out', immutable: '/_next/static/', spa: false }, 'next build');
  const build = (await buildLine(looked, way, 'next build')) ?? '';
  const env = { NEXT_TELEMETRY_DISABLED: '1' };
  const folder = imageFolder(way.sub);
  const writes = [`${folder}/.next/cache`];
  if (output !== 'standalone' || way.sub !== '.') {
    const argv = ['node', 'node_modules/next/dist/bin/next', 'start', '-p', '{port}', '-H', '{host}'];
    return nodeRecipe(looked, way, { argv, build, env, writes });
  }
  const pages = (await project.list(dir)).dirs.has('public');
  return nodeRecipe(looked, way, {
    argv: ['node', 'server.js'],
    build,
    env: { ...env, PORT: '{port}', HOSTNAME: '{host}' },
    writes,
    after: [
      'cp -R .next/static .next/standalone/.next/static',
      ...(pages ? ['cp -R public .next/standalone/public'] : []),
    ],
    local: () => ['node', '.next/standalone/server.js'],
    parts: [
      ['/app/.next/standalone', './'],
      ['/app/.next/static', './.next/static'],
      ...(pages ? ([['/app/public', './public']] as [string, string][]) : []),
    ],
  });
}
