import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { Rig } from './rig.ts';

/** A project of these files, by path; objects become JSON. */
export async function projectOf(t: TestContext, files: Record<string, string | object>): Promise<Rig> {
  const rig = await Rig.create(t);
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(rig.dir, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return rig;
}
