import path from 'node:path';
import { packageManager } from '../../config/detect/package-manager.ts';
import { firstText, type Looked, within } from './looked.ts';
import { nodeVersion } from './versions.ts';

/** How a package's dependencies come, and where its workspace begins. */
export interface NodeInstall {
  /** Absolute: where the lock file is. */
  top: string;
  /** From there to the package. */
  sub: string;
  /** The lines that name its images' bases, and stages before its build. */
  bases: string[];
  stages: string[];
  /** Lines of a Dockerfile before the install: the package manager itself. */
  tool: string[];
  /** Files that the install needs, relative to `top`; undefined: all of them. */
  manifests: string[] | undefined;
  /** Undefined: nothing. */
  install: string | undefined;
  /** Takes out what only the build needs; undefined: it cannot. */
  prune: string | undefined;
  /** Runs a script of package.json, or a program of its dependencies. */
  script(name: string): string;
  program(name: string): string;
}

const LOCKS = [
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'bun.lock',
  'bun.lockb',
];

export const BUN_IMAGE = 'ARG BUN_IMAGE=docker.io/oven/bun:1';

/** No package.json: nothing to install. */
const BARE: Omit<NodeInstall, 'top' | 'sub' | 'bases'> = {
  stages: [],
  tool: [],
  manifests: undefined,
  install: undefined,
  prune: undefined,
  script: (name) => `npm run ${name}`,
  program: (name) => `npx --no-install ${name}`,
};

/** Undefined: a package manager that is not known well enough. */
export async function nodeInstall({ project, dir }: Looked): Promise<NodeInstall | undefined> {
  if (!(await project.packageJson(dir)))
    return { ...BARE, top: dir, sub: '.', bases: [baseOf(undefined, undefined)] };
  const manager = await packageManager(project, dir);
  if (manager !== 'npm' && manager !== 'pnpm' && manager !== 'yarn' && manager !== 'bun') return undefined;
  let top = dir;
  let lock: string | undefined;
  for (const folder of project.upwards(dir)) {
    const { files } = await project.list(folder);
    lock = LOCKS.find((name) => files.has(name));
    if (lock === undefined) continue;
    top = folder;
    break;
  }
  const { files } = await project.list(top);
  const alone = top === dir && !files.has('pnpm-workspace.yaml') && (await project.workspaces()).length === 0;
  const extra = ['.npmrc', '.yarnrc.yml'].filter((name) => files.has(name));
  // A package that is installed by its own script, or from the folder itself, needs its files.
  const manifest = await project.packageJson(dir);
  const early = /^(?:pre|post)?install$|^prepare$/;
  const needsFiles =
    Object.keys(manifest?.scripts ?? {}).some((name) => early.test(name)) ||
    Object.values(manifest?.deps ?? {}).some((version) => /^(?:file|link|portal|patch):/.test(version));
  const field = (await project.packageJson(top))?.packageManager;
  const version = /^pnpm@(\d[\w.-]*)/.exec(field ?? '')?.[1] ?? '10';
  const berry = files.has('.yarnrc.yml') || /^yarn@[2-9]/.test(field ?? '');
  const ways = {
    npm: {
      tool: [],
      install: lock ? 'npm ci' : 'npm install',
      prune: 'npm prune --omit=dev',
      exec: 'npx --no-install',
    },
    pnpm: {
      tool: [`RUN npm install --global pnpm@${version}`],
      install: lock ? 'pnpm install --frozen-lockfile' : 'pnpm install',
      prune: 'CI=true pnpm prune --prod',
      exec: 'pnpm exec',
    },
    yarn: {
      tool: ['RUN corepack enable'],
      install: !lock ? 'yarn install' : berry ? 'yarn install --immutable' : 'yarn install --frozen-lockfile',
      prune: berry ? undefined : 'yarn install --frozen-lockfile --production',
      exec: 'yarn exec',
    },
    bun: {
      tool: ['COPY --from=bun /usr/local/bin/bun /usr/local/bin/bun'],
      install: lock ? 'bun install --frozen-lockfile' : 'bun install',
      prune: 'rm -rf node_modules && bun install --frozen-lockfile --production',
      exec: 'bunx',
    },
  }[manager];
  const [file, engine] = await saidVersion(project, new Set([dir, top]));
  return {
    ...ways,
    top,
    sub: within(top, dir),
    bases: [baseOf(file, engine), ...(manager === 'bun' ? [BUN_IMAGE] : [])],
    stages: manager === 'bun' ? ['FROM ${BUN_IMAGE} AS bun', ''] : [],
    manifests: alone && !needsFiles ? ['package.json', ...(lock ? [lock] : []), ...extra] : undefined,
    prune: alone ? ways.prune : undefined,
    script: (name) => `${manager} run ${name}`,
    program: (name) => `${ways.exec} ${name}`,
  };
}

const baseOf = (file: string | undefined, engine: string | undefined): string =>
  `ARG NODE_IMAGE=docker.io/library/node:${nodeVersion(file, engine)}-slim`;

/** What the first of the folders says of Node's version: in a file of version managers, in its package.json. */
async function saidVersion(
  project: Looked['project'],
  folders: ReadonlySet<string>,
): Promise<[file: string | undefined, engine: string | undefined]> {
  for (const folder of folders) {
    const file = await firstText(project, folder, ['.nvmrc', '.node-version']);
    const manifest = (await project.text(path.join(folder, 'package.json'))) ?? '';
    const engine = /"engines"\s*:\s*\{[^}]*"node"\s*:\s*"([^"]*)"/.exec(manifest)?.[1];
    if (file !== undefined || engine !== undefined) return [file, engine];
  }
  return [undefined, undefined];
}

export const contextOf = ({ project }: Looked, top: string): string => project.relative(top);

/** The folder of the build in an image. */
export const imageFolder = (sub: string): string => path.posix.join('/app', sub);
