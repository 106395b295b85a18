import type { FollowSettings } from '../settings.ts';
import { type AnswerHeaders, loopbackOrigin, type RequestHeaders, setRequestHeader } from './headers.ts';
import { followUrls, Rewriter } from './text.ts';

/** The server's end of the connection. */
interface Served {
  localPort?: number | undefined;
}

/** One request and what becomes of its answer, whichever HTTP it came by. */
export class Exchange {
  readonly #settings: FollowSettings;
  readonly #path: string;
  /** The page's origin, real and as the program was shown it. */
  #origin: { real: string; shown: string } | undefined;
  readonly #mayBePage: boolean;
  /** The browser has the text as this run sends it. */
  #known = false;
  #unchanged = false;
  #rewriter: Rewriter | null | undefined;

  constructor(
    settings: FollowSettings,
    request: RequestHeaders,
    url: string | undefined,
    socket: Served | undefined,
  ) {
    this.#settings = settings;
    this.#path = settings.pages ? (url ?? '').replace(/[?#].*$/s, '') : '';
    this.#showWrittenOrigin(request, socket);
    showRealHost(request, settings);
    this.#mayBePage = settings.pages && mayBePage(request, this.#path);
    if (this.#mayBePage) this.#askForPlainText(request);
  }

  /** The program compares the origin with its list; one that it serves itself is compared with the Host header. */
  #showWrittenOrigin(request: RequestHeaders, socket: Served | undefined): void {
    const real = request.headers.origin;
    const shown = writtenOrigin(real, this.#settings, socket);
    if (shown === undefined) return;
    setRequestHeader(request, 'origin', shown);
    this.#origin = { real: String(real), shown };
  }

  /** Neither compressed, nor "as you know it" of another run's text. */
  #askForPlainText(request: RequestHeaders): void {
    const { headers } = request;
    if (headers['accept-encoding'] !== undefined) setRequestHeader(request, 'accept-encoding', 'identity');
    // What code fetches by a name without an ending is data: its own tags hold.
    if (headers['sec-fetch-dest'] === 'empty' && !/\.\w+$/.test(this.#path)) return;
    const tag = headers['if-none-match'];
    if (tag !== undefined && tag !== '*') {
      const known = untagged(String(tag), this.#settings.ports);
      this.#known = known !== undefined;
      setRequestHeader(request, 'if-none-match', known ?? '"another-run"');
    }
    if (headers['if-modified-since'] !== undefined && !this.#known)
      setRequestHeader(request, 'if-modified-since', new Date(0).toUTCString());
  }

  /** The body's rewriter, or null: it is sent as it is. Asked first by what comes first, body or head. */
  body(status: number, headers: AnswerHeaders): Rewriter | null {
    if (this.#rewriter === undefined) {
      const kind = this.#mayBePage ? kindOfText(status, headers, this.#path) : undefined;
      this.#rewriter = kind ? new Rewriter(this.#settings.ports, kind === 'html') : null;
    }
    return this.#rewriter;
  }

  /** All of the body is known before its head, and needs no change: any run sends it like that. */
  unchanged(): void {
    this.#unchanged = true;
  }

  /** Just before the head is sent. */
  head(status: number, headers: AnswerHeaders): void {
    const { ports } = this.#settings;
    const follow = (name: string, change: (value: string) => string) => {
      const value = headers.get(name);
      if (value === undefined) return;
      const changed = change(value);
      if (changed !== value) headers.set(name, changed);
    };
    const { real, shown } = this.#origin ?? {};
    if (real) follow('access-control-allow-origin', (value) => (value === shown ? real : value));
    if (status >= 300 && status < 400) follow('location', (url) => followUrls(url, ports));
    for (const name of ['content-security-policy', 'content-security-policy-report-only', 'link'])
      follow(name, (value) => followUrls(value, ports));
    const rewritten = this.body(status, headers) !== null && !this.#unchanged;
    if (!rewritten && !(status === 304 && this.#known)) return;
    follow('etag', (tag) => tagged(tag, ports));
    if (!rewritten) return;
    // Another run's browser must ask again: this text is true for these ports alone.
    headers.remove('last-modified');
    follow('cache-control', (value) => (/max-age=(?!0)|immutable/.test(value) ? 'no-cache' : value));
    if ([...ports].some(([written, now]) => String(written).length !== String(now).length))
      headers.remove('content-length');
  }
}

/** A proxy that was sent here names its written target: URLs made of it are to be the server's own. */
function showRealHost(request: RequestHeaders, { ports }: FollowSettings): void {
  const { host } = request.headers;
  if (typeof host !== 'string') return;
  const real = followUrls(host, ports);
  if (real !== host) setRequestHeader(request, 'host', real);
}

/** The origin that the project has written down for this one; undefined: none of ours, or the server's own. */
export function writtenOrigin(
  origin: unknown,
  { origins }: Pick<FollowSettings, 'origins'>,
  socket: Served | undefined,
): string | undefined {
  const found = origins.size > 0 ? loopbackOrigin(origin) : undefined;
  if (!found || found.port === socket?.localPort) return undefined;
  for (const [written, real] of origins) if (real === found.port) return `${found.start}:${written}`;
  return undefined;
}

/** What is no text for sure needs no change: by what the browser wants it for, else by its name. */
function mayBePage({ headers }: RequestHeaders, path: string): boolean {
  const wanted = headers['sec-fetch-dest'];
  if (headers.range !== undefined || /^(?:image|font|style|audio|video|track|manifest)$/.test(String(wanted)))
    return false;
  return !/\.(?:png|jpe?g|gif|webp|avif|ico|svg|mp[34]|webm|ogg|wav|woff2?|ttf|otf|css|map|wasm|pdf|zip|gz|tgz|br|bin|iso)$/i.test(
    path,
  );
}

/** JavaScript, HTML, React's server components; JSON only where it is a file of the page: other JSON is data. */
function kindOfText(status: number, headers: AnswerHeaders, path: string): 'html' | 'code' | undefined {
  const type = headers.get('content-type') ?? '';
  const charset = /charset="?([\w-]+)/i.exec(type)?.[1] ?? 'utf-8';
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (status < 200 || status === 204 || status === 206 || status === 304 || encoding !== 'identity')
    return undefined;
  if (!/^(?:utf-?8|us-ascii|iso-8859-1|latin1)$/i.test(charset)) return undefined;
  if (/^\s*attachment/i.test(headers.get('content-disposition') ?? '')) return undefined;
  if (/^(?:text\/html|application\/xhtml\+xml)\b/i.test(type)) return 'html';
  if (/^(?:(?:text|application)\/(?:x-)?(?:java|ecma)script|text\/x-component)\b/i.test(type)) return 'code';
  const isFile = /\.json$/i.test(path) && headers.get('last-modified') !== undefined;
  return isFile && /^application\/json\b/i.test(type) ? 'code' : undefined;
}

const mark = (ports: ReadonlyMap<number, number>) =>
  `.follows${[...ports].map(([written, real]) => `-${written}-${real}`).join('')}`;

/** An ETag that holds for this text with these ports. */
function tagged(tag: string, ports: ReadonlyMap<number, number>): string {
  return tag.includes('.follows-') ? tag : tag.replace(/"$/, `${mark(ports)}"`);
}

/** As the program knows it; undefined: not with these ports. */
function untagged(tag: string, ports: ReadonlyMap<number, number>): string | undefined {
  return tag.includes(mark(ports)) ? tag.replaceAll(mark(ports), '') : undefined;
}
