import path from 'node:path';
import { type Candidate, draftApp, evidenceOf, type Scope } from './candidate.ts';
import { packageManager } from './package-manager.ts';
import { recognise } from './recognise.ts';
import { runsDevstart } from './scripts.ts';

/** A bundler's config, the package whose it is, and the command that serves with it. */
// biome-ignore format: a table, one line a bundler
const bundlers: [config: RegExp, packages: string[], command: string][] = [
  [/^next\.config\.[cm]?[jt]s$/, ['next'], 'next dev'],
  [/^nuxt\.config\.[cm]?[jt]s$/, ['nuxt'], 'nuxt dev'],
  [/^astro\.config\.[cm]?[jt]s$/, ['astro'], 'astro dev'],
  [/^react-router\.config\.[cm]?[jt]s$/, ['@react-router/dev'], 'react-router dev'],
  [/^quasar\.conf(?:ig)?\.[cm]?[jt]s$/, ['@quasar/app-vite', '@quasar/app-webpack', '@quasar/app'], 'quasar dev'],
  [/^gatsby-config\.[cm]?[jt]s$/, ['gatsby'], 'gatsby develop'],
  [/^docusaurus\.config\.[cm]?[jt]s$/, ['@docusaurus/core'], 'docusaurus start'],
  [/^angular\.json$/, ['@angular/cli'], 'ng serve'],
  [/^vue\.config\.[cm]?[jt]s$/, ['@vue/cli-service'], 'vue-cli-service serve'],
  [/^rsbuild\.config\.[cm]?[jt]s$/, ['@rsbuild/core'], 'rsbuild dev'],
  [/^rspack\.config\.[cm]?[jt]s$/, ['@rspack/cli'], 'rspack serve'],
  [/^farm\.config\.[cm]?[jt]s$/, ['@farmfe/core'], 'farm start'],
  [/^vite\.config\.[cm]?[jt]s$/, ['vite', 'vite-plus'], 'vite'],
  [/^webpack\.(?:config|dev|common)[\w.]*\.[cm]?[jt]s$/, ['webpack-dev-server'], 'webpack serve'],
  [/^snowpack\.config\.[cm]?js(?:on)?$/, ['snowpack'], 'snowpack dev'],
  [/^(?:\.eleventy|eleventy\.config)\.[cm]?js$/, ['@11ty/eleventy'], 'eleventy --serve'],
  [/^\.parcelrc$/, ['parcel'], 'parcel index.html'],
];
/** Says that the pages are made, by a tool that has no server of its own, or none that we know. */
const MADE =
  /^(?:(?:rollup|esbuild|craco|quasar|remix|electron\.vite|svelte|tsdown)(?:\.[\w.]+)?\.(?:[cm]?[jt]s|json)|gulpfile\.|gruntfile\.|elm\.json$)/i;
/** Programs that are given a page: `parcel build ./client/index.html`. */
const BUNDLES = /(?:^|\s)(?:parcel|vite|esbuild|snowpack|webpack|rspack|bun)\s/;
/** Their configs, and those of what starts them. */
const OF_BUNDLER = /^(?:webpack|rspack|rollup|esbuild|gulpfile)[\w.-]*\.[cm]?[jt]s$/;
/** Under a name of any kind. */
const SERVES_PAGES =
  /\b(?:react-scripts|craco|react-app-rewired|vue-cli-service|ng|next|nuxt|astro)\s+(?:start|serve|dev|build)\b/;
const STARTS = /^(?:dev|start|serve|develop|watch)(?:[:\-_].*)?$/;

/**
 * The bundler whose config stands in the folder, where no script starts it: `vite`, found by vite.config and by its
 * package here or above.
 */
export async function bundlerCandidate(scope: Scope, dir: string): Promise<Candidate | undefined> {
  const { project, context } = scope;
  if (context.prod || (await isWatched(scope, dir))) return undefined;
  const { files } = await project.list(dir);
  const deps: Record<string, string> = {};
  for (const folder of project.upwards(dir)) Object.assign(deps, (await project.packageJson(folder))?.deps);
  for (const [config, packages, command] of bundlers) {
    const file = [...files].find((name) => config.test(name));
    if (file === undefined || !packages.some((name) => name in deps)) continue;
    if (command === 'vite' && !files.has('index.html') && (await isLibrary(project, path.join(dir, file))))
      continue;
    const program = command === 'vite' && !('vite' in deps) ? 'vp dev' : command;
    const argv = await localProgram(scope, dir, program);
    const name = dir === project.root ? '' : path.basename(dir);
    const draft = draftApp(name, { kind: 'argv', argv }, dir, evidenceOf(project, dir, file));
    const { app, look } = await recognise(project, draft, context);
    const label = look.framework ? ` (${look.framework.label})` : '';
    const note = await aroundIt(scope, dir);
    return { app: { ...app, evidence: app.evidence + label }, home: dir, ...(note && { note }) };
  }
  return undefined;
}

/** A config of Vite's that makes a package for others, or runs its tests. */
const isLibrary = async (project: Scope['project'], file: string): Promise<boolean> =>
  /\b(?:lib|test)\s*:\s*\{/.test((await project.text(file)) ?? '');

/** Its owner has the pages made again and again, for a server that has them: `"serve": "vue-cli-service build --watch"`. */
async function isWatched({ project }: Scope, dir: string): Promise<boolean> {
  const scripts = (await project.packageJson(dir))?.scripts ?? {};
  return ['dev', 'start', 'serve'].some((name) => /\bbuild\b.*\s(?:--watch|-w)\b/.test(scripts[name] ?? ''));
}

/** The script that starts it starts more around it: `firebase emulators:exec "webpack serve"`. */
async function aroundIt({ project }: Scope, dir: string): Promise<string | undefined> {
  const scripts = (await project.packageJson(dir))?.scripts ?? {};
  const name = ['dev', 'start', 'serve'].find((one) =>
    /\bfirebase\b.*\semulators:exec\s/.test(scripts[one] ?? ''),
  );
  if (name === undefined) return undefined;
  const file = project.relative(path.join(dir, 'package.json'));
  return `${file} script "${name}" is not used: it starts Firebase’s emulators, and ends them with what it runs; start them beside it`;
}

/** A program of node_modules/.bin, as the project's package manager finds it. */
async function localProgram(
  { project }: Scope,
  dir: string,
  command: string,
): Promise<[string, ...string[]]> {
  const words = command.split(' ');
  const pm = await packageManager(project, dir);
  if (pm === 'yarn') return ['yarn', ...words];
  if (pm === 'bun') return ['bunx', ...words];
  return pm === 'pnpm' ? ['pnpm', 'exec', ...words] : ['npm', 'exec', '--silent', '--', ...words];
}

/** Whether the pages of a folder are made by something: served as files they would be blank. */
export async function isBuilt({ project }: Scope, dir: string): Promise<boolean> {
  const { files } = await project.list(dir);
  const manifest = await project.packageJson(dir);
  const scripts = Object.entries(manifest?.scripts ?? {});
  const makes = (line: string) => SERVES_PAGES.test(line) || BUNDLES.test(`${line} `);
  if (scripts.some(([name, line]) => (STARTS.test(name) || makes(line)) && !runsDevstart(line))) return true;
  if ([...files].some((name) => MADE.test(name) || bundlers.some(([config]) => config.test(name))))
    return true;
  for (const folder of project.upwards(dir)) {
    const entry = path.relative(folder, path.join(dir, 'index.html')).replaceAll(path.sep, '/');
    const above = folder === dir ? {} : ((await project.packageJson(folder))?.scripts ?? {});
    if (Object.values(above).some((line) => BUNDLES.test(line) && line.includes(entry))) return true;
    // `new HtmlWebpackPlugin({ template: 'client/index.html' })`
    const configs =
      folder === dir ? [] : [...(await project.list(folder)).files].filter((name) => OF_BUNDLER.test(name));
    for (const name of configs)
      if ((await project.text(path.join(folder, name)))?.includes(entry)) return true;
  }
  // Flutter's frame: the page is Dart's.
  if (await project.has(path.dirname(dir), 'pubspec.yaml')) return true;
  // Sources that no browser reads, whoever makes them what it does.
  for (const inner of ['', 'src', 'app']) {
    const beside = await project.list(path.join(dir, inner));
    if ([...beside.files].some((name) => /\.(?:tsx|vue|svelte)$/.test(name))) return true;
  }
  const page = files.has('index.html') ? await project.text(path.join(dir, 'index.html')) : '';
  return /<script[^>]+src=["']?[^"'>]+\.(?:tsx?|jsx|vue|svelte)\b/.test(page ?? '');
}
