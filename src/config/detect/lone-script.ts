import path from 'node:path';
import type { Candidate, Scope } from './candidate.ts';
import { entryOf, saysItListens } from './listening.ts';
import { RESTARTS, type ScriptCandidate, scriptCandidate } from './scripts.ts';

/** What is done with a program, and not its start for developing. */
const NO_START =
  /test|e2e|cypress|lint|build|debug|inspect|prod|deploy|release|seed|migrat|docker|preview|story|docs?\b|format|mock|lambda|^(?:pre|post)/i;

/**
 * The server of a package that starts it by a name of its own (`dev-server`, `launch`): the only one that its scripts
 * start, of two ways to start it the one that restarts it.
 */
export async function loneScript(scope: Scope, dir: string): Promise<Candidate | undefined> {
  const { project, context } = scope;
  if (context.prod || (await project.has(dir, 'index.html'))) return undefined;
  const scripts = (await project.packageJson(dir))?.scripts ?? {};
  const found: ScriptCandidate[] = [];
  for (const name of Object.keys(scripts)
    .filter((one) => !NO_START.test(one))
    .slice(0, 12)) {
    const one = await scriptCandidate(scope, dir, name, dir === project.root ? '' : path.basename(dir));
    const { framework, orchestrates } = one.look;
    if (framework?.role !== 'backend' || framework.production || orchestrates) continue;
    const serves = framework.flags !== undefined || (await saysItListens(project, one.look)) === true;
    if (serves) found.push(one);
  }
  const restarts = found.filter(({ look }) => RESTARTS.test(look.line));
  const [first, ...others] = restarts.length > 0 ? restarts : found;
  const programOf = ({ look }: ScriptCandidate) => `${look.dir} ${entryOf(look) || look.words[0]}`;
  return first && others.every((one) => programOf(one) === programOf(first)) ? first : undefined;
}
