import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Files, look, scripts } from './projects.ts';

const vite = scripts({ dev: 'vite' }, ['vite']);
const FLASK = 'from flask import Flask\napp = Flask(__name__)\n';
const FASTAPI = 'from fastapi import FastAPI\napp = FastAPI()\n';
const MAIN = "\nif __name__ == '__main__':\n";
const beside = (server: Files): Files => ({ ...server, 'frontend/package.json': vite });

const cases: [string, Files, string[]][] = [
  [
    'Flask: app.run',
    beside({
      'backend/requirements.txt': 'flask',
      'backend/app.py': `${FLASK}${MAIN}    app.run(debug=True, port=5001)  # 5000 is AirPlay's\n`,
    }),
    ['backend 5001 backend/app.py:5 app.run', 'frontend 5173'],
  ],
  [
    'Flask: host and port by place',
    beside({ 'backend/app.py': `${FLASK}${MAIN}    app.run("0.0.0.0", 5002, debug=True)\n` }),
    ['backend 5002 backend/app.py:5 app.run', 'frontend 5173'],
  ],
  [
    'Flask: a variable with its default, and python-dotenv',
    beside({
      'backend/requirements.txt': 'flask\npython-dotenv\n',
      'backend/app.py': `import os\nfrom dotenv import load_dotenv\nload_dotenv()\n${FLASK}${MAIN}    port = int(os.environ.get("FLASK_PORT", 5003))\n    app.run(port=port)\n`,
      'backend/.env': 'FLASK_PORT=5004\n',
    }),
    ['backend 5004 backend/.env:1 FLASK_PORT', 'frontend 5173'],
  ],
  [
    'Flask: the same without the file',
    beside({
      'backend/app.py': `import os\n${FLASK}${MAIN}    port = int(os.environ.get("FLASK_PORT", 5003))\n    app.run(port=port)\n`,
    }),
    ['backend 5003 backend/app.py:6 FLASK_PORT', 'frontend 5173'],
  ],
  [
    'Flask: .flaskenv',
    beside({
      'backend/requirements.txt': 'flask',
      'backend/app.py': FLASK,
      'backend/.flaskenv': 'FLASK_APP=app\nFLASK_RUN_PORT=5055\n',
    }),
    ['backend 5055 backend/.flaskenv:2 FLASK_RUN_PORT', 'frontend 5173'],
  ],
  [
    'Flask-SocketIO',
    beside({
      'server/app.py': `${FLASK}socketio = SocketIO(app, cors_allowed_origins="http://localhost:5173")${MAIN}    socketio.run(app, debug=True, port=5010)\n`,
    }),
    ['backend 5010 server/app.py:5 socketio.run', 'frontend 5173'],
  ],
  [
    'FastAPI: uvicorn.run',
    beside({
      'backend/main.py': `import uvicorn\n${FASTAPI}${MAIN}    uvicorn.run("main:app", host="0.0.0.0", port=5050, reload=True)\n`,
    }),
    ['backend 5050 backend/main.py:6 uvicorn.run', 'frontend 5173'],
  ],
  [
    'FastAPI: run.py beside the package starts it',
    beside({
      'backend/requirements.txt': 'fastapi\nuvicorn',
      'backend/app/__init__.py': '',
      'backend/app/main.py': FASTAPI,
      'backend/run.py':
        'import uvicorn\n\nif __name__ == "__main__":\n    uvicorn.run("app.main:app", port=8088, reload=True)\n',
    }),
    ['backend 8088 backend/run.py:4 uvicorn.run', 'frontend 5173'],
  ],
  [
    'FastAPI: pydantic settings',
    beside({
      'backend/requirements.txt': 'fastapi\nuvicorn\npydantic-settings',
      'backend/main.py': `import uvicorn\nfrom config import settings\n${FASTAPI}${MAIN}    uvicorn.run(app, host=settings.HOST, port=settings.PORT)\n`,
      'backend/config.py':
        'from pydantic import Field\nfrom pydantic_settings import BaseSettings\n\nclass RedisSettings(BaseSettings):\n    PORT: int = 6380\n\nclass Settings(BaseSettings):\n    HOST: str = "0.0.0.0"\n    DB_PORT: int = 5432\n    PORT: int = Field(default=8123, ge=1024, le=65535)\n\nsettings = Settings()\n',
    }),
    ['backend 8123 backend/config.py:10 PORT', 'frontend 5173'],
  ],
  [
    'FastAPI: settings’ env file',
    beside({
      'backend/requirements.txt': 'fastapi\nuvicorn\npydantic-settings',
      'backend/main.py': `import uvicorn\nfrom config import settings\n${FASTAPI}${MAIN}    uvicorn.run(app, port=settings.port)\n`,
      'backend/config.py':
        'from pydantic_settings import BaseSettings\n\nclass Settings(BaseSettings):\n    port: int = 8123\n\n    class Config:\n        env_file = ".env"\n\nsettings = Settings()\n',
      'backend/.env': 'PORT=8124\nDATABASE_URL=postgresql://u:p@localhost:5432/x\n',
    }),
    ['backend 8124 backend/.env:1 PORT', 'frontend 5173'],
  ],
  [
    'FastAPI full-stack template: the page’s variable says 8000',
    {
      'backend/pyproject.toml':
        '[project]\nname = "app"\ndependencies = ["fastapi[standard]", "pydantic-settings"]\n',
      'backend/app/__init__.py': '',
      'backend/app/main.py': FASTAPI,
      'frontend/package.json': vite,
      'frontend/.env': 'VITE_API_URL=http://localhost:8000\nMAILCATCHER_HOST=http://localhost:1080\n',
      '.env':
        'DOMAIN=localhost\nFRONTEND_HOST=http://localhost:5173\nPOSTGRES_PORT=5432\nBACKEND_CORS_ORIGINS="http://localhost,http://localhost:5173"\n',
    },
    ['backend 8000 frontend/.env:1 VITE_API_URL', 'frontend 5173'],
  ],
  [
    'FastAPI: the page calls another port than uvicorn’s default',
    beside({
      'backend/main.py': FASTAPI,
      'frontend/.env.development': 'VITE_API_BASE_URL="http://127.0.0.1:8765/api/v1"\n',
    }),
    ['backend 8765 frontend/.env.development:1 VITE_API_BASE_URL', 'frontend 5173'],
  ],
  [
    'argparse',
    beside({
      'server/server.py':
        'import argparse\nfrom http.server import HTTPServer\nparser = argparse.ArgumentParser()\nparser.add_argument("--workers", type=int, default=1000)\nparser.add_argument("--port", type=int, default=8099, help="was 8000")\nargs = parser.parse_args()\nHTTPServer(("", args.port), Handler).serve_forever()\n',
    }),
    ['backend 8099 server/server.py:5 HTTPServer', 'frontend 5173'],
  ],
  [
    'a constant',
    beside({
      'server/server.py':
        'import socketserver\nPORT = 8077\nwith socketserver.TCPServer(("", PORT), Handler) as httpd:\n    httpd.serve_forever()\n',
    }),
    ['backend 8077 server/server.py:2 socketserver.TCPServer', 'frontend 5173'],
  ],
  [
    'aiohttp',
    beside({
      'server/main.py':
        'from aiohttp import web\nimport redis\nr = redis.Redis(host="localhost", port=6379)\nweb.run_app(app, host="127.0.0.1", port=8181)\n',
    }),
    ['backend 8181 server/main.py:4 web.run_app', 'frontend 5173'],
  ],
  [
    'Django beside Vite: its default, and the proxy that says the same',
    {
      'backend/manage.py':
        "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\nfrom django.core.management import execute_from_command_line\n",
      'backend/shop/settings.py':
        "DATABASES = {'default': {'PORT': 5432}}\nCORS_ALLOWED_ORIGINS = [\n    'http://localhost:5173',\n]\n",
      'frontend/package.json': vite,
      'frontend/vite.config.js':
        "export default { server: { proxy: { '/api': 'http://127.0.0.1:8000', '/media': 'http://127.0.0.1:8000' } } };\n",
    },
    ['backend 8000 frontend/vite.config.js:1 proxy', 'frontend 5173'],
  ],
  [
    'Django: the proxy says another',
    {
      'backend/manage.py':
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\nfrom django.core.management import x\n",
      'frontend/package.json': vite,
      'frontend/vite.config.js':
        "export default { server: { proxy: { '/api': 'http://127.0.0.1:8008' } } };\n",
    },
    ['backend 8008 frontend/vite.config.js:1 proxy', 'frontend 5173'],
  ],
  [
    'gunicorn’s own config',
    {
      'package.json': scripts({ 'dev:api': 'gunicorn app:app --reload', 'dev:web': 'vite' }, ['vite']),
      'app.py': FLASK,
      'gunicorn.conf.py': 'workers = 2\nbind = "127.0.0.1:5060"\n',
    },
    ['backend 5060 gunicorn.conf.py:2 bind', 'frontend 5173'],
  ],
  [
    'Streamlit’s config.toml',
    {
      'app.py': 'import streamlit as st\n',
      '.streamlit/config.toml': '[theme]\nbase = "dark"\n[server]\nheadless = true\nport = 8599\n',
    },
    ['frontend 8599 .streamlit/config.toml:5 bind'],
  ],
  [
    'Gradio',
    {
      'app.py':
        'import gradio as gr\ndemo = gr.Interface(f, "text", "text")\ndemo.launch(server_name="0.0.0.0", server_port=7861)\n',
    },
    ['frontend 7861 app.py:3 demo.launch'],
  ],
  [
    'Dash',
    { 'app.py': 'from dash import Dash\napp = Dash(__name__)\napp.run_server(debug=True, port=8051)\n' },
    ['frontend 8051 app.py:3 app.run_server'],
  ],
  [
    'Reflex',
    {
      'rxconfig.py':
        'import reflex as rx\nconfig = rx.Config(app_name="demo", frontend_port=3100, backend_port=8100)\n',
    },
    ['backend 8100 rxconfig.py:2 backend_port', 'frontend 3100 rxconfig.py:2 frontend_port'],
  ],
  [
    'Reflex that finds its own',
    {
      'rxconfig.py':
        'import reflex as rx\nconfig = rx.Config(app_name="demo", backend_port=find_available_port(8000, 10))\n',
    },
    ['backend 8000', 'frontend 3000'],
  ],
  [
    'a doc string, a comment and a test are none',
    beside({
      'backend/app.py': `"""Run with app.run(port=7777)."""\n${FLASK}# app.run(port=6666)\nclient = Redis(port=6379)\n${MAIN}    app.run(debug=True)\n`,
      'backend/tests/test_app.py': 'app.run(port=9999)\n',
    }),
    ['backend 5000', 'frontend 5173'],
  ],
  [
    'the README’s command for that very app',
    beside({
      'backend/main.py': FASTAPI,
      'README.md':
        '# Shop\n\nPostgres is on 5432.\n\n```sh\ncd backend && uvicorn main:app --reload --port 8001\n```\n',
    }),
    ['backend 8001 README.md:6 its command', 'frontend 5173'],
  ],
  [
    'a Makefile’s command for that very app, before the README’s',
    beside({
      'backend/manage.py': 'DJANGO_SETTINGS_MODULE\nexecute_from_command_line(sys.argv)\n',
      'backend/requirements.txt': 'django\n',
      'other/manage.py': '',
      Makefile:
        'other:\n\tcd other && python manage.py runserver 8011\nserve:\n\tcd backend && python manage.py runserver 0.0.0.0:8098\n',
      'README.md': 'python manage.py runserver 8099\n',
    }),
    ['backend 8098 Makefile:4 its command', 'frontend 5173'],
  ],
  [
    'compose’s command for that very app',
    beside({
      'backend/main.py': FASTAPI,
      'docker-compose.yml':
        'services:\n  worker:\n    build: ./worker\n    command: uvicorn worker:app --port 8555\n  db:\n    image: postgres\n    ports: ["5432:5432"]\n  api:\n    build: ./backend\n    command: uvicorn main:app --host 0.0.0.0 --port 8002 --reload\n',
    }),
    ['backend 8002 docker-compose.yml:10 docker-compose.yml', 'frontend 5173'],
  ],
  [
    'Reflex: its settings have the ports, and its own script starts it',
    {
      'rxconfig.py':
        'import reflex as rx\nfrom shop.settings import settings\nconfig = rx.Config(\n    app_name="web",\n    frontend_port=settings.frontend_port,\n    backend_port=settings.backend_port,\n)\n',
      'shop/__init__.py': '',
      'shop/settings.py':
        'class Settings(BaseSettings):\n    frontend_port: int = Field(\n        default=3007,\n    )\n    backend_port: int = Field(default=8007)\n\n\nsettings = Settings()\n',
      'shop/__main__.py':
        'import subprocess, sys\n\n\ndef main():\n    print("http://localhost:3007")\n    subprocess.run([sys.executable, "-m", "reflex", "run"])\n',
      'pyproject.toml': '[project.scripts]\nshop = "shop.__main__:main"\n',
    },
    ['backend 8007 shop/settings.py:5 BACKEND_PORT', 'frontend 3007 shop/settings.py:3 FRONTEND_PORT'],
  ],
];

for (const [name, files, expected] of cases) {
  test(name, async () => {
    assert.deepEqual((await look(files)).ports, expected);
  });
}
