// A tiny API: reads PORT and CORS_ORIGINS, which devstart sets, and HOST, which it sets with --host.
import { createServer } from 'node:http';

const port = Number(process.env.PORT ?? 8000);
const origins = new Set((process.env.CORS_ORIGINS ?? 'http://localhost:3000').split(','));
let answers = 0;

const server = createServer((request, response) => {
  const { origin } = request.headers;
  response.setHeader('vary', 'origin');
  if (origin !== undefined && !origins.has(origin)) {
    return send(response, 403, { error: `${origin} is not one of CORS_ORIGINS` });
  }
  if (origin !== undefined) {
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-allow-headers', 'content-type');
  }
  if (request.method === 'OPTIONS') return response.writeHead(204).end();
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname === '/health') return send(response, 200, { ok: true });
  if (pathname === '/api/hello') {
    answers += 1;
    return send(response, 200, {
      message: `Hello from port ${port}`,
      answers,
      time: new Date().toISOString(),
    });
  }
  send(response, 404, { error: `nothing at ${pathname}` });
});

function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

server.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
server.listen(port, process.env.HOST ?? 'localhost', () => console.log(`API on http://localhost:${port}`));

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}
