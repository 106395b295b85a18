import type { Project } from '../project.ts';

/** A JSON file that may hold comments; undefined where there is none, or it cannot be read. */
export async function readJsonc(
  project: Project,
  file: string,
): Promise<Record<string, unknown> | undefined> {
  const text = await project.text(file);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    const { parse } = await import('jsonc-parser');
    value = parse(text, [], { allowTrailingComma: true });
  }
  return isRecord(value) ? value : undefined;
}

/** TOML; undefined where it is none. */
export async function parseToml(text: string): Promise<Record<string, unknown> | undefined> {
  const { parse } = await import('smol-toml');
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The strings among what should be a list of strings, or a single one. */
export const strings = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
