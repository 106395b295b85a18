import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { shownPath } from '../source.ts';
import type { Warning } from '../types.ts';

/** The last run's ports. */
export interface StickyPorts {
  /** As a person would write it: relative to the project. */
  file: string;
  backend?: number;
  frontend?: number;
  /** By app name: the port of each instance. */
  apps: Record<string, number[]>;
  /** By app name: the project's own number at that time. */
  own?: Record<string, number>;
  /** The apps whose port was not the one that was wanted: somebody had it. */
  moved?: string[];
}

/**
 * The last run's ports from `.ports.json`: the contract's form or the guide's plain
 * `{"backend": 8000, "frontend": 3000}`. Without a file: neither. A broken or foreign one is a warning.
 * @param file absolute
 * @param without what cannot be done without it, for the warning
 */
export async function readPortsFile(
  file: string,
  root: string = path.dirname(file),
  without = "the last run's ports are not known",
): Promise<{ ports?: StickyPorts; warning?: Warning }> {
  const shown = shownPath(root, file);
  const warn = (why: string): { warning: Warning } => ({
    warning: { code: 'PORTS_FILE_IGNORED', message: `${shown} ${why}; ${without}` },
  });
  const read = await readJson(file);
  if (read === undefined) return {};
  if ('why' in read) return warn(read.why);
  const ports = portsOf(read.content, shown);
  return ports ? { ports } : warn('is not a ports file');
}

/**
 * `ports.json` in the project's folder, the guide's 'port from file': its ports are pinned.
 * A file of that name that speaks of something else is none of our business.
 */
export async function readPins(root: string): Promise<{ ports?: StickyPorts; warning?: Warning }> {
  const file = path.join(root, PINS);
  const warn = (why: string): { warning: Warning } => ({
    warning: { code: 'PORTS_FILE_IGNORED', message: `${PINS} ${why}; it pins no port` },
  });
  const read = await readJson(file);
  if (read === undefined) return {};
  if ('why' in read) return warn(read.why);
  const { content } = read;
  if (!isRecord(content) || !('backend' in content || 'frontend' in content)) return {};
  const ports = portsOf(content, PINS);
  return ports ? { ports } : warn('is not a ports file such as {"backend": 8000, "frontend": 3000}');
}

export const PINS = 'ports.json';

/** Undefined without a file. */
async function readJson(file: string): Promise<{ content: unknown } | { why: string } | undefined> {
  try {
    return { content: JSON.parse((await readFile(file, 'utf8')).replace(/^\uFEFF/, '')) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    return { why: error instanceof SyntaxError ? 'is not valid JSON' : `cannot be read (${code ?? error})` };
  }
}

function portsOf(content: unknown, file: string): StickyPorts | undefined {
  if (!isRecord(content)) return undefined;
  if (content.version !== undefined && content.version !== 1) return undefined;
  const ports: StickyPorts = { file, apps: {} };
  for (const role of ['backend', 'frontend'] as const) {
    if (content[role] === undefined) continue;
    if (!isPort(content[role])) return undefined;
    ports[role] = content[role];
  }
  if (content.apps !== undefined) {
    if (!Array.isArray(content.apps)) return undefined;
    for (const app of content.apps) {
      if (!isRecord(app) || typeof app.name !== 'string' || !Array.isArray(app.ports)) return undefined;
      if (!app.ports.every(isPort)) return undefined;
      ports.apps[app.name] = app.ports;
      takeUsual(app, ports);
      if (isPort(app.own)) ports.own = { ...ports.own, [app.name]: app.own };
      if (app.moved === true) ports.moved = [...(ports.moved ?? []), app.name];
    }
  }
  const ours = content.version === 1 || ports.backend !== undefined || ports.frontend !== undefined;
  return ours ? ports : undefined;
}

/** An order for one run only: the next one takes what was before it. */
function takeUsual({ name, role, usually }: Record<string, unknown>, ports: StickyPorts): void {
  if (!Array.isArray(usually) || !usually.every(isPort)) return;
  ports.apps[String(name)] = usually;
  if (role !== 'backend' && role !== 'frontend') return;
  const [first] = usually;
  if (first === undefined) delete ports[role];
  else ports[role] = first;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isPort = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) > 0 && (value as number) < 65_536;

/** Whether the project lies in a worktree that `git worktree add` made: there `.git` is a file. */
export async function isLinkedWorktree(root: string): Promise<boolean> {
  for (let dir = root; ; dir = path.dirname(dir)) {
    try {
      // A submodule's names `.git/modules/…` instead.
      return /^gitdir:.*[\\/]worktrees[\\/]/.test(await readFile(path.join(dir, '.git'), 'utf8'));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' || dir === path.dirname(dir)) return false;
    }
  }
}
