import path from 'node:path';
import { DevstartError } from '../../errors.ts';
import { readBytes } from '../../system/observed.ts';
import { decodeText } from '../small-files.ts';
import { expandValues } from './expand.ts';

type Values = Readonly<Record<string, string | undefined>>;

/** One `.env` file, read. */
export interface EnvFile {
  /** As a person would write it: `.env.local`, `.env`. */
  file: string;
  /** `${NAME}` filled in. */
  values: Record<string, string>;
  /** As they stand there. */
  written: Record<string, string>;
  /** The 1-based line of the assignment that counts (the last one of a name). */
  lineOf(name: string): number | undefined;
}

/**
 * The project's env files, strongest first; those that are not there are left out.
 * @param env the launcher's own: what `${NAME}` in the files means first
 * @throws DevstartError USAGE where one exists and cannot be read
 */
export async function readEnvFiles(root: string, env: Values = {}): Promise<EnvFile[]> {
  const plain = await readEnvFile(root, '.env', env);
  const local = await readEnvFile(root, '.env.local', env, plain?.values);
  return [local, plain].filter((file) => file !== undefined);
}

/**
 * One file, strongest where several are asked for in turn.
 * @param weaker what the files before it have
 * @returns undefined where it is not there
 * @throws DevstartError USAGE where it cannot be read
 */
export async function readEnvFile(
  root: string,
  file: string,
  env: Values,
  weaker: Values = {},
): Promise<EnvFile | undefined> {
  let bytes: Buffer;
  try {
    bytes = readBytes(path.resolve(root, file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A folder named .env is a Python environment, not a file of ours.
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined;
    throw new DevstartError('USAGE', `${file} cannot be read (${code ?? String(error)})`, { cause: error });
  }
  const text = decodeText(bytes);
  if (text === undefined) {
    throw new DevstartError('USAGE', `${file} is no text in UTF-8 or UTF-16`, {
      hint: 'Save it as UTF-8.',
    });
  }
  const { parse } = await import('dotenv');
  return envFileOf(file, text, parse, env, weaker);
}

/** Pure. The lines are found by asking `parse` itself, so that quotes and comments count as they do there. */
export function envFileOf(
  file: string,
  content: string,
  parse: (text: string) => Record<string, string>,
  env: Values = {},
  weaker: Values = {},
): EnvFile {
  const text = content.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const written = parse(text);
  return {
    file,
    values: expandValues(written, env, weaker),
    written,
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
