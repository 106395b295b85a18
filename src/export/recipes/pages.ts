import path from 'node:path';
import type { Recipe, Site } from '../types.ts';
import { configNames, firstText, type Looked, valueIn } from './looked.ts';
import { buildLine, nextRecipe, nodeRecipe, siteRecipe } from './node.ts';
import { nodeInstall } from './node-install.ts';

/** Bundlers that make files: where they put them. */
const SITES: Record<string, Site & { build: string; config?: string; key?: string }> = {
  vite: {
    folder: 'dist',
    immutable: '/assets/',
    spa: true,
    build: 'vite build',
    config: 'vite',
    key: 'outDir',
  },
  'vue-cli': { folder: 'dist', immutable: undefined, spa: true, build: 'vue-cli-service build' },
  cra: { folder: 'build', immutable: '/static/', spa: true, build: 'react-scripts build' },
  rsbuild: { folder: 'dist', immutable: '/static/', spa: true, build: 'rsbuild build' },
  gatsby: { folder: 'public', immutable: undefined, spa: false, build: 'gatsby build' },
  docusaurus: { folder: 'build', immutable: '/assets/', spa: false, build: 'docusaurus build' },
};

/** A frontend's production build and its server, by framework; undefined: not known for sure. */
export async function pageRecipe(looked: Looked): Promise<Recipe | undefined> {
  const { framework = '' } = looked.app;
  switch (framework) {
    case 'next':
      return nextRecipe(looked);
    case 'nuxt':
      return serverBuild(looked, 'nuxt build', '.output', 'server/index.mjs', {
        PORT: '{port}',
        HOST: '{host}',
      });
    case 'sveltekit':
      return svelteKit(looked);
    case 'astro':
      return astro(looked);
    case 'angular':
      return angular(looked);
    case 'react-router':
      return reactRouter(looked);
  }
  const site = Object.hasOwn(SITES, framework) ? SITES[framework] : undefined;
  if (!site) return undefined;
  const { project, dir } = looked;
  const text = site.config && (await firstText(project, dir, configNames(site.config)));
  const folder = (site.key && valueIn(text || undefined, site.key)) || site.folder;
  // Built into another folder, or from another one: who reads it there is not known.
  if (folder.startsWith('..') || path.isAbsolute(folder)) return undefined;
  // Without a page it builds another server's assets (Laravel's, Django's).
  if (site.config === 'vite' && !(await project.has(dir, 'index.html'))) return undefined;
  if (site.config === 'vite' && /\broot\s*:\s*['"`]/.test(text || '')) return undefined;
  const { immutable, spa, build } = site;
  return siteRecipe(
    looked,
    { folder: folder.replace(/^\.\//, '').replace(/\/$/, ''), immutable, spa },
    build,
  );
}

/** A build that is whole by itself: one folder, started by Node. */
async function serverBuild(
  looked: Looked,
  program: string,
  folder: string,
  entry: string,
  env: Record<string, string>,
): Promise<Recipe | undefined> {
  const way = await nodeInstall(looked);
  if (!way) return undefined;
  const build = await buildLine(looked, way, program);
  const from = path.posix.join('/app', way.sub, folder);
  return nodeRecipe(looked, way, {
    argv: ['node', `${folder}/${entry}`],
    build,
    env,
    parts: [[from, `./${folder}`]],
  });
}

/** By its adapter. */
async function svelteKit(looked: Looked): Promise<Recipe | undefined> {
  const { project, dir } = looked;
  const config = (await firstText(project, dir, configNames('svelte'))) ?? '';
  if (/@sveltejs\/adapter-static/.test(config)) {
    const folder = valueIn(config, 'pages') ?? (/\bpages\s*:/.test(config) ? undefined : 'build');
    // Its files in two folders, or in one that is computed.
    if (folder === undefined || (valueIn(config, 'assets') ?? folder) !== folder) return undefined;
    const fallback = valueIn(config, 'fallback');
    return siteRecipe(
      looked,
      {
        folder: folder.replace(/^\.\//, ''),
        immutable: '/_app/immutable/',
        spa: fallback !== undefined,
        ...(fallback !== undefined && { html: true, fallback: `/${fallback}` }),
      },
      'vite build',
    );
  }
  if (!/@sveltejs\/adapter-node/.test(config)) return undefined;
  const way = await nodeInstall(looked);
  if (!way) return undefined;
  return nodeRecipe(looked, way, {
    argv: ['node', 'build'],
    build: await buildLine(looked, way, 'vite build'),
    env: { PORT: '{port}', HOST: '{host}', ORIGIN: '{frontendUrl}' },
  });
}

/** Files, but where its config has the Node adapter. */
async function astro(looked: Looked): Promise<Recipe | undefined> {
  const { project, dir } = looked;
  const config = (await firstText(project, dir, configNames('astro'))) ?? '';
  if (!/\badapter\s*:/.test(config))
    return siteRecipe(looked, { folder: 'dist', immutable: '/_astro/', spa: false }, 'astro build');
  if (!/@astrojs\/node/.test(config) || !/standalone/.test(config)) return undefined;
  const way = await nodeInstall(looked);
  if (!way) return undefined;
  return nodeRecipe(looked, way, {
    argv: ['node', 'dist/server/entry.mjs'],
    build: await buildLine(looked, way, 'astro build'),
    env: { PORT: '{port}', HOST: '{host}' },
  });
}

/** angular.json names where the application goes. */
async function angular(looked: Looked): Promise<Recipe | undefined> {
  const { project, dir } = looked;
  let workspace: {
    projects?: Record<
      string,
      { architect?: { build?: { builder?: string; options?: { outputPath?: unknown; ssr?: unknown } } } }
    >;
  };
  try {
    workspace = JSON.parse((await project.text(path.join(dir, 'angular.json'))) ?? '');
  } catch {
    return undefined;
  }
  const all = Object.entries(workspace.projects ?? {});
  const [name, build] =
    all.length === 1 && all[0] ? [all[0][0], all[0][1].architect?.build] : ['', undefined];
  if (!build || build.options?.ssr) return undefined;
  const said = build.options?.outputPath;
  if (said !== undefined && typeof said !== 'string') return undefined;
  const folder = said ?? `dist/${name}`;
  const browser = /:application$/.test(build.builder ?? '') ? `${folder}/browser` : folder;
  return siteRecipe(looked, { folder: browser, immutable: undefined, spa: true }, 'ng build');
}

/** Framework mode, served by its own program. */
async function reactRouter(looked: Looked): Promise<Recipe | undefined> {
  const manifest = await looked.project.packageJson(looked.dir);
  const way = await nodeInstall(looked);
  if (!way || !manifest?.deps['@react-router/serve']) return undefined;
  return nodeRecipe(looked, way, {
    argv: ['node', 'node_modules/@react-router/serve/bin.cjs', 'build/server/index.js'],
    build: await buildLine(looked, way, 'react-router build'),
    env: { PORT: '{port}', HOST: '{host}' },
  });
}
