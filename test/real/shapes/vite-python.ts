/** Vite before servers of Python. */
import { any, manifest, PUT, page, pythonAnswer, reach, relative, type Shape, WORDS } from './shape.ts';

const vite = (server: string): string => `import { defineConfig } from 'vite'

export default defineConfig({ server: ${server} })
`;

/** Vite in `frontend`, with calls below a base that its module says first. */
const frontend = (base: string, more: Record<string, string> = {}): Record<string, string> => ({
  'frontend/package.json': manifest({
    name: 'frontend',
    scripts: { dev: 'vite' },
    devDependencies: any('vite'),
  }),
  'frontend/index.html': page('/src/main.js'),
  'frontend/src/main.js': `const base = ${base}
${reach({
  get: 'fetch(`${base}/hello`).then(json)',
  put: `fetch(\`\${base}/hello\`, ${PUT}).then(json)`,
})}${WORDS}`,
  ...more,
});

const fastapi = (settings: string, origins: string, route = '/api/v1/hello'): string => `import os

from fastapi import FastAPI, Request, WebSocket
from fastapi.middleware.cors import CORSMiddleware
${settings}

app = FastAPI()
app.add_middleware(
    CORSMiddleware,
    allow_origins=${origins},
    allow_credentials=True,
    allow_methods=["*"],
    allow_headers=["*"],
)


@app.api_route("${route}", methods=["GET", "PUT"])
def hello(request: Request):
    return ${pythonAnswer()}


@app.websocket("/ws")
async def ws(socket: WebSocket):
    await socket.accept()
    await socket.send_json({"from": os.getcwd(), "origin": socket.headers.get("origin")})
`;

const flask = (before: string, run: string, route = '/api/hello'): string => `import os

from flask import Flask, request
${before}

app = Flask(__name__)
${before.includes('flask_cors') ? 'CORS(app, origins=["http://localhost:5173"], supports_credentials=True)\n' : ''}

@app.route("${route}", methods=["GET", "PUT"])
def hello():
    return ${pythonAnswer()}
${run}`;

const serve = (line: string): string => `

if __name__ == "__main__":
    ${line}
`;

export const vitePython: Shape[] = [
  {
    name: 'FastAPI with pydantic’s list in backend/.env, VITE_API_URL in frontend/.env',
    packages: 'node',
    venv: 'backend',
    files: {
      'backend/requirements.txt': 'fastapi\nuvicorn[standard]\npydantic-settings\n',
      'backend/.env': 'BACKEND_CORS_ORIGINS=["http://localhost:5173"]\n',
      'backend/app/__init__.py': '',
      'backend/app/config.py': `from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")
    BACKEND_CORS_ORIGINS: list[str] = []


settings = Settings()
`,
      'backend/app/main.py': fastapi('from app.config import settings', 'settings.BACKEND_CORS_ORIGINS'),
      ...frontend('import.meta.env.VITE_API_URL', {
        'frontend/.env': 'VITE_API_URL=http://localhost:8000/api/v1\n',
      }),
    },
    owner: ['cd backend && uvicorn app.main:app --reload', 'cd frontend && npm run dev'],
    url: 'http://localhost:5173',
    edit: 'frontend/src/main.js',
  },
  {
    name: 'FastAPI by settings of the root’s .env with ${…}, a default FRONTEND_HOST, fastapi’s URL in code',
    packages: 'node',
    venv: 'backend',
    files: {
      '.env':
        'POSTGRES_PASSWORD=changethis\nDATABASE_URL=postgresql://postgres:${POSTGRES_PASSWORD}@db.test/app\n',
      'backend/requirements.txt': 'fastapi\nuvicorn[standard]\npydantic-settings\n',
      'backend/main.py': `${fastapi(
        `from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file="../.env", extra="ignore")
    DATABASE_URL: str
    FRONTEND_HOST: str = "http://localhost:5173"


settings = Settings()`,
        '[settings.FRONTEND_HOST]',
        '/hello',
      )}

@app.get("/db")
def db():
    return {"from": os.getcwd(), "url": settings.DATABASE_URL}


if __name__ == "__main__":
    import uvicorn

    uvicorn.run("main:app", host="0.0.0.0", port=5050, reload=True)
`,
      ...frontend("'http://localhost:5050'"),
      'frontend/src/main.js': `const base = 'http://localhost:5050'
${reach({
  get: 'fetch(`${base}/hello`).then(json)',
  put: `fetch(\`\${base}/hello\`, ${PUT}).then(json)`,
  db: 'fetch(`${base}/db`).then(json)',
  socket: "heard('ws://localhost:5050/ws')",
})}${WORDS}`,
    },
    owner: ['cd backend && python main.py', 'cd frontend && npm run dev'],
    url: 'http://localhost:5173',
    edit: 'frontend/src/main.js',
  },
  {
    name: 'Flask with tables and a port of its own in its main block, Vite’s proxy',
    packages: 'node',
    venv: 'backend',
    files: {
      'backend/requirements.txt': 'flask\n',
      'backend/app.py': flask(
        '',
        `
tables = []

@app.route("/api/tables")
def made():
    return {"from": os.getcwd(), "tables": tables}
${serve('tables.append("polls")\n    app.run(debug=True, port=5001)  # 5000 is AirPlay’s on a Mac')}`,
      ),
      ...frontend("'/api'", {
        'frontend/vite.config.js': vite("{ proxy: { '/api': 'http://127.0.0.1:5001' } }"),
        'frontend/src/main.js': reach({ ...relative, tables: "fetch('/api/tables').then(json)" }) + WORDS,
      }),
    },
    owner: ['cd backend && python app.py', 'cd frontend && npm run dev'],
    url: 'http://localhost:5173',
    edit: 'frontend/src/main.js',
  },
  {
    name: 'flask run from a root script, flask-cors’ list, a default URL in the page',
    packages: 'node',
    venv: '.',
    files: {
      'requirements.txt': 'flask\nflask-cors\n',
      'package.json': manifest({
        name: 'polls',
        scripts: {
          dev: 'concurrently "npm run api" "npm run web"',
          api: 'flask --app server/app.py run --debug',
          web: 'npm run dev --prefix frontend',
        },
        devDependencies: any('concurrently'),
      }),
      'server/app.py': flask('from flask_cors import CORS', ''),
      ...frontend("`${import.meta.env.VITE_BACKEND || 'http://localhost:5000'}/api`"),
    },
    owner: ['npm run dev'],
    url: 'http://localhost:5173',
    edit: 'frontend/src/main.js',
  },
  {
    name: 'Django with django-cors-headers and CSRF’s list, Vite beside it',
    packages: 'node',
    venv: 'backend',
    files: {
      'backend/requirements.txt': 'django\ndjango-cors-headers\n',
      'backend/manage.py': `import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
`,
      'backend/shop/__init__.py': '',
      'backend/shop/settings.py': `SECRET_KEY = "shapes"
DEBUG = True
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "shop.urls"
INSTALLED_APPS = ["corsheaders"]
MIDDLEWARE = [
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
CORS_ALLOWED_ORIGINS = ["http://localhost:5173"]
CORS_ALLOW_CREDENTIALS = True
CSRF_TRUSTED_ORIGINS = ["http://localhost:5173"]
`,
      'backend/shop/urls.py': `import os

from django.http import JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt
def hello(request):
    return JsonResponse(${pythonAnswer()})


urlpatterns = [path("api/hello", hello)]
`,
      ...frontend("import.meta.env.VITE_API ?? 'http://localhost:8000/api'"),
    },
    owner: ['cd backend && python manage.py runserver', 'cd frontend && npm run dev'],
    url: 'http://localhost:5173',
    edit: 'frontend/src/main.js',
  },
  {
    name: 'gunicorn with its port as a flag, Vite’s proxy, a Makefile',
    packages: 'node',
    venv: '.',
    files: {
      Makefile:
        'dev:\n\tmake -j2 api web\n\napi:\n\tgunicorn -b 127.0.0.1:8001 --reload server:app\n\nweb:\n\tcd frontend && npm run dev\n',
      'requirements.txt': 'flask\ngunicorn\n',
      'server.py': flask('', ''),
      ...frontend("'/api'", {
        'frontend/vite.config.js': vite("{ proxy: { '/api': { target: 'http://127.0.0.1:8001' } } }"),
      }),
    },
    owner: ['make dev'],
    url: 'http://localhost:5173',
    edit: 'frontend/src/main.js',
  },
  {
    name: 'two servers of Python: one sends the page and asks the other, as its browser does',
    venv: '.',
    files: {
      'requirements.txt': 'fastapi\nuvicorn[standard]\nhttpx\n',
      'api.py': fastapi('', '["http://localhost:8080"]', '/hello'),
      'web.py': `import httpx
import uvicorn
from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse

app = FastAPI()


@app.get("/hello")
def hello():
    return httpx.get("http://localhost:8000/hello").json()


@app.get("/page.js")
def script():
    return FileResponse("page.js")


@app.get("/")
def index():
    return HTMLResponse('${page('/page.js').trim()}')


if __name__ == "__main__":
    uvicorn.run(app, port=8080)
`,
      'page.js': reach({
        own: "fetch('/hello').then(json)",
        api: "fetch('http://localhost:8000/hello').then(json)",
      }),
      'devstart.config.json': JSON.stringify({
        apps: [
          { name: 'api', role: 'backend', command: 'uvicorn api:app' },
          { name: 'web', role: 'frontend', command: 'python web.py', port: 8080 },
        ],
      }),
    },
    owner: ['uvicorn api:app', 'python web.py'],
    url: 'http://localhost:8080',
    strays: { 8000: ['page.js:10'] },
  },
];
