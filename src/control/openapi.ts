import { API_ERROR, SENT_EVENT } from './answers.ts';
import { API_VERSION, NAME, ROUTES, type Route } from './protocol.ts';
import { jsonSchema } from './schema.ts';

const REASONS: Readonly<Record<number, string>> = {
  400: 'The request is not what it should be',
  404: 'Nothing here is called so',
  405: 'This path takes another method',
  409: 'Another change is under way, or the run stops',
  413: 'The body has more than 64 KiB',
  422: 'It could not be done: all is as before',
};

/** The whole API as `openapi.json` has it (OpenAPI 3.1). Pure. */
export function openApi(): object {
  const components: Record<string, object> = {};
  const paths: Record<string, Record<string, object>> = {};
  for (const [name, route] of Object.entries(ROUTES) as [string, Route][]) {
    paths[route.path] = {
      ...paths[route.path],
      [route.method.toLowerCase()]: operation(name, route, components),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'devstart: the control API of a run',
      version: String(API_VERSION),
      description:
        'HTTP/1.1 over a Unix socket (Windows: a named pipe), whose path stands in the run’s record and in `devstart info`. For the user alone who started the run.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: 'http://localhost', description: 'curl --unix-socket SOCKET http://localhost/v1' }],
    paths,
    components: { schemas: components },
  };
}

function operation(name: string, route: Route, components: Record<string, object>): object {
  const { summary, path, query = {}, headers = {}, body, answer, errors } = route;
  const schema = (of: Parameters<typeof jsonSchema>[0]) => jsonSchema(of, components);
  const json = (of: Parameters<typeof jsonSchema>[0]) => ({ 'application/json': { schema: schema(of) } });
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, key]) => ({
      name: key,
      in: 'path',
      required: true,
      schema: schema(NAME),
    })),
    ...Object.entries(query).map(([key, of]) => ({ name: key, in: 'query', schema: schema(of) })),
    ...Object.entries(headers).map(([key, of]) => ({ name: key, in: 'header', schema: schema(of) })),
  ];
  const ok =
    answer === 'events'
      ? {
          description: 'Events, until the run ends; the schema is that of each one',
          content: { 'text/event-stream': { schema: sentEvent(schema(SENT_EVENT)) } },
        }
      : { description: 'Done', content: json(answer) };
  return {
    operationId: name,
    summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { required: true, content: json(body) } } : {}),
    responses: {
      200: ok,
      ...Object.fromEntries(
        errors.map((status) => [status, { description: REASONS[status], content: json(API_ERROR) }]),
      ),
    },
  };
}

/** A server-sent event by its fields: one line of JSON each. */
function sentEvent(contentSchema: object): object {
  return {
    type: 'object',
    properties: {
      id: { type: 'string', description: 'RUN/NUMBER, for Last-Event-ID; not with what still holds' },
      data: { type: 'string', contentMediaType: 'application/json', contentSchema },
    },
    required: ['data'],
  };
}
