import path from 'node:path';
import { smallText } from '../small-files.ts';
import { callsOfCode } from './calls.ts';
import type { AppFacts } from './decide.ts';
import { sourceOf } from './sources.ts';
import { filesWith } from './tree.ts';
import type { Call } from './types.ts';

const MOST_FILES = 40;

/** Every loopback URL of a page's own code, wherever it stands. @param root the project's */
export async function callsAnywhere(
  { app, env }: AppFacts,
  root: string,
  shell: Readonly<Record<string, string | undefined>>,
): Promise<Call[]> {
  const dir = app.runs?.dir ?? app.cwd;
  const files = await filesWith(['localhost:', '127.0.0.1:'], { root: dir, first: ['src'], shell });
  return files.slice(0, MOST_FILES).flatMap((name) => {
    const file = path.join(dir, name);
    const text = smallText(file);
    if (text === undefined) return [];
    const source = sourceOf(file, path.relative(root, file).replaceAll(path.sep, '/'), text);
    return callsOfCode(source, env).filter(({ weight }) => weight > 0);
  });
}
