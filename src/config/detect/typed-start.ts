import path from 'node:path';
import { ROLES } from '../types.ts';
import { BUILT } from './built.ts';
import { assignRoles, type Candidate, isServer, isWithin, type Scope, withRole } from './candidate.ts';
import { scriptCall, splitLine } from './commandline.ts';
import { entryOf, entryText, quieted, saysItListens } from './listening.ts';
import { rolesOf } from './open-role.ts';
import { startedIn } from './owner/command.ts';
import { readmeOf, type Typed, typedInReadme } from './typed.ts';
import { isStart } from './typed-beside.ts';

/** Commands that are looked into. */
const MOST = 6;

/**
 * The servers that the README has people start by hand, where no file shows one: `python -m shop.api.server` below a
 * folder of sources. The first of a folder counts: what follows is another way to start it.
 */
export async function typedStart(scope: Scope): Promise<Candidate[] | undefined> {
  const found = (await typedServers(scope)).filter(
    ({ home }, i, all) => all.findIndex((one) => one.home === home) === i,
  );
  return found.length > 0 ? assignRoles(found.map((one) => ({ ...one, app: { ...one.app } }))) : undefined;
}

/** A role that no file gives is the one server's that the README starts in a further folder, or beside a plain page. */
export async function typedRole(scope: Scope, found: readonly Candidate[]): Promise<Candidate[]> {
  const [role, ...more] = ROLES.filter((one) => !rolesOf(found).includes(one));
  const isOther = ({ app }: Candidate) => app.opaque || app.framework === undefined;
  if (role === undefined || more.length > 0 || scope.context.prod || found.some(isOther)) return [];
  const { project } = scope;
  const homes = found.filter(({ app }) => app.framework !== 'static').map(({ home }) => home);
  const placeOf = ({ look, home }: Candidate) =>
    look && entryOf(look) ? path.dirname(path.resolve(look.dir, entryOf(look))) : home;
  const isFree = (one: Candidate) =>
    // A fake API is nobody's production.
    (placeOf(one) !== project.root || one.app.framework === 'json-server') &&
    !(one.look && homes.includes(one.home) && /^(?:\.\/)?(?:dist|build|out)\//.test(entryOf(one.look))) &&
    !homes.some(
      (home) =>
        (home !== project.root && isWithin(placeOf(one), home)) ||
        (placeOf(one) === home && one.app.framework !== 'json-server'),
    );
  const servers = (await typedServers(scope)).filter((one) => one.app.roles.includes(role) && isFree(one));
  const says = await Promise.all(
    servers.map(async ({ look }) => {
      // In the page's own package it may serve what was built of that.
      const own = look && homes.includes(project.root) ? await entryText(project, look) : '';
      return !/['"`/](?:dist|build|out)['"`/]/.test(own ?? '') && look && saysItListens(project, look);
    }),
  );
  const [only, ...others] = servers.filter(
    (one, i) => says[i] !== false && servers.findIndex((other) => placeOf(other) === placeOf(one)) === i,
  );
  return only && others.length === 0 ? [withRole(only, role)] : [];
}

async function typedServers(scope: Scope): Promise<Candidate[]> {
  const { project } = scope;
  const { file } = (await readmeOf(project)) ?? {};
  const typed = file && !scope.context.prod ? await typedInReadme(project) : [];
  const found: Candidate[] = [];
  let looked = 0;
  for (const one of typed) {
    if (looked >= MOST || !(await isStart(project, one))) continue;
    looked++;
    const within = { ...scope, notes: [], leftOut: [] };
    const evidence = `${file} line ${one.line}`;
    const all = (await startedIn(within, one.dir, afterBuild(one, typed), evidence, true)) ?? [];
    const known = await Promise.all(all.map((candidate) => quieted(project, candidate)));
    const first = known.filter(({ before }) => before);
    const servers = known.filter((other) => isServer(other) && !other.app.opaque && other.app.framework);
    found.push(...servers.map((other) => (first.length > 0 ? { ...other, companions: first } : other)));
  }
  return found;
}

/** `node dist/server.js` runs what a line before it builds. */
function afterBuild(one: Typed, all: readonly Typed[]): string {
  const [, entry = ''] = /^(?:node|nodemon|bun) (\S+)/.exec(one.text) ?? [];
  const builds = ({ text, dir, line }: Typed) =>
    dir === one.dir && line < one.line && scriptCall(splitLine(text)[0]?.words ?? [])?.script === 'build';
  const build = BUILT.test(entry) ? (one.built ?? all.find(builds)?.text) : undefined;
  return build ? `${build} && ${one.text}` : one.text;
}
