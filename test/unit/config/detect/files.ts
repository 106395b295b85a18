import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { detectProject } from '../../../../src/config/detect/index.ts';
import type { App } from '../../../../src/config/types.ts';

/** Files by name; an object is written as JSON. */
export type Files = Record<string, string | Buffer | object>;

const base = await mkdtemp(path.join(os.tmpdir(), 'devstart-detect-'));
after(() => rm(base, { recursive: true, force: true }));
let count = 0;

/** A project of these files, in a folder of its own. @returns the folder */
export async function projectOf(files: Files): Promise<string> {
  const root = path.join(base, String(count++));
  await mkdir(root, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    await mkdir(path.dirname(file), { recursive: true });
    const isText = typeof content === 'string' || content instanceof Buffer;
    await writeFile(file, isText ? content : JSON.stringify(content));
  }
  return root;
}

/** What is found in them: `name role framework port: command @cwd`, one line an app; or the error's code. */
export async function found(files: Files, prod = false): Promise<string[]> {
  const root = await projectOf(files);
  try {
    const { apps } = await detectProject(root, { prod, env: { PATH: '' } });
    return apps.map((app) => summary(app, root));
  } catch (error) {
    return [(error as { code: string }).code];
  }
}

function summary(app: App, root: string): string {
  const command = app.command.kind === 'shell' ? `$ ${app.command.line}` : app.command.argv.join(' ');
  const cwd = path.relative(root, app.cwd).replaceAll(path.sep, '/');
  const port = Object.values(app.defaultPorts).join('+') || '-';
  const line = `${app.name} ${app.roles.join('+') || 'none'} ${app.framework ?? '?'} ${port}: ${command}`;
  return (line + (cwd ? ` @${cwd}` : '')).replaceAll(root, 'ROOT');
}
