import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { HttpFault, rawFault } from './http.ts';
import { NAME, ROUTES, type Route, type RouteName } from './protocol.ts';
import { faultOf, type Schema } from './schema.ts';

/** What the request asks for. @throws HttpFault 400, 404, 405 */
export function match(request: IncomingMessage): {
  name: RouteName;
  params: string;
  query: Record<string, unknown>;
} {
  const [pathname = '', search = ''] = (request.url ?? '').split(/\?(.*)/s);
  const allowed: string[] = [];
  for (const [name, route] of Object.entries(ROUTES) as [RouteName, Route][]) {
    const pattern = new RegExp(`^${route.path.replace('{name}', '([^/]+)')}$`);
    const found = pattern.exec(pathname);
    if (!found) continue;
    if (route.method !== request.method) {
      allowed.push(route.method);
      continue;
    }
    checkHeaders(route, request.headers);
    return {
      name,
      params: found[1] === undefined ? '' : readName(found[1]),
      query: readQuery(route, search),
    };
  }
  if (allowed.length > 0) {
    throw new HttpFault(405, 'METHOD_NOT_ALLOWED', `${pathname} takes ${allowed.join(', ')}`, {
      headers: { Allow: allowed.join(', ') },
    });
  }
  throw new HttpFault(404, 'NOT_FOUND', `there is no ${pathname.slice(0, 100)}`, {
    hint: `There is: ${Object.values(ROUTES)
      .map(({ path }) => path)
      .join(', ')}`,
  });
}

/** @throws HttpFault 400 */
function readName(segment: string): string {
  let name: string;
  try {
    name = decodeURIComponent(segment);
  } catch {
    throw new HttpFault(400, 'USAGE', `${segment.slice(0, 100)} is not a name: its % are no bytes of UTF-8`);
  }
  check(NAME, name, 'the name');
  return name;
}

function checkHeaders({ headers = {} }: Route, given: IncomingMessage['headers']): void {
  for (const [key, schema] of Object.entries(headers)) {
    const value = given[key.toLowerCase()];
    if (value !== undefined) check(schema, value, key);
  }
}

/** @throws HttpFault 400 */
function check(schema: Schema, value: unknown, at: string): void {
  const fault = faultOf(schema, value, at);
  if (fault) throw new HttpFault(400, 'USAGE', fault);
}

/** @throws HttpFault 400 for what the route does not know */
function readQuery({ query = {} }: Route, search: string): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const [key, text] of new URLSearchParams(search)) {
    const schema = Object.hasOwn(query, key) ? query[key] : undefined;
    if (!schema) throw new HttpFault(400, 'USAGE', `there is no parameter "${key.slice(0, 100)}" here`);
    if (Object.hasOwn(given, key)) throw new HttpFault(400, 'USAGE', `"${key}" is given twice`);
    const { kind } = schema.shape;
    const value =
      kind === 'flag' && /^(true|false)$/.test(text)
        ? text === 'true'
        : kind === 'integer' && /^-?\d{1,15}$/.test(text)
          ? Number(text)
          : text;
    check(schema, value, `"${key}"`);
    given[key] = value;
  }
  return given;
}

/** What is no HTTP, or takes too long to be said. */
export function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const text =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? rawFault(408, 'Request Timeout', 'TOO_SLOW', 'the request was not complete in time')
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? rawFault(431, 'Request Header Fields Too Large', 'TOO_LARGE', 'the headers are too large')
        : rawFault(400, 'Bad Request', 'USAGE', `this is not HTTP/1.1: ${error.message}`);
  socket.end(text);
}
