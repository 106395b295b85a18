/** Python's own frameworks and clients, followed: fixed CORS lists of an origin that moved, connections to a moved port. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { ask, followEnv, freePort, moved, program } from '../rig/follow.ts';
import { environment, MINUTE, type Project, project, until, venv } from './support.ts';

const timeout = 15 * MINUTE;

const files = (origin: string) => ({
  'fast.py': `from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
import os

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["${origin}"], allow_credentials=True, allow_methods=["*"], allow_headers=["*"])

@app.get("/hello")
def hello():
    return {"message": "hello"}

if __name__ == "__main__":
    import uvicorn
    uvicorn.run("fast:app", port=int(os.environ["AT"]), reload=True)
`,
  'flasky.py': `from flask import Flask
from flask_cors import CORS
import os

app = Flask(__name__)
CORS(app, origins=["http://other.example", "${origin}"], supports_credentials=True)

@app.route("/hello")
def hello():
    return {"message": "hello"}

if __name__ == "__main__":
    app.run(port=int(os.environ["AT"]), debug=True)
`,
  'manage.py': `import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_settings")
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
`,
  'site_settings.py': `import os
SECRET_KEY = "x"
DEBUG = True
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "site_urls"
INSTALLED_APPS = os.environ.get("FIRST", "corsheaders").split(",") + ["django.contrib.staticfiles"]
STATIC_URL = "static/"
MIDDLEWARE = ["corsheaders.middleware.CorsMiddleware", "django.middleware.csrf.CsrfViewMiddleware"]
CORS_ALLOWED_ORIGINS = CSRF_TRUSTED_ORIGINS = ["${origin}"]
CORS_ALLOW_CREDENTIALS = True
ASGI_APPLICATION = "site_asgi.application"
`,
  'site_asgi.py': `import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_settings")
from django.core.asgi import get_asgi_application
application = get_asgi_application()
`,
  'site_urls.py': `from django.http import JsonResponse
from django.urls import path
from django.views.decorators.csrf import ensure_csrf_cookie
urlpatterns = [path("hello", ensure_csrf_cookie(lambda request: JsonResponse({"message": "hello"})))]
`,
});

/** `PORT` in them is the server's. */
const servers: Record<string, { argv: string; env?: Record<string, string>; preflight?: false }> = {
  uvicorn: { argv: 'uvicorn fast:app --port PORT' },
  'uvicorn --reload': { argv: 'uvicorn fast:app --reload --port PORT' },
  'uvicorn --workers': { argv: 'uvicorn fast:app --workers 2 --port PORT' },
  'uvicorn without its C parts': { argv: 'uvicorn fast:app --loop asyncio --http h11 --port PORT' },
  'uvicorn.run with reload': { argv: 'python fast.py' },
  hypercorn: { argv: 'hypercorn fast:app -b 127.0.0.1:PORT' },
  // Its WSGI side cannot answer without a body.
  'hypercorn, WSGI': { argv: 'hypercorn flasky:app -b 127.0.0.1:PORT', preflight: false },
  'flask run': { argv: 'flask --app flasky run --port PORT' },
  'flask run --debug': { argv: 'flask --app flasky run --debug --port PORT' },
  'python app.py': { argv: 'python flasky.py' },
  gunicorn: { argv: 'gunicorn flasky:app -b 127.0.0.1:PORT' },
  'gunicorn, threads': { argv: 'gunicorn flasky:app -k gthread --threads 2 -b 127.0.0.1:PORT' },
  'gunicorn, gevent': { argv: 'gunicorn flasky:app -k gevent -b 127.0.0.1:PORT' },
  'gunicorn, uvicorn workers': {
    argv: 'gunicorn fast:app -k uvicorn_worker.UvicornWorker -b 127.0.0.1:PORT',
  },
  'gunicorn, ASGI workers': { argv: 'gunicorn fast:app -k asgi -b 127.0.0.1:PORT' },
  waitress: { argv: 'waitress-serve --listen=127.0.0.1:PORT flasky:app' },
  'Django runserver': { argv: 'python manage.py runserver PORT' },
  'Django runserver by daphne': {
    argv: 'python manage.py runserver PORT',
    env: { FIRST: 'daphne,corsheaders' },
  },
  daphne: { argv: 'daphne -p PORT site_asgi:application' },
};

async function followsCors(t: TestContext, at: Project, name: string, written: number, real: number) {
  const { argv, env, preflight: asks } = servers[name] as (typeof servers)[string];
  const port = await freePort();
  const [command = '', ...args] = argv.split(' ').map((word) => word.replace('PORT', String(port)));
  const bin = path.join(at.root, '.venv/bin');
  const followed = followEnv(new Map([[written, real]]), { origins: [written], inherited: environment });
  const started = program(t, [path.join(bin, command), ...args], {
    cwd: at.root,
    env: { ...environment, ...followed, ...env, AT: String(port), PYTHONUNBUFFERED: '1' },
  });
  await until(`an answer of ${name}`, () => ask(port, '/hello'));
  const origin = `http://localhost:${real}`;
  const answer = await ask(port, '/hello', { origin });
  assert.equal(answer.status, 200, started.output());
  assert.match(answer.body.toString(), /hello/);
  assert.equal(answer.headers['access-control-allow-origin'], origin);
  assert.equal(answer.headers['access-control-allow-credentials'], 'true');
  if (asks === false) return await started.stop();
  const preflight = {
    origin,
    'access-control-request-method': 'PUT',
    'access-control-request-headers': 'x-a',
  };
  const asked = await ask(port, '/hello', preflight, 'OPTIONS');
  assert.ok(asked.status < 300, String(asked.status));
  assert.equal(asked.headers['access-control-allow-origin'], origin);
  assert.match(String(asked.headers.vary), /origin/i);
  for (const foreign of ['http://evil.example', `http://evil.example:${real}`, `http://localhost:${real}0`]) {
    const refused = await ask(port, '/hello', { ...preflight, origin: foreign }, 'OPTIONS');
    assert.equal(refused.headers['access-control-allow-origin'], undefined, foreign);
  }
  await started.stop();
}

/** `W` in them is the written port. */
const clients: Record<string, string> = {
  requests: 'import requests; print(requests.get("http://localhost:W/").text)',
  httpx: 'import httpx; print(httpx.get("http://127.0.0.1:W/").text)',
  'httpx, async': `import httpx, asyncio
async def main():
    async with httpx.AsyncClient() as c: print((await c.get("http://localhost:W/")).text)
asyncio.run(main())`,
  'httpx on uvloop': `import httpx, uvloop
async def main():
    async with httpx.AsyncClient() as c: print((await c.get("http://localhost:W/")).text)
uvloop.run(main())`,
  aiohttp: `import aiohttp, asyncio
async def main():
    async with aiohttp.ClientSession() as s: print(await (await s.get("http://localhost:W/")).text())
asyncio.run(main())`,
  'aiohttp on uvloop': `import aiohttp, uvloop
async def main():
    async with aiohttp.ClientSession() as s: print(await (await s.get("http://localhost:W/")).text())
uvloop.run(main())`,
  'streams on uvloop': `import asyncio, uvloop
async def main():
    r, w = await asyncio.open_connection("localhost", W)
    w.write(b"GET / HTTP/1.0\\r\\n\\r\\n")
    print((await r.read()).decode().split("\\n")[-1])
uvloop.run(main())`,
  'gevent, patched': `from gevent import monkey; monkey.patch_all()
import requests; print(requests.get("http://localhost:W/").text)`,
  'eventlet, patched': `import eventlet; eventlet.monkey_patch()
import requests; print(requests.get("http://localhost:W/").text)`,
};

test('Python, followed', { timeout }, async (t) => {
  const at = project(t, 'followed');
  await venv(
    at.root,
    ...[
      'fastapi',
      'uvicorn[standard]',
      'uvicorn-worker',
      'hypercorn',
      'flask',
      'flask-cors',
      'gunicorn',
      'gevent',
      'eventlet',
    ],
    ...['waitress', 'django', 'django-cors-headers', 'daphne', 'channels', 'requests', 'httpx', 'aiohttp'],
  );
  const { written, real } = await moved(t);
  at.write(files(`http://localhost:${written}`));
  for (const [name, code] of Object.entries(clients)) {
    await t.test(name, async (t) => {
      const python = path.join(at.root, '.venv/bin/python');
      const env = { ...environment, ...followEnv(new Map([[written, real]]), { inherited: environment }) };
      const said = await program(t, [python, '-c', code.replace('W', String(written))], { env }).ended;
      assert.equal(said.trim().split('\n').at(-1), 'own GET /');
    });
  }
  for (const name of Object.keys(servers)) {
    await t.test(name, (t) => followsCors(t, at, name, written, real));
  }
});
