import { pydanticFields } from './pydantic.ts';
import type { SourceFile } from './sources.ts';
import { statementsWith } from './statements.ts';

/** What devstart would tell. */
const BARE = /^https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::(\d+))?$/;

/**
 * Does the code mean something else by `name` than the URL of a server here? Its own default says so: a path, a
 * stranger's URL or port, nothing at all (`process.env.API_URL ?? ''` is the page's own origin). Pure.
 * @param ports those that the server has where nothing is taken; none: they are not known
 */
export function meansSomethingElse(
  name: string,
  sources: readonly SourceFile[],
  ports: readonly number[] = [],
): boolean {
  const isOther = (value: string): boolean => {
    const [bare, port] = BARE.exec(value) ?? [];
    return bare === undefined || (port !== undefined && ports.length > 0 && !ports.includes(Number(port)));
  };
  return sources.some(({ file, text }) => {
    if (!text.includes(name) && !(file.endsWith('.py') && text.includes(name.toLowerCase()))) return false;
    return [...defaultsOf(name, text), ...fieldDefaults(name, file, text)].some(isOther);
  });
}

function defaultsOf(name: string, text: string): string[] {
  const after = new RegExp(`${name}["'\\]\\)]*\\s*(?:\\|\\||\\?\\?|,|\\bor\\b|=(?!=))\\s*(["'\`])(.*?)\\1`);
  return statementsWith(text, name).flatMap((statement) => {
    if (!/env|config|settings|z\.|Field/i.test(statement) && !/env/i.test(text)) return [];
    const found = after.exec(statement) ?? /\.default\(\s*(["'`])(.*?)\1/.exec(statement);
    return found ? [found[2] ?? ''] : [];
  });
}

function fieldDefaults(name: string, file: string, text: string): string[] {
  if (!file.endsWith('.py')) return [];
  return pydanticFields(text).flatMap(({ names, initial = '' }) => {
    const found = /^(?:Field\(\s*)?(?:default\s*=\s*)?(["'])(.*?)\1/.exec(initial);
    return found && names.some((known) => known.toLowerCase() === name.toLowerCase()) ? [found[2] ?? ''] : [];
  });
}
