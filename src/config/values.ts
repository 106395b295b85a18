import { isIP } from 'node:net';
import { DevstartError } from '../errors.ts';
import type { Kinds } from './options.ts';
import { describeSource } from './source.ts';
import type { Source } from './types.ts';

/** Reads what somebody wrote for one setting. @throws DevstartError USAGE, one sentence that names the source */
export type Reader<T> = (raw: unknown, source: Source) => T;

const wrong = (raw: unknown, source: Source, wanted: string): DevstartError =>
  new DevstartError('USAGE', `${describeSource(source)} wants ${wanted}, not ${shown(raw)}`);

export function shown(raw: unknown): string {
  if (raw === '') return 'an empty value';
  const text = JSON.stringify(raw) ?? String(raw);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

const YES = new Set(['1', 'true', 'yes', 'on']);
const NO = new Set(['0', 'false', 'no', 'off']);

export const readBoolean: Reader<boolean> = (raw, source) => {
  if (typeof raw === 'boolean') return raw;
  const word = String(raw).toLowerCase();
  if (YES.has(word)) return true;
  if (NO.has(word)) return false;
  throw wrong(raw, source, '1, true, yes, on or 0, false, no, off');
};

/** Decimal digits only: no sign, space or exponent. */
export function readInteger(least: number, most: number): Reader<number> {
  return (raw, source) => {
    const value = /^\d+$/.test(String(raw)) ? Number(raw) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw wrong(raw, source, `a whole number from ${least} to ${most}`);
  };
}

/** Node's timers take no more than 2^31 - 1 milliseconds. */
const MOST_SECONDS = 2_147_483;

export const readSeconds: Reader<number> = (raw, source) => {
  const value = /^\d+(\.\d+)?$/.test(String(raw)) ? Number(raw) : Number.NaN;
  if (value <= MOST_SECONDS) return value;
  throw wrong(raw, source, `a number of seconds from 0 to ${MOST_SECONDS}`);
};

export const readHost: Reader<string> = (raw, source) => {
  const host = String(raw).replace(/^\[(.*)\]$/, '$1');
  // A dotted number that is not an address would be looked up as a name.
  const name = /^(?=.{1,253}$)[a-z\d]([a-z\d_-]*[a-z\d])?(\.[a-z\d]([a-z\d_-]*[a-z\d])?)*$/i.test(host);
  if (isIP(host) !== 0 || (name && !/^[\d.]+$/.test(host))) return host;
  throw wrong(raw, source, 'an IP address or a host name without a port');
};

export const readPath: Reader<string> = (raw, source) => {
  if (String(raw).trim() !== '') return String(raw);
  throw wrong(raw, source, 'a file');
};

/** What an option's row is read by. */
export const READERS: { [K in keyof Kinds]: Reader<Kinds[K]> } = {
  boolean: readBoolean,
  port: readInteger(1, 65_535),
  count: readInteger(1, 65_535),
  seconds: readSeconds,
  host: readHost,
  path: readPath,
  text: String,
};

/**
 * `scheme://host[:port]` as a browser writes it in the Origin header: lower case, no slash at the end,
 * no default port. A `*` may stand anywhere; what that means is the caller's to decide.
 */
export const readOrigin: Reader<string> = (raw, source) => {
  const text = String(raw).trim();
  if (text === '*') return text;
  const [, scheme = '', rest = ''] = /^([a-z][a-z\d+.-]*|\*):\/\/([^/?#\s@\\,]+)\/?$/i.exec(text) ?? [];
  if (rest === '') throw wrong(raw, source, 'an origin such as http://localhost:3000');
  if (text.includes('*')) return `${scheme}://${rest}`.toLowerCase();
  let url: URL;
  try {
    url = new URL(`${scheme}://${rest}`);
  } catch {
    throw wrong(raw, source, 'an origin such as http://localhost:3000');
  }
  return url.origin === 'null' ? `${scheme}://${rest}`.toLowerCase() : url.origin;
};

/** A comma list; a JSON array too, as pydantic's settings want it in `.env` files. */
export function splitList(raw: string): string[] {
  if (/^\s*\[/.test(raw)) {
    try {
      const list: unknown = JSON.parse(raw);
      if (Array.isArray(list)) return list.map(String);
    } catch {
      // Not JSON: its first entry is refused with its source.
    }
  }
  return raw
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
