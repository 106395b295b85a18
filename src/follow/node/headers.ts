import { isLoopback } from './connections.ts';

/** The headers of a request, as Node hands them over; http2's have the same two shapes. */
export interface RequestHeaders {
  headers: Record<string, string | string[] | undefined>;
  rawHeaders?: string[];
}

/** Both views are changed in place and keep their length: Node reads the raw ones lazily, by a count of its own. */
export function setRequestHeader(
  { headers, rawHeaders = [] }: RequestHeaders,
  name: string,
  value: string,
): void {
  headers[name] = value;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === name) rawHeaders[index + 1] = value;
  }
}

/** It is gone for all who look it up. */
export function hideRequestHeader({ headers, rawHeaders = [] }: RequestHeaders, name: string): void {
  delete headers[name];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === name) rawHeaders[index] = `x-unused-${name}`;
  }
}

export type HeaderValue = number | string | readonly string[];

/** The headers of an answer. Names in lower case. */
export interface AnswerHeaders {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
  remove(name: string): void;
}

/** What `writeHead` and `respond` take: an object, a flat list, or a list of pairs. */
export type Given = Record<string, HeaderValue | undefined> | HeaderValue[] | [string, HeaderValue][];

/** Headers given in a call, over those that are stored with the answer. Copied before the first change. */
export class GivenHeaders implements AnswerHeaders {
  given: Given | undefined;
  readonly #stored: Store | undefined;
  #copied = false;

  constructor(given: Given | undefined, stored?: Store) {
    const pairs = Array.isArray(given) && Array.isArray(given[0]);
    this.given = pairs ? ((given as unknown[]).flat() as Given) : given;
    this.#stored = stored;
  }

  get(name: string): string | undefined {
    const key = this.#key(name);
    const value = key === undefined ? this.#stored?.getHeader(name) : this.#at(key);
    return value === undefined ? undefined : String(value);
  }

  set(name: string, value: string): void {
    const key = this.#key(name);
    if (key === undefined) this.#stored?.setHeader(name, value);
    else (this.#own() as Record<string | number, unknown>)[key] = value;
  }

  remove(name: string): void {
    const key = this.#key(name);
    if (typeof key === 'number') (this.#own() as HeaderValue[]).splice(key - 1, 2);
    else if (key !== undefined) delete (this.#own() as Record<string, unknown>)[key];
    this.#stored?.removeHeader(name);
  }

  #at(key: string | number): HeaderValue | undefined {
    return (this.given as Record<string | number, HeaderValue | undefined>)[key];
  }

  /** Of its value: a name of the object, an index of the list. */
  #key(name: string): string | number | undefined {
    if (!this.given) return undefined;
    if (!Array.isArray(this.given)) {
      return Object.keys(this.given).find((key) => key.toLowerCase() === name);
    }
    const at = this.given.findIndex((key, index) => index % 2 === 0 && String(key).toLowerCase() === name);
    return at < 0 ? undefined : at + 1;
  }

  #own(): Given {
    if (!this.#copied && this.given) {
      this.given = Array.isArray(this.given) ? ([...this.given] as Given) : { ...this.given };
      this.#copied = true;
    }
    return this.given as Given;
  }
}

interface Store {
  getHeader(name: string): HeaderValue | undefined;
  setHeader(name: string, value: string): unknown;
  removeHeader(name: string): void;
}

/** `http://localhost:3002`: its host with brackets, its port; undefined for any other origin. */
export function loopbackOrigin(origin: unknown): { start: string; port: number } | undefined {
  const found = typeof origin === 'string' ? /^(https?:\/\/([^/:]+|\[[^\]]+\])):(\d+)$/.exec(origin) : null;
  if (!found || !isLoopback(found[2])) return undefined;
  return { start: found[1] as string, port: Number(found[3]) };
}
