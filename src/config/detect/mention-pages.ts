import path from 'node:path';
import { type Candidate, roleOfName, type Scope } from './candidate.ts';
import { runsDevstart } from './scripts.ts';

/** What is said of pages of which nothing is started: folders at the top, and inside of a server's package. */

const PAGES =
  /^(?:vite|next|nuxt|react-scripts|expo|@angular\/core|@vue\/cli-service|@sveltejs\/kit|astro|svelte|webpack-dev-server|parcel|gatsby)$/;

/** Folders at the top with a page of their own, of which nothing is started: beside a command at the top those called so. */
export async function mentionPages(scope: Scope, found: Candidate[]): Promise<Candidate[]> {
  const { project, leftOut } = scope;
  const homes = found.flatMap(({ home, app }) => [home, app.cwd, app.runs?.dir ?? home]);
  for (const name of [...(await project.list(project.root)).dirs].sort().slice(0, 40)) {
    const dir = path.join(project.root, name);
    if (
      /^[._]|^(?:node_modules|assets|resources|docs?|tests?|e2e)$/.test(name) ||
      homes.some((home) => `${home}/`.startsWith(`${dir}/`))
    )
      continue;
    if (leftOut.some(({ file }) => `${file}/`.startsWith(`${name}/`))) continue;
    if (scope.whole && roleOfName(name) !== 'frontend') continue;
    await mentionPage(scope, dir);
  }
  return found;
}

/** A folder whose package has a page, or is a workspace of its own, that a script starts: whether that is said now. */
export async function mentionPage({ project, leftOut }: Scope, dir: string): Promise<boolean> {
  const { scripts = {}, deps = {}, workspaces = [] } = (await project.packageJson(dir)) ?? {};
  const script = ['dev', 'start', 'serve'].find((one) => one in scripts);
  if (script === undefined || runsDevstart(scripts[script] ?? '')) return false;
  const { files } = await project.list(dir);
  const whole = workspaces.length > 0 || files.has('pnpm-workspace.yaml') || files.has('turbo.json');
  if (!whole && !Object.keys(deps).some((one) => PAGES.test(one))) return false;
  const what = whole ? 'a workspace of its own' : 'a page';
  leftOut.push({
    what: path.basename(dir),
    file: project.relative(dir),
    why: `${what} that its script "${script}" starts; a config can add it`,
  });
  return true;
}

const NOT_BELOW =
  /^(?:[._]|(?:node_modules|s?venv|env|tests?|docs?|e2e|examples?|scripts|migrations|locales?|dist|build)$)/;
/** Folders in which the pages of a package lie, looked into before others. */
const LIKELY_PAGES =
  /^(?:src|lib|frontend|web\w*|ui|client|interface|static|assets|www|dashboard|js|app|main|javascript)$/;
const MOST_FOLDERS = 60;

/** A page inside of a server's package, folders below the top: `src/shop/static/shop/package.json`. */
export async function mentionInnerPages(scope: Scope): Promise<void> {
  const { project, leftOut } = scope;
  // Quarkus with Quinoa starts the page itself.
  if (/quinoa/.test((await project.text(path.join(project.root, 'pom.xml'))) ?? '')) return;
  const waiting = [{ dir: project.root, depth: 0 }];
  for (let seen = 0; seen < MOST_FOLDERS && waiting.length > 0; seen++) {
    const likely = waiting.findIndex(({ dir }) => LIKELY_PAGES.test(path.basename(dir)));
    const [one] = waiting.splice(Math.max(0, likely), 1);
    if (!one) return;
    const { dir, depth } = one;
    const { files, dirs } = await project.list(dir);
    const known = leftOut.some(({ file }) => path.join(project.root, file) === dir);
    if (known || (depth > 1 && files.has('package.json') && (await mentionPage(scope, dir)))) return;
    if (depth < 4)
      for (const name of dirs)
        if (!NOT_BELOW.test(name)) waiting.push({ dir: path.join(dir, name), depth: depth + 1 });
  }
}
