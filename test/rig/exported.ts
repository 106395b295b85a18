import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { projectOf } from './files.ts';
import type { Rig } from './rig.ts';

/** The formats of `devstart export`. */
export const ENGINES = ['compose', 'systemd', 'kubernetes', 'procfile', 'vscode', 'devcontainer', 'pm2'];

/** `devstart export ARGS` to its end. */
export async function exportOf(rig: Rig, args: string[], env: Record<string, string> = {}) {
  const child = rig.spawnDevstart(['export', ...args], { env });
  const code = await rig.exitCode(child);
  return { code, stdout: child.stdout(), stderr: child.stderr() };
}

/** A folder's files with their text. */
export async function filesIn(dir: string): Promise<Map<string, string>> {
  const names = (await readdir(dir)).sort();
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, await readFile(path.join(dir, name), 'utf8')] as const),
    ),
  );
}

/** A project, and what is exported of it. */
export interface Shape {
  name: string;
  files: Record<string, string | object>;
  ports: string[];
  /** By `engine/file`: what stands there, and what does not. */
  has: Record<string, RegExp[]>;
  lacks?: Record<string, RegExp>;
  /** What people are told. */
  says?: RegExp[];
}

/** Exports it to each engine that is named, and reads the files. */
export async function checkShape(
  t: TestContext,
  { files, ports, has, lacks = {}, says = [] }: Shape,
): Promise<void> {
  const rig = await projectOf(t, { 'package.json': { name: 'shop' }, ...files });
  const engines = new Set([...Object.keys(has), ...Object.keys(lacks)].map((one) => one.split('/')[0] ?? ''));
  const texts = new Map<string, string>();
  for (const engine of engines) {
    const { code, stdout, stderr } = await exportOf(rig, [
      engine,
      ...ports,
      '--cors-origin',
      'https://shop.example',
    ]);
    assert.equal(code, 0, stderr);
    for (const words of says) assert.match(stdout, words);
    for (const [file, text] of await filesIn(path.join(rig.dir, 'deploy', engine)))
      texts.set(`${engine}/${file}`, text);
  }
  for (const [file, wanted] of Object.entries(has))
    for (const one of wanted) assert.match(texts.get(file) ?? '', one, file);
  for (const [file, one] of Object.entries(lacks)) assert.doesNotMatch(texts.get(file) ?? '', one, file);
}
