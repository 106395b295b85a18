import path from 'node:path';
import { type Candidate, isBackground, type Scope } from './candidate.ts';
import { splitLine } from './commandline.ts';
import { runsIn } from './listening.ts';
import { borrowed } from './python-source.ts';
import { typedHomes } from './typed.ts';

/** What the project's own top says of the servers in its folders. */

/**
 * Of equals the one that the script at the top goes to is meant; started by that script, where it does more than that.
 */
export async function meantAtTop(
  { project }: Scope,
  all: Candidate[],
  top: Candidate[],
): Promise<Candidate[]> {
  const scripts = (await project.packageJson(project.root))?.scripts ?? {};
  return all.map((one) => {
    const word = top.find(({ look, home }) => look && home === one.home && home !== project.root);
    if (!word) return one;
    const parts = splitLine(scripts[word.script ?? ''] ?? '').filter(({ words }) => words[0] !== 'cd');
    if (parts.length < 2) return { ...one, meant: true };
    return { ...word, meant: true, app: { ...word.app, name: one.app.name } };
  });
}

const SCRIPT = /package\.json script "([^"]+)"/;
const scriptOf = ({ app }: Candidate): string | undefined => SCRIPT.exec(app.evidence)?.[1];

/**
 * Without what the command at the top passes over: workers, whatever they listen for, and, where it starts one script
 * in every package that has it, the packages that have another.
 */
export function passedOver({ project, leftOut }: Scope, own: Candidate[], found: Candidate[]): Candidate[] {
  const names = own.filter(({ app }) => app.cwd !== project.root).map(scriptOf);
  const each = names.find((name, i) => name !== undefined && names.indexOf(name) !== i);
  return found.filter((one) => {
    const name = path.basename(one.home);
    const isWorker = isBackground(name) && one.app.framework !== 'wrangler';
    const script = scriptOf(one);
    if (!isWorker && (each === undefined || script === undefined || names.includes(script))) return true;
    const why = 'the command at the top does not start it; a config can add it';
    leftOut.push({ what: name, file: project.relative(one.home), why });
    return false;
  });
}

const DEV_SCRIPT = /script "(?:dev|start:dev|develop)"/;

/** `nodemon backend/server.js` at the top is the owner's word for `backend/`, where that has none of its own. */
export const byTheirOwner = (named: Candidate[], top: Candidate[]): Candidate[] =>
  named.map((one) => {
    const word = top.find(({ look, task }) => look && !task && runsIn(look, one.home));
    if (!word?.look) return one;
    const said = one.look === undefined || !DEV_SCRIPT.test(one.app.evidence);
    if (!said || (one.look && !DEV_SCRIPT.test(word.app.evidence))) return one;
    const meant = DEV_SCRIPT.test(word.app.evidence) || one.meant === true;
    return { ...word, home: one.home, meant, app: { ...word.app, name: path.basename(one.home) } };
  });

/** A member of the workspace at the top is started from there, as Cargo's own words mean it: its files lie there, too. */
export async function byWorkspace(
  { project }: Scope,
  named: Candidate[],
  top: Candidate[],
): Promise<Candidate[]> {
  const own = top.find(({ app, home }) => home === project.root && app.framework === 'rust');
  const words: string[] = own?.app.command.kind === 'argv' ? own.app.command.argv : [];
  const text = own && (await project.text(path.join(project.root, 'Cargo.toml')));
  if (!own || !text || /^\[package\]/m.test(text)) return named;
  // None said: there is but one.
  const member = words.includes('-p') ? words[words.indexOf('-p') + 1] : undefined;
  const { packageName } = await import('./cargo.ts');
  const typed = await typedHomes(project);
  return Promise.all(
    named.map(async (one) => {
      if (one.app.framework !== 'rust') return one;
      const its = await project.text(path.join(one.home, 'Cargo.toml'));
      // `open("../ui/dist/index.html")`: its files lie beside its own folder.
      const main = (await project.text(path.join(one.home, 'src/main.rs'))) ?? '';
      if (/"\.\.\//.test(main) || typed.has(one.home)) return one;
      if (member !== undefined && packageName(its ?? '') !== member) return one;
      return { ...own, home: one.home, app: { ...own.app, name: path.basename(one.home) } };
    }),
  );
}

/** `main.py` at the top that serves the app of `backend/`: only from there do the folder's imports work. */
export async function borrowedAtTop(
  { project }: Scope,
  named: Candidate[],
  top: Candidate[],
): Promise<Candidate[]> {
  const own = top.find(
    ({ app, look, home }) => home === project.root && !look && PYTHON_FILE.test(app.evidence),
  );
  const [file = ''] = PYTHON_FILE.exec(own?.app.evidence ?? '') ?? [];
  const module = own && borrowed((await project.text(path.join(project.root, file))) ?? '')?.from.module;
  const folder = module?.split('.')[0];
  if (!own || !folder) return named;
  const home = path.join(project.root, folder);
  return named.map((one) =>
    one.home === home && PYTHON_FILE.test(one.app.evidence)
      ? { ...own, home, app: { ...own.app, name: folder } }
      : one,
  );
}

const PYTHON_FILE = /^\S+\.py\b/;
