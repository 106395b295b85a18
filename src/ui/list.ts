import pc from 'picocolors';
import type { Instance } from '../control/answers.ts';
import { memoryKind } from '../system/metrics.ts';
import { cut, padEnd, padStart, width } from '../width.ts';
import { size, tilde } from './format.ts';

export interface ListStyle {
  color: boolean;
  home: string | undefined;
  /** The terminal's width. */
  columns: number;
}

const HEAD = ['ID', 'NAME', 'STATUS', 'URL', 'PID', 'CPU', memoryKind, 'UP', 'RESTARTS'];
/** Numbers stand at the right. */
const RIGHT = new Set(['ID', 'PID', 'CPU', memoryKind, 'UP', 'RESTARTS']);

/** One block a run, all in the same columns. */
export function asTable(rows: readonly Instance[], { color, home, columns }: ListStyle): string[] {
  const colors = pc.createColors(color);
  if (rows.length === 0)
    return ['nothing runs: devstart starts the project in this folder, devstart up in the background'];
  const cells = rows.map(cellsOf);
  const widths = HEAD.map((title, at) => Math.max(title.length, ...cells.map((row) => width(row[at] ?? ''))));
  const line = (row: readonly string[]) => {
    const padded = row.map((cell, at) =>
      (RIGHT.has(HEAD[at] ?? '') ? padStart : padEnd)(cell, widths[at] ?? 0),
    );
    return cut(`  ${padded.join('  ').trimEnd()}`, columns);
  };
  const lines = [colors.dim(line(HEAD))];
  let before: string | undefined;
  for (const [at, row] of rows.entries()) {
    if (row.run !== before) {
      const where = [tilde(row.root, home), row.branch ?? ''].filter(Boolean).join('  ');
      lines.push(
        `${colors.bold(row.project)}  ${colors.dim(cut(where, Math.max(10, columns - row.project.length - 2)))}`,
      );
      before = row.run;
    }
    const text = line(cells[at] ?? []);
    lines.push(paint(text, row, colors));
  }
  return lines;
}

type Colors = ReturnType<typeof pc.createColors>;

function paint(text: string, { status }: Instance, colors: Colors): string {
  const kind =
    status === 'ready'
      ? colors.green
      : status === 'failed'
        ? colors.red
        : status === 'stopped'
          ? colors.dim
          : colors.yellow;
  return text
    .replace(new RegExp(` ${status}(?= |$)`), (found) => kind(found))
    .replace(/https?:\/\/\S+/, (url) => colors.cyan(url));
}

function cellsOf({ id, name, status, url, ports, pid, cpu, memory, uptime, restarts }: Instance): string[] {
  const more = ports.filter((port) => url === null || !url.endsWith(`:${port}`));
  return [
    id === null ? '' : String(id),
    name,
    status,
    [url ?? '', ...more.map((port) => `:${port}`)].filter(Boolean).join(' ') || '-',
    pid === null ? '-' : String(pid),
    cpu === null ? '-' : `${cpu.toFixed(1)}%`,
    memory === null ? '-' : size(memory),
    uptime === null ? '-' : briefly(uptime),
    String(restarts),
  ];
}

/** `45s`, `12m`, `2h 15m`, `3d 4h`. @param seconds */
export function briefly(seconds: number): string {
  const whole = Math.floor(seconds);
  const [days, hours, minutes] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
  ];
  if (days > 0) return hours > 0 ? `${days}d ${hours}h` : `${days}d`;
  if (hours > 0) return minutes > 0 ? `${hours}h ${minutes}m` : `${hours}h`;
  return minutes > 0 ? `${minutes}m` : `${whole}s`;
}

/** For a PORTS.md: what stays the same as long as the runs do. */
export function asMarkdown(rows: readonly Instance[]): string[] {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const lines = rows.map(({ project, branch, name, role, ports, url }) => {
    const cells = [project, branch ?? '', name, role ?? '', ports.join(', '), url ?? ''];
    return `| ${cells.map(cell).join(' | ')} |`;
  });
  return [
    '# Ports',
    '',
    '| Project | Branch | App | Role | Ports | URL |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
  ];
}
