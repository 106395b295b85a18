import http from 'node:http';
import { mainPort } from '../plan/env.ts';
import type { FollowedCopy, LaunchPlan } from '../plan/types.ts';
import { findHoldings, type Holding } from '../ports/holders/holding.ts';
import { describeOwner } from '../ports/holders/words.ts';
import type { Bus } from '../run/bus.ts';
import { tilde } from '../ui/format.ts';
import type { PlannedProject } from './project.ts';

/** What a run has told already: each place once for each number that it became. */
const told = new WeakMap<Bus, Set<string>>();

/**
 * Tells of the places that name ports that have moved: what follows in one line each, what cannot in a warning that
 * says who is there and what to write. A list of origins is first asked, once all are ready.
 */
export async function tellCopies(
  project: Pick<PlannedProject, 'claimsDir' | 'planner'>,
  bus: Bus,
  when: 'starting' | 'planned' | 'up',
  home: string | undefined,
): Promise<void> {
  const { plan } = when === 'starting' ? project.planner : bus.view;
  const known = told.get(bus) ?? new Set();
  told.set(bus, known);
  const isNew = (copy: FollowedCopy, as: string = copy.follows): boolean => {
    const key = `${copy.file}:${copy.line} ${copy.by} ${copy.from} ${copy.to} ${as}`;
    return known.size < known.add(key).size;
  };
  const isAsked = ({ kind, follows }: FollowedCopy): boolean => kind === 'cors' && follows === 'no';
  if (when === 'up') {
    const asked = plan.copies.filter((copy) => isAsked(copy) && isNew(copy));
    const doubted = plan.copies.filter((copy) => isDoubted(copy) && isNew(copy, 'asked'));
    return askLists(plan, [...asked, ...doubted], bus);
  }
  const copies = plan.copies.filter((copy) => !isAsked(copy) && isNew(copy));
  for (const { by, file, line, kind, from, to, follows } of copies)
    if (follows !== 'no') bus.emit({ type: 'followed', app: by, file, line, from, to, kind });
  const strays = copies.filter(({ follows }) => follows === 'no');
  if (strays.length === 0) return;
  const holdings = await findHoldings([...new Set(strays.map(({ from }) => from))], project.claimsDir);
  for (const stray of strays) {
    const holding = holdings.find(({ port }) => port === stray.from);
    bus.emit({ type: 'warning', code: 'STRAY_PORT', message: describeStray(stray, plan, holding, home) });
  }
}

/** `cmd/main.go:14 names port 8000, where node (pid 4711, ~/other) listens now. …` */
export function describeStray(
  copy: FollowedCopy,
  plan: LaunchPlan,
  holding: Holding | undefined,
  home: string | undefined,
): string {
  const { file, line, from, to, of, by, shell, name } = copy;
  const who = holderWords(holding, plan, home);
  if (shell)
    return `${name}, which your shell exports and ${by} reads (${file}:${line}), names port ${from}, where ${who}: it is left as it is. ${of} is on ${to}: unset it, or export it with ${to}.`;
  return `${file}:${line} names port ${from}, where ${who}: ${by} is not led to ${of}, which is on ${to}. Write ${to} there${insteadOf(copy, plan)}.`;
}

/** Who is on a port: `node (pid 4711, ~/other)`, `the api of ~/shop, another run,`; undefined: nobody that is seen. */
function holderOf(
  holding: Holding | undefined,
  plan: LaunchPlan,
  home: string | undefined,
): string | undefined {
  const { claim, holders = [] } = holding ?? {};
  if (claim) {
    return claim.run === plan.runId
      ? `${claim.app} of this run`
      : `the ${claim.app} of ${tilde(claim.root, home)}, another run,`;
  }
  return holders[0] && describeOwner(holders[0], home);
}

export const holderName = (...asked: Parameters<typeof holderOf>): string =>
  holderOf(...asked) ?? 'another process';

const holderWords = (...asked: Parameters<typeof holderOf>): string => {
  const who = holderOf(...asked);
  return who === undefined ? 'nobody listens now' : `${who} listens now`;
};

/** A variable that devstart sets, in the words of the file's language. */
function insteadOf({ of, file, kind }: FollowedCopy, plan: LaunchPlan): string {
  const roles = plan.instances.find(({ app }) => app === of)?.roles ?? [];
  const variable =
    kind === 'cors'
      ? 'CORS_ORIGINS'
      : roles.includes('backend')
        ? 'BACKEND_URL'
        : roles.includes('frontend')
          ? 'FRONTEND_URL'
          : undefined;
  const read = READS.find(([ending]) => ending.test(file))?.[1];
  return variable && read ? `, or read ${read(variable)}` : '';
}

const READS: readonly [RegExp, (name: string) => string][] = [
  [/\.go$/, (name) => `os.Getenv("${name}")`],
  [/\.rs$/, (name) => `std::env::var("${name}")`],
  [/\.(?:rb|ru)$/, (name) => `ENV["${name}"]`],
  [/\.php$/, (name) => `getenv('${name}')`],
  [/\.py$/, (name) => `os.environ["${name}"]`],
  [/\.(?:java|kts?)$/, (name) => `System.getenv("${name}")`],
  [/\.cs$/, (name) => `Environment.GetEnvironmentVariable("${name}")`],
  [/\.exs?$/, (name) => `System.get_env("${name}")`],
];

/** Which server serves a Python program is not always known beforehand, and not every one is led. */
const isDoubted = ({ kind, follows, file }: FollowedCopy): boolean =>
  kind === 'cors' && follows === 'connect' && /\.py$/.test(file);

/** Milliseconds: who does not answer by then is not spoken of. */
const PATIENCE = 5000;

/** One request with the page's real origin to each server whose fixed list names the written one. */
async function askLists(plan: LaunchPlan, lists: readonly FollowedCopy[], bus: Bus): Promise<void> {
  const first = lists.filter(
    ({ by, from }, index) => lists.findIndex((one) => one.by === by && one.from === from) === index,
  );
  await Promise.all(
    first.map(async (list) => {
      const server = plan.instances.find(({ app }) => app === list.by);
      const port = server && mainPort(server.ports);
      const scheme = plan.instances.find(({ app }) => app === list.of)?.url?.scheme ?? 'http';
      const origin = `${scheme}://localhost:${list.to}`;
      const host = server?.url?.host;
      if (!server || port === undefined || (await letsIn(port, host, origin)) !== false) return;
      // Where neither is let in there, the answer says nothing of the list.
      if (isDoubted(list) && (await letsIn(port, host, `${scheme}://localhost:${list.from}`)) !== true)
        return;
      // It may have ended meanwhile.
      if (bus.view.status !== 'running') return;
      const message = `${list.by} refuses ${origin}, where ${list.of} is in this run: the list in ${list.file}:${list.line} names port ${list.from}. Write ${list.to} there${insteadOf(list, plan)}.`;
      bus.emit({ type: 'warning', code: 'STRAY_PORT', message });
    }),
  );
}

/** Whether an answer lets the origin in; undefined: there was none. */
function letsIn(port: number, host = 'localhost', origin: string): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    const headers = { origin, 'access-control-request-method': 'GET', host: `localhost:${port}` };
    const call = http.request({
      host,
      port,
      method: 'OPTIONS',
      path: '/',
      headers,
      agent: false,
      timeout: PATIENCE,
    });
    call.on('response', (response) => {
      const allowed = response.headers['access-control-allow-origin'];
      response.destroy();
      resolve(allowed === '*' || allowed === origin);
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(undefined));
    call.on('close', () => resolve(undefined));
    call.end();
  });
}
