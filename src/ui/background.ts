import pc from 'picocolors';
import { columns, duration, tilde } from './format.ts';

/** The object of `up --json`. */
interface Up {
  already: boolean;
  name: string;
  pid: number;
  urls: Readonly<Partial<Record<string, string>>>;
  logs: string | null;
  ms: number;
  apps: readonly { name: string; role?: string; roles?: string[]; ports: readonly number[] }[];
}

const NEXT: [string, string][] = [
  ['devstart logs -f', 'follow what the servers print'],
  ['devstart restart', 'start them again'],
  ['devstart stop', 'end it'],
];

/** What runs in the background now, and what comes next; for people. @param recorded other commands find it */
export function describeUp(
  { already, name, pid, logs, ms, apps, urls }: Up,
  { color, home, recorded }: { color: boolean; home: string | undefined; recorded: boolean },
): string[] {
  const colors = pc.createColors(color);
  const how = already ? 'runs already' : `runs in the background, ready in ${duration(ms)}`;
  const rows = apps.map((app) => [app.name, urlsOf(app, urls).join('  ')]);
  const facts = logs === null ? rows : [...rows, ['logs', tilde(logs, home)]];
  const next = recorded ? NEXT : [[`kill ${pid}`, 'end it: no other command finds it']];
  return [
    '',
    `${colors.green('✓')} ${colors.bold(name)} ${how}  ${colors.dim(`pid ${pid}`)}`,
    ...columns(facts).map((line) => `  ${line.replace(/https?:\/\/\S+/g, (url) => colors.cyan(url))}`),
    '',
    ...columns(next).map((line) => `  ${line.replace(/^(.*?) {2}/, (command) => colors.bold(command))}`),
  ];
}

/** A role's own URL; a further app's is on this machine. */
function urlsOf({ role, roles, ports }: Up['apps'][number], urls: Up['urls']): string[] {
  const own = (roles ?? [role]).flatMap((one) => urls[one ?? ''] ?? []);
  const known = new Set(own.map((url) => Number(new URL(url).port)));
  return [...own, ...ports.filter((port) => !known.has(port)).map((port) => `http://localhost:${port}`)];
}
