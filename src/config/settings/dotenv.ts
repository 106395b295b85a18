import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DevstartError } from '../../errors.ts';

/** One `.env` file, read. */
export interface EnvFile {
  /** `.env.local` or `.env`. */
  file: string;
  values: Record<string, string>;
  /** The 1-based line of the assignment that counts (the last one of a name). */
  lineOf(name: string): number | undefined;
}

/**
 * The project's env files, strongest first; those that are not there are left out.
 * @throws DevstartError USAGE where one exists and cannot be read
 */
export async function readEnvFiles(root: string): Promise<EnvFile[]> {
  const files = await Promise.all(['.env.local', '.env'].map((file) => readEnvFile(root, file)));
  return files.filter((file) => file !== undefined);
}

async function readEnvFile(root: string, file: string): Promise<EnvFile | undefined> {
  let text: string;
  try {
    text = await readFile(path.join(root, file), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A folder named .env is a Python environment, not a file of ours.
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined;
    throw new DevstartError('USAGE', `${file} cannot be read (${code ?? String(error)})`, { cause: error });
  }
  const { parse } = await import('dotenv');
  return envFileOf(file, text, parse);
}

/** Pure. The lines are found by asking `parse` itself, so that quotes and comments count as they do there. */
export function envFileOf(
  file: string,
  content: string,
  parse: (text: string) => Record<string, string>,
): EnvFile {
  const text = content.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  return {
    file,
    values: parse(text),
    lineOf(name) {
      const lines = text.split('\n');
      for (let index = lines.length - 1; index >= 0; index--) {
        const line = lines[index] ?? '';
        if (!line.includes(name)) continue;
        const marked = line.replace(name, 'DEVSTART_THIS_LINE');
        const parsed = parse([...lines.slice(0, index), marked, ...lines.slice(index + 1)].join('\n'));
        if (
          parsed.DEVSTART_THIS_LINE !== undefined &&
          /^\s*(export\s+)?DEVSTART_THIS_LINE\s*[=:]/.test(marked)
        )
          return index + 1;
      }
      return undefined;
    },
  };
}

/** The files as one record, the stronger ones winning. */
export function mergeEnvFiles(files: readonly EnvFile[]): Record<string, string> {
  return Object.assign({}, ...[...files].reverse().map((file) => file.values));
}
