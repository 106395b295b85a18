import type { Asked } from '../config/port-spec.ts';
import { type Holding, isFree } from '../ports/holders/holding.ts';
import { padEnd, padStart, width } from '../width.ts';
import { printSync } from './print.ts';

/** `devstart who`: with `json` one object a port and line. */
export function printHoldings(
  holdings: readonly Holding[],
  asked: readonly Asked[],
  { json, home }: { json: boolean; home: string | undefined },
): void {
  const lines = json ? holdings.map((one) => JSON.stringify(asObject(one))) : asTable(holdings, asked, home);
  printSync(1, `${lines.join('\n')}\n`);
}

/** The port for other programs. */
export function asObject(holding: Holding): object {
  const { port, holders, claim } = holding;
  return {
    port,
    free: isFree(holding),
    processes: holders,
    ...(claim
      ? {
          claim: {
            app: claim.app,
            instance: claim.instance,
            root: claim.root,
            pid: claim.pid,
            run: claim.run,
          },
        }
      : {}),
  };
}

const HEAD = ['PORT', 'PID', 'NAME', 'USER', 'PROJECT'];

export function asTable(
  holdings: readonly Holding[],
  asked: readonly Asked[],
  home: string | undefined,
): string[] {
  const rows = holdings.flatMap((holding) => rowsOf(holding, home));
  const widths = HEAD.map((title, at) => Math.max(title.length, ...rows.map((row) => width(row[at] ?? ''))));
  const table = [HEAD, ...rows].map((row) =>
    row
      .map((cell, at) => (at < 2 ? padStart : padEnd)(cell, widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const taken = new Set(holdings.filter((one) => !isFree(one)).map(({ port }) => port));
  const free = asked.flatMap(({ start, end }) => {
    const held = [...taken].filter((port) => port >= start && port <= end).length;
    const left = end - start + 1 - held;
    if (left === 0) return [];
    if (start === end) return [`port ${start} is free`];
    return [
      held === 0
        ? `all of ${start}-${end} are free`
        : `${left} of ${start}-${end} ${left === 1 ? 'is' : 'are'} free`,
    ];
  });
  return rows.length > 0 ? [...table, ...free] : free;
}

function rowsOf({ port, holders, claim }: Holding, home: string | undefined): string[][] {
  const root = claim && tilde(claim.root, home);
  const rows = holders.map(({ pid, name, user, cwd, claimed }) => [
    String(port),
    String(pid ?? '?'),
    name ?? '?',
    user ?? '?',
    claimed ? `app '${claim?.app}' of ${root}` : cwd === undefined ? '' : tilde(cwd, home),
  ]);
  if (claim && !holders.some(({ claimed }) => claimed)) {
    const project = `claimed for app '${claim.app}' of ${root}, which does not listen on it`;
    rows.push([String(port), String(claim.pid), 'devstart', '', project]);
  }
  return rows;
}

export function tilde(path: string, home: string | undefined): string {
  if (!home || home === '/') return path;
  return path === home || path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
