import path from 'node:path';
import type { Candidate, Scope } from './candidate.ts';
import { entryOf } from './listening.ts';
import { usedPackages } from './node-entry.ts';

/** Parts of a project that another part starts or serves itself: two of them would be one too many. */
export async function withoutDoubles(scope: Scope, found: Candidate[]): Promise<Candidate[]> {
  const apart = await withoutModules(scope, await withoutSidecar(scope, found));
  return withoutServedPages(scope, await withoutProductions(scope, apart));
}

const BUILT = /\b(?:static|join|resolve|sendFile)\b[^\n]*['"`/](?:dist|build|out)['"`/]/;
const BUILT_MODULE =
  /^(?:\.\/(?:build|dist|out|\.output)\/(?:handler|index|entry|server\/entry)|\.\.\/build\/handler)\.[cm]?js$/;
const PAGE_CONFIG =
  /^(?:vite|webpack|rsbuild|rspack|vue)\.config\.[cm]?[jt]s$|^(?:setupProxy|proxy\.conf).*$/;

/**
 * `"dev": "vite"` beside `"start": "node server.js"` that serves `dist/`: production's server is none of developing,
 * unless the page hands its calls on to it.
 */
async function withoutProductions(scope: Scope, found: Candidate[]): Promise<Candidate[]> {
  const { project } = scope;
  const page = found.find(({ app, look, script }) => look && script === 'dev' && app.roles[0] === 'frontend');
  const server = found.find(({ app, look }) => !look && app.roles[0] === 'backend');
  if (!page || !server || scope.context.prod) return found;
  const { scripts = {} } = (await project.packageJson(page.home)) ?? {};
  const [, entry = ''] = /^node (?:\.\/)?([\w./-]+)$/.exec(scripts.start?.trim() ?? '') ?? [];
  const [file = ''] = /^\S+\.[cm]?[jt]s\b/.exec(server.app.evidence) ?? [];
  const isStarted =
    server.home === page.home &&
    entry !== '' &&
    file.replace(/\.\w+$/, '') === entry.replace(/\.[cm]?[jt]s$/, '');
  const text = (await project.text(path.join(page.home, file))) ?? '';
  const used = usedPackages(text);
  // It runs what the page's own build makes: SvelteKit's `./build/handler.js`.
  const runsBuilt = scripts.start === undefined && used.some((name) => BUILT_MODULE.test(name));
  if ((!isStarted && !runsBuilt) || page.home !== project.root) return found;
  const configs = [...(await project.list(page.home)).files].filter((name) => PAGE_CONFIG.test(name));
  const said = await Promise.all(configs.map((name) => project.text(path.join(page.home, name))));
  // `cors-proxy` in a pattern is none.
  if (said.some((text) => /(?<!-)\bproxy\b/i.test(text ?? ''))) return found;
  const inner = used.filter((name) => name.startsWith('.'));
  const further = inner
    .slice(0, 6)
    .map((name) => path.join(page.home, name.replace(/(?:\.[cm]?js)?$/, '.js')));
  const texts = await Promise.all(further.map((one) => project.text(one)));
  if (!runsBuilt && ![text, ...texts].some((one) => BUILT.test(one ?? ''))) return found;
  const how = runsBuilt ? 'it runs' : '"start" runs it on';
  const why = `${how} what was built, and "dev" starts the page; a config can add it`;
  scope.leftOut.push({ what: file, file, why });
  return found.filter((one) => one !== server);
}

const MAIN = ['src/main', 'electron', 'electron/main', 'src-electron', 'src/electron', 'main'];

/** Electron's main process starts the API of a folder itself, on a port of its own: that is no server of ours. */
async function withoutSidecar(scope: Scope, found: Candidate[]): Promise<Candidate[]> {
  const { project } = scope;
  const api = found.find(({ app, home }) => app.roles.includes('backend') && home !== project.root);
  if (!api || !('electron' in ((await project.packageJson(project.root))?.deps ?? {}))) return found;
  const named = new RegExp(`["'\`/]${path.basename(api.home).replace(/\W/g, '\\$&')}["'\`/]`);
  for (const folder of MAIN) {
    const dir = path.join(project.root, folder);
    for (const name of (await project.list(dir)).files) {
      const text = /\.[cm]?[jt]s$/.test(name) ? await project.text(path.join(dir, name)) : undefined;
      if (!text || !/\b(?:spawn|execFile|fork|exec)\(/.test(text) || !named.test(text)) continue;
      const why = `${folder}/${name} starts it when the window opens`;
      scope.leftOut.push({ what: path.basename(api.home), file: project.relative(api.home), why });
      return found.filter((one) => one !== api);
    }
  }
  return found;
}

/** A module of Nuxt's own project starts the API itself: two of it would be one too many. */
async function withoutModules(scope: Scope, found: Candidate[]): Promise<Candidate[]> {
  const { project } = scope;
  const dotnet = found.find(({ app }) => app.framework === 'dotnet');
  if (dotnet) return withoutSpa(scope, found, dotnet);
  const phoenix = found.find(({ app }) => app.framework === 'phoenix');
  if (phoenix) return withoutWatched(scope, found, phoenix);
  const page = found.find(({ app }) => app.framework === 'nuxt');
  const api = found.find(({ app }) => app.roles.includes('backend') && app !== page?.app);
  if (!page || !api) return found;
  const top = path.join(page.home, 'modules');
  const folders = [top, ...[...(await project.list(top)).dirs].map((name) => path.join(top, name))];
  const program = /\b(?:uvicorn|gunicorn|flask|python3?|hypercorn|manage\.py)\b/;
  for (const dir of folders.slice(0, 10)) {
    for (const name of (await project.list(dir)).files) {
      const text = /\.[cm]?[jt]s$/.test(name) ? await project.text(path.join(dir, name)) : undefined;
      if (!text || !/\b(?:spawn|exec|execFile|execa|x)\(/.test(text) || !program.test(text)) continue;
      const why = `${project.relative(path.join(dir, name))} starts it with the page`;
      scope.leftOut.push({ what: path.basename(api.home), file: project.relative(api.home), why });
      return found.filter((one) => one !== api);
    }
  }
  return found;
}

/** ASP.NET starts the page's own server itself, on a port of its choice: `UseReactDevelopmentServer`. */
async function withoutSpa(scope: Scope, found: Candidate[], server: Candidate): Promise<Candidate[]> {
  const { project } = scope;
  const page = found.find(({ app, home }) => app.roles[0] === 'frontend' && home.startsWith(server.home));
  for (const name of page ? ['Startup.cs', 'Program.cs'] : []) {
    const text = (await project.text(path.join(server.home, name))) ?? '';
    const call =
      /^(?!\s*\/\/).*\b(UseReactDevelopmentServer|UseAngularCliServer|MapToVueCliProxy|UseVueCli)\b/m;
    if (!page || !call.test(text)) continue;
    const file = project.relative(page.home);
    const why = `${name} starts it with the server`;
    scope.leftOut.push({ what: path.basename(page.home), file, why });
    return found.filter((one) => one !== page);
  }
  return withoutSpaProxy(scope, found, server);
}

/** The project file has a page's command, and its launch profile the package that runs it beside the server. */
async function withoutSpaProxy(scope: Scope, found: Candidate[], server: Candidate): Promise<Candidate[]> {
  const { project } = scope;
  const name = [...(await project.list(server.home)).files].find((one) => /\.\w+proj$/.test(one));
  const text = (name && (await project.text(path.join(server.home, name)))) || '';
  const [, root] = /<SpaRoot>\s*([^<$]+?)\s*<\/SpaRoot>/.exec(text) ?? [];
  if (root === undefined || !/<SpaProxyLaunchCommand>\s*\w/.test(text)) return found;
  const home = path.resolve(server.home, root.replaceAll('\\', '/'));
  const launch = await project.text(path.join(server.home, 'Properties/launchSettings.json'));
  if (
    !(await project.has(home, 'package.json')) ||
    !/HOSTINGSTARTUPASSEMBLIES"\s*:\s*"[^"]*SpaProxy/.test(launch ?? '')
  )
    return found;
  const why = `${name} starts it with the server`;
  scope.leftOut.push({ what: path.basename(home), file: project.relative(home), why });
  return found.filter((one) => one.home !== home);
}

/** Phoenix's watchers start the page's server: `npm: {"npm", ["run", "dev"], cd: Path.expand("../..", __DIR__)}`. */
async function withoutWatched(scope: Scope, found: Candidate[], server: Candidate): Promise<Candidate[]> {
  const { project } = scope;
  const page = found.find(({ app, look }) => app.roles[0] === 'frontend' && look !== undefined);
  const config = path.join(server.home, 'config');
  const text = await project.text(path.join(config, 'dev.exs'));
  if (!text) return found;
  const [, watchers = ''] = /^\s*watchers:\s*\[([\s\S]*?)\n\s*\]/m.exec(text.replace(/^\s*#.*$/gm, '')) ?? [];
  const folders = [...watchers.matchAll(/\bcd:\s*Path\.expand\(\s*"([^"]+)"\s*,\s*__DIR__\s*\)/g)];
  const starts = /"(?:run|dev|serve|start|vite)"|\b(?:vite|webpack-dev-server)\b/.test(watchers);
  const homes = folders.map(([, to = '']) => path.resolve(config, to));
  const home = homes.find((dir) => dir === page?.home) ?? homes[0];
  if (!starts || home === undefined || (page && home !== page.home)) return found;
  const what = page?.app.name || (home === project.root ? 'frontend' : path.basename(home));
  const file = project.relative(home);
  scope.leftOut.push({ what, file, why: 'config/dev.exs starts it with the server' });
  return found.filter((one) => one !== page);
}

const SERVES_FILES =
  /\b(?:send_from_directory|send_file|static_folder|StaticFiles|FileResponse|express\.static|serveStatic|sendFile|http\.Dir|FileServer|static_file|ServeDir)\b/;

/** The page's files are what the server itself serves: one place for them is enough, and the right one is the server's. */
async function withoutServedPages(scope: Scope, found: Candidate[]): Promise<Candidate[]> {
  const { project } = scope;
  const page = found.find(({ app }) => app.framework === 'static');
  const server = found.find(({ app }) => app.roles.includes('backend'));
  if (!page || !server) return found;
  const entry = server.look && entryOf(server.look);
  const [, shown] = /^([^\s"]+\.\w+)(?=\s|$)/.exec(server.app.evidence) ?? [];
  const file = entry ? project.relative(path.resolve(server.home, entry)) : shown;
  if (file === undefined) return found;
  const text = (await project.text(path.join(project.root, file))) ?? '';
  const name = path.basename(page.home).replace(/\W/g, '\\$&');
  const named =
    page.home === project.root
      ? /["'`/](?:index\.html|\.\.\/?)["'`]/
      : new RegExp(`["'\`/]${name}(?:["'\`/]|$)`, 'm');
  if (!SERVES_FILES.test(text) || !named.test(text)) return found;
  const what = page.home === project.root ? 'index.html' : page.app.name || path.basename(page.home);
  scope.leftOut.push({ what, file: project.relative(page.home), why: `${file} serves its files itself` });
  return found.filter((one) => one !== page);
}
