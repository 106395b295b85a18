import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { detectProject } from '../../../../src/config/detect/index.ts';
import type { App, PortKey } from '../../../../src/config/types.ts';

export type Files = Record<string, string | object>;

const base = await mkdtemp(path.join(os.tmpdir(), 'devstart copies-ü-'));
after(() => rm(base, { recursive: true, force: true }));
let count = 0;

export async function project(files: Files): Promise<string> {
  const root = path.join(base, String(count++));
  await mkdir(root, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  }
  return root;
}

/** `backend 5000 server/index.js:4 PORT`: where each port starts and what says so; without a file its default. */
function ports(app: App): string[] {
  const keys: PortKey[] = app.noPort ? [] : app.roles.length > 0 ? app.roles : ['own'];
  return keys.map((key) => {
    const [first] = app.written?.[key] ?? [];
    const { file, line, name } = first?.source ?? {};
    const label = key === 'own' ? app.name : key;
    if (!first) return `${label} ${app.defaultPorts[key] ?? '-'}`;
    return [label, first.port, file === undefined ? '' : `${file}:${line}`, name].filter(Boolean).join(' ');
  });
}

const unique = (rows: string[]): string[] => [...new Set(rows)];

/** What a project's files say: its ports, then the places that name them. */
export async function look(files: Files, env: Record<string, string> = {}) {
  const { apps, copies, notes } = await detectProject(await project(files), {
    prod: false,
    env: { PATH: '', ...env },
  });
  return {
    ports: apps.flatMap(ports),
    copies: unique(
      copies.map(({ file, line, port, of, kind }) => `${file}:${line} ${port} of ${of} ${kind}`),
    ),
    apps,
    notes,
    raw: copies,
  };
}

export const scripts = (all: Record<string, string>, deps: string[] = [], more: object = {}) => ({
  scripts: all,
  dependencies: Object.fromEntries(deps.map((name) => [name, '*'])),
  ...more,
});
