import path from 'node:path';
import { isRecord, readJsonc, strings } from './owner/jsonc.ts';
import type { Project } from './project.ts';

/** A task of deno.json: its own line, empty where it only starts others side by side. */
export interface DenoTask {
  line: string;
  /** Tasks that end before its line, or that are all of it. */
  needs: string[];
}

/** The tasks of a folder: `"dev": "vite"`, `"dev": { "command": "vite", "dependencies": ["gen"] }`. */
export async function denoTasks(project: Project, dir: string): Promise<ReadonlyMap<string, DenoTask>> {
  for (const name of ['deno.json', 'deno.jsonc']) {
    if (!(await project.has(dir, name))) continue;
    const { tasks } = (await readJsonc(project, path.join(dir, name))) ?? {};
    return new Map(
      Object.entries(isRecord(tasks) ? tasks : {}).flatMap(([key, given]): [string, DenoTask][] => {
        if (typeof given === 'string') return [[key, { line: given, needs: [] }]];
        if (!isRecord(given)) return [];
        const line = typeof given.command === 'string' ? given.command : '';
        return [[key, { line, needs: strings(given.dependencies) }]];
      }),
    );
  }
  return new Map();
}
