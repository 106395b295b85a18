/**
 * Where a text names one of the written ports, and whether it is a reference, which follows, or words for a person,
 * which stay as the project's author wrote them. Pure; texts may be Latin-1 views of UTF-8, all that counts is ASCII.
 */

/** What stands before `:8000` where it is this machine's: a loopback host, or the page's own host name in code. */
const HOST =
  /(?:(?<![\w-])localhost|(?<![\w.-])(?:127\.0\.0\.1|0\.0\.0\.0)|\[::1\]|hostname(\}|\\*["'`]?\s*[+,]\s*\\*["'`]))$/i;
/** Scheme, user and subdomain before the host. */
const URL_START = /(?:(?:[a-z][a-z\d+.-]*:)?(?:\\*\/){2})?(?:[^\s"'`<>@/]*@)?(?:[\w-]+\.)*$/i;
/** Lists of URLs between spaces: a content security policy, `srcset`, or one URL after another. */
const IN_LIST =
  /(?:-(?:src|ancestors|action|uri)(?:-\w+)?\s[^;"<>]*|srcset\s*[:=]\s*\\*["'][^"<>]*|:\/\/[^\s"'`<>]*\s+)$/i;
/** A string that code shows to a person: a property, or the content that an element is made with. */
const SHOWN_BY_NAME =
  /(?:\b(?:children|textContent|innerText|innerHTML|placeholder|title|alt|label))\\*["'`]?\s*[:=]\s*\{?\[?\s*\\*["'`]$/;
const SHOWN_BY_CALL =
  /(?:create(?:Element|VNode|Text|StaticVNode)\w*\((?:[\w$.\s,]|\\*["'`][\w-]+\\*["'`]|\{[^{}]*\})*|text\(\d+,\s*)\\*["'`]$/;
/** Words after it in the same string. */
const WORDS_AFTER = /^[^\s"'`<>\\]*[ \t]+(?!\S*:\/\/)[a-z]{2}/i;

/** What comes next may still be words. */
const OPEN_END = /^[^\s"'`<>\\]*(?:[ \t]+\S*)?$/;

/** How much of the text before and after a port such a decision looks at. */
export const BEFORE = 256;
const AFTER = 80;

export interface Place {
  before: string;
  after: string;
  /** Outside scripts and styles of an HTML page. */
  markup: boolean;
}

/** Whether `:PORT` between these texts refers to this machine's port. */
export function refers({ before, after, markup }: Place): boolean {
  const host = HOST.exec(before);
  if (!host) return false;
  // `${location.hostname}:8000` is code, whatever surrounds it.
  if (host[1] !== undefined) return true;
  const lead = before.slice(0, host.index).replace(URL_START, '');
  if (markup && isBetweenTags(lead)) return false;
  if (IN_LIST.test(lead)) return true;
  if (/[\s>]$/.test(lead) || SHOWN_BY_NAME.test(lead) || SHOWN_BY_CALL.test(lead)) return false;
  return !(/["'`]$/.test(lead) && WORDS_AFTER.test(after));
}

function isBetweenTags(lead: string): boolean {
  const tags = lead.replaceAll('=>', '');
  const open = tags.lastIndexOf('<');
  const close = tags.lastIndexOf('>');
  // Neither in sight: a long attribute has a quote or an equals sign before its URL.
  return open === close ? !/["'=(]$/.test(tags) : close > open;
}

/** A header's URLs: nobody reads them but programs. */
export function followUrls(text: string, ports: ReadonlyMap<number, number>): string {
  return text.replace(/(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]):(\d+)/gi, (all, host, written) => {
    const real = ports.get(Number(written));
    return real === undefined ? all : `${host}:${real}`;
  });
}

export type Chunk = string | Buffer;

/** How Vite's client writes down the port of its hot updates, apart from any host. */
const HOT = 'hmrPort = ';
const HOT_PORT = 24_678;

/** The longest beginning of a match that a piece without one can end with. */
const LONGEST_START = HOT.length + 5;

/**
 * Puts the real ports into a text that comes in pieces. A piece with nothing to replace is given back itself; held back
 * are at most the few characters at its end that may be the beginning of a match, or decide about one.
 */
export class Rewriter {
  readonly #ports: ReadonlyMap<number, number>;
  readonly #needles: string[];
  readonly #words: string[];
  readonly #pattern: RegExp;
  readonly #html: boolean;
  #before = '';
  #held = '';
  #inScript = false;

  constructor(ports: ReadonlyMap<number, number>, html: boolean) {
    this.#ports = ports;
    this.#html = html;
    this.#needles = [...ports.keys()].map((port) => `:${port}`);
    if (ports.has(HOT_PORT)) this.#needles.push(HOT + HOT_PORT);
    this.#words = html ? [...this.#needles, '<script', '</script', '<style', '</style'] : this.#needles;
    const tags = html ? '|<(/?)(?:script|style)\\b' : '';
    this.#pattern = new RegExp(`(:|\\b${HOT})(${[...ports.keys()].join('|')})(?!\\d)${tags}`, 'gi');
  }

  /** @returns what may be sent now: a string for a string, bytes for bytes */
  push(piece: Chunk): Chunk {
    const part = (from: number, to = piece.length) =>
      typeof piece === 'string' ? piece.slice(from, to) : piece.toString('latin1', from, to);
    const end = part(Math.max(0, piece.length - LONGEST_START));
    const nothing = !this.#html && !this.#held && this.#heldFrom(end) === end.length;
    if (nothing && !this.#needles.some((needle) => piece.includes(needle))) {
      this.#before = (this.#before + part(Math.max(0, piece.length - BEFORE))).slice(-BEFORE);
      return piece;
    }
    const text = this.#held + part(0);
    const cut = this.#heldFrom(text);
    this.#held = text.slice(cut);
    const sent = this.#replace(text.slice(0, cut));
    return typeof piece === 'string' ? sent : Buffer.from(sent, 'latin1');
  }

  /** The last piece with what was held back; the piece itself where nothing is to be replaced. */
  last(piece: Chunk): Chunk {
    const started = this.#held !== '';
    const sent = this.push(piece);
    const held = this.#held;
    this.#held = '';
    const rest = this.#replace(held);
    if (sent === piece && !rest) return piece;
    const all = typeof sent === 'string' ? sent + rest : Buffer.concat([sent, Buffer.from(rest)]);
    return !started && all.length === piece.length && all.toString() === piece.toString() ? piece : all;
  }

  #replace(text: string): string {
    const all = this.#before + text + this.#held;
    const start = this.#before.length;
    let sent = '';
    let done = 0;
    for (const found of text.matchAll(this.#pattern)) {
      const [match, lead, written, slash] = found;
      if (written === undefined) {
        this.#inScript = slash === '';
        continue;
      }
      const at = start + found.index;
      const before = all.slice(Math.max(0, at - BEFORE), at);
      const after = all.slice(at + match.length, at + match.length + AFTER);
      const isHot = lead !== ':' && Number(written) === HOT_PORT;
      if (!isHot && (lead !== ':' || !refers({ before, after, markup: this.#html && !this.#inScript })))
        continue;
      sent += `${text.slice(done, found.index)}${lead}${this.#ports.get(Number(written))}`;
      done = found.index + match.length;
    }
    this.#before = (this.#before + text).slice(-BEFORE);
    return sent + text.slice(done);
  }

  /** Where the end begins that may go on as a match (a whole number too: a digit may follow) or decides about one. */
  #heldFrom(text: string): number {
    let from = text.length;
    for (const word of this.#words) {
      for (let length = Math.min(word.length, text.length); length > text.length - from; length--) {
        if (text.endsWith(word.slice(0, length))) from = text.length - length;
      }
      const at = text.lastIndexOf(word);
      const after = at + word.length;
      if (word.startsWith(':') && at >= 0 && text.length - after < AFTER && OPEN_END.test(text.slice(after)))
        from = Math.min(from, at);
    }
    return from;
  }
}
