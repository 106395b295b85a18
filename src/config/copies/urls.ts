import type { Digits, SourceFile } from './sources.ts';

/** A loopback address with a port, with a scheme or without. */
export interface Address<T = SourceFile> {
  digits: Omit<Digits, 'source'> & { source: T };
  host: string;
  /** The text that it begins and that its quotes hold: `http://localhost:3001/api`. */
  value: string;
  /** Offset of its first letter. */
  start: number;
}

const HOST = '(localhost|127\\.0\\.0\\.1|0\\.0\\.0\\.0|\\[::1?\\]|[\\w-]+\\.localhost)';
const HOSTS = ['localhost', '127.0.0.1', '0.0.0.0', '[::'];
const ADDRESS = new RegExp(
  `(?<![\\w./@-])(?:(?:https?\\??|wss?|tcp|http-get|https-get|ws):(?:\\\\?/\\\\?/)?)?(?<![\\w.])${HOST}:(\\d{2,5})(?![\\d.])`,
  'g',
);

/** The loopback addresses of a text without comments, in a regular expression too (`https?:\/\/localhost:3000`). Pure. */
export function addressesIn<T extends Pick<SourceFile, 'code'>>(
  source: T,
  from = 0,
  to = source.code.length,
): Address<T>[] {
  const text = source.code.slice(from, to);
  // Few files have any: what each must hold is found far sooner.
  if (!HOSTS.some((host) => text.includes(host))) return [];
  const found: Address<T>[] = [];
  for (const match of text.matchAll(ADDRESS)) {
    const [whole, host = '', port = ''] = match;
    const number = Number(port);
    // A database's URL has its scheme before it, which is none of the above.
    const start = from + match.index;
    if (number < 80 || number > 65_535 || /[a-z+]:\/\/$/i.test(source.code.slice(0, start).slice(-12)))
      continue;
    const end = start + whole.length;
    const rest = /^[^\s'"`),;<>\\]*/.exec(source.code.slice(end, end + 200))?.[0] ?? '';
    found.push({ digits: { source, start: end - port.length, end }, host, value: whole + rest, start });
  }
  return found;
}

const LOOPBACK = new RegExp(`^${HOST}$`);

/** The host that stands before a port's digits, `localhost` of `//localhost:3001`; undefined where none does. */
export function hostBefore({ source, start }: Digits): string | undefined {
  const before = source.code.slice(Math.max(0, start - 80), start);
  const [, host] = /([\w.-]+|\[[\da-f:]+\])(?::|:\$\{[^{}]*)$/i.exec(before) ?? [];
  return host;
}

export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

/** Ports of what is a service nearly everywhere: no server of the project's own unless it says so itself. */
export const SERVICES: ReadonlySet<number> = new Set([
  1025, 1433, 1521, 2181, 3306, 4222, 4317, 4318, 4566, 5432, 5672, 6333, 6379, 7687, 7700, 8025, 8086, 8108,
  8125, 9042, 9092, 9200, 9229, 9411, 11211, 11434, 15672, 16686, 24678, 26257, 27017, 54321, 54322, 54323,
  54324,
]);

/** Names that speak of somebody else's server, or of the page itself. */
const FOREIGN =
  /SUPABASE|FIREBASE|KEYCLOAK|AUTH0|CLERK|MINIO|(?:^|_)S3(?:_|$)|STORAGE|OLLAMA|OPENAI|(?:^|_)LLM|MEILI|ELASTIC|OPENSEARCH|TYPESENSE|ALGOLIA|REDIS|DATABASE|(?:^|_)DB_|POSTGRES|MONGO|MYSQL|RABBIT|CLICKHOUSE|KAFKA|NATS|SMTP|MAIL|SENTRY|STRIPE|OTEL|JAEGER|GRAFANA|PROMETHEUS|METRICS|QDRANT|CHROMA|LANGFUSE|STORYBOOK|DEVTOOLS|INSPECT|DEBUG|HMR|TELEMETRY|ANALYTICS|POSTHOG|WEBHOOK/i;
export const PAGE =
  /(?:^|_)(?:APP|SITE|WEB|FRONT_?END|CLIENT|UI|PUBLIC)_?(?:URL|URI|ORIGIN|HOST|PORT|BASE_?URL|DOMAIN)$|NEXTAUTH|BETTER_AUTH|AUTH_URL/i;
const API =
  /(?:^|_)BE(?:_|$)|API|BACK_?END|SERVER|GRAPH_?QL|GQL|TRPC|RPC|DJANGO|FLASK|FASTAPI|RAILS|LARAVEL|EXPRESS|NEST/i;
const URL_LIKE = /URL|URI|HOST|ENDPOINT|SOCKET|(?:^|_)WS|BASE|TARGET|PROXY|PORT/i;

/** What a server lets in, or where it sends people back. */
const LIST = /CORS|ORIGIN|ALLOWED|CALLBACK|REDIRECT/i;

/** It speaks of a service of somebody else's, on whatever port. */
export const isForeign = (name: string): boolean => FOREIGN.test(name);

/** How surely a variable speaks of the project's own backend. */
export function weightOf(name: string): 0 | 1 | 3 {
  if (FOREIGN.test(name) || LIST.test(name)) return 0;
  if (API.test(name)) return 3;
  return !PAGE.test(name) && URL_LIKE.test(name) ? 1 : 0;
}
