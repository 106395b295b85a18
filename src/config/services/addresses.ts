import { type Kind, kinds } from './kinds.ts';

/** Addresses as env files and code write them. Pure. */

export interface Address {
  host: string;
  port: number;
}

/** What a URL says: a service's addresses, or a database that is a file and needs none. */
export type UrlSays = { kind: Kind; addresses: Address[] } | { file: true } | undefined;

const FILE_SCHEME = /^(?:jdbc:)?(?:sqlite\d?|file|libsql|duckdb|h2|hsqldb|derby)(?:\+\w+)?:/i;

/** Reads a URL by its scheme: `postgresql+asyncpg://u:p@localhost:5432/db`, `jdbc:mysql://…`, `mongodb://a,b`. */
export function readUrl(value: string): UrlSays {
  if (FILE_SCHEME.test(value) || /^:memory:/.test(value)) return { file: true };
  const [, scheme = '', authority = ''] =
    /^(?:jdbc:|r2dbc:)?([a-z][a-z\d]*)(?:\+\w+)?:\/\/([^/?#\s]*)/i.exec(value) ?? [];
  const kind = kinds.find(({ schemes }) => schemes?.includes(scheme.toLowerCase()));
  return kind && { kind, addresses: addressesOf(authority.slice(authority.lastIndexOf('@') + 1), kind.port) };
}

/** `localhost:9092,localhost:9093`, `[::1]:6379`, `http://127.0.0.1:7700`: each with the port that it lacks. */
export function addressesOf(list: string, port: number): Address[] {
  const found: Address[] = [];
  for (const item of list.split(',')) {
    const plain = item
      .trim()
      .replace(/^\w+:\/\//, '')
      .replace(/\/.*$/, '');
    const [, bracketed, name, number] = /^(?:\[([\da-f:]+)\]|([\w.-]+))(?::(\d+))?$/i.exec(plain) ?? [];
    const host = bracketed ?? name;
    if (host) found.push({ host, port: number === undefined ? port : Number(number) });
  }
  return found;
}

/** This machine by its own names: others are never looked at. */
export const isLoopback = (host: string): boolean =>
  /^(?:localhost|127(?:\.\d+){3}|::1|0\.0\.0\.0)$/i.test(host);

/**
 * Fills in `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `$NAME` as compose and dotenv-expand do; `$$` is a dollar.
 * A name without a value is empty.
 */
export function expand(
  text: string,
  values: Readonly<Record<string, string | undefined>>,
  depth = 0,
): string {
  if (depth > 8 || !text.includes('$')) return text;
  return text.replace(
    /\$(?:\$|\{(\w+)(?:(:?[-?+])((?:[^{}]|\{[^{}]*\})*))?\}|(\w+))/g,
    (
      whole,
      braced: string | undefined,
      operator: string | undefined,
      other = '',
      bare: string | undefined,
    ) => {
      if (whole === '$$') return '$';
      const value = values[braced ?? bare ?? ''];
      const given = operator?.startsWith(':') ? !!value : value !== undefined;
      if (operator?.endsWith('+')) return given ? expand(other, values, depth + 1) : '';
      if (given) return value ?? '';
      return operator?.endsWith('-') ? expand(other, values, depth + 1) : '';
    },
  );
}
