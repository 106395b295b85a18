import { assignRoles, type Candidate, isServer, type Scope } from './candidate.ts';
import { quieted } from './listening.ts';
import { startedIn } from './owner/command.ts';
import { readmeOf, typedInReadme } from './typed.ts';
import { isStart } from './typed-beside.ts';

/** Commands that are looked into. */
const MOST = 6;

/**
 * The servers that the README has people start by hand, where no file shows one: `python -m shop.api.server` below a
 * folder of sources. The first of a folder counts: what follows is another way to start it.
 */
export async function typedStart(scope: Scope): Promise<Candidate[] | undefined> {
  const { project } = scope;
  const { file } = (await readmeOf(project)) ?? {};
  const found: Candidate[] = [];
  let looked = 0;
  for (const one of file && !scope.context.prod ? await typedInReadme(project) : []) {
    if (looked >= MOST || !(await isStart(project, one))) continue;
    looked++;
    const within = { ...scope, notes: [], leftOut: [] };
    const all = (await startedIn(within, one.dir, one.text, `${file} line ${one.line}`, true)) ?? [];
    const known = await Promise.all(all.map((candidate) => quieted(project, candidate)));
    const servers = known.filter((other) => isServer(other) && !other.app.opaque && other.app.framework);
    for (const other of servers) if (!found.some(({ home }) => home === other.home)) found.push(other);
  }
  return found.length > 0 ? assignRoles(found.map((one) => ({ ...one, app: { ...one.app } }))) : undefined;
}
