import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detect, type Files, projects, scripts, summary } from './projects.ts';

/** What public projects start, where a look at their files alone took something else or said too little. */

const project = await projects();

const vite = scripts({ dev: 'vite' }, ['vite']);
const express = scripts({ dev: 'node server.js' }, ['express']);
const WEB = 'web frontend vite 5173: npm run dev -- +P @web';
const FASTAPI = 'import os\nfrom fastapi import FastAPI\napp = FastAPI()\n';
const AXUM = 'axum = "0.8"\n';
const crate = (name: string, deps = ''): string => `[package]\nname = "${name}"\n\n[dependencies]\n${deps}`;
const GO = (listens: string): string => `package main\n\nfunc main() {\n\t${listens}\n}\n`;
const SERVES = GO('http.ListenAndServe(":8080", nil)');
const unknown = (name: string, flag: string): string =>
  `${name}: no file that was read says where it listens, so it is told a port by PORT; if it has one of its own, say it: ${flag}`;

/** Title, files, apps, what is left out, notes. */
const places: [string, Files, string[], string[]?, string[]?][] = [
  [
    'a page behind portless',
    { 'package.json': scripts({ dev: 'portless run --name shop next dev' }, ['next']) },
    ['app none ? any?: npm run dev'],
    [],
    ['app: portless gives it a port and a name of its own: it listens where portless says'],
  ],
  [
    'a page that Phoenix’s watchers start',
    {
      'package.json': vite,
      'backend/mix.exs': 'defp deps do\n  [{:phoenix, "~> 1.7.14"}]\nend\n',
      'backend/config/dev.exs':
        'config :shop, ShopWeb.Endpoint,\n  http: [port: 4000],\n  watchers: [\n    npm:\n      {"npm", ["run", "dev", "--", "--port", "5173"],\n       cd: Path.expand("../..", __DIR__)}\n  ]\n',
    },
    ['backend backend phoenix 4000: mix phx.server @backend'],
    ['frontend: config/dev.exs starts it with the server'],
    [],
  ],
  [
    'a page beside a Phoenix whose watchers are elsewhere',
    {
      'frontend/package.json': vite,
      'backend/mix.exs': 'defp deps do\n  [{:phoenix, "~> 1.7.14"}]\nend\n',
      'backend/config/dev.exs':
        'config :shop, ShopWeb.Endpoint,\n  http: [port: 4000],\n  watchers: [\n    node: ["build.js", "--watch", cd: Path.expand("../assets", __DIR__)]\n  ]\n',
    },
    [
      'backend backend phoenix 4000: mix phx.server @backend',
      'frontend frontend vite 5173: npm run dev -- +P @frontend',
    ],
  ],
  [
    'a script that the system decides',
    {
      'server/main.py': FASTAPI,
      'server/requirements.txt': 'fastapi\n',
      'ClientApp/package.json': scripts(
        {
          start: 'run-script-os',
          'start:default': 'ng serve --port 44485 --ssl',
          'start:windows': 'ng serve --port 44485 --ssl',
        },
        ['@angular/core', 'run-script-os'],
      ),
    },
    [
      'server backend fastapi 8000: python3 -m uvicorn main:app --reload +P @server',
      'ClientApp frontend angular 44485: npm run start @ClientApp',
    ],
  ],
  [
    'a page of which nothing says that it is the one that is meant',
    {
      'main.py': FASTAPI,
      'requirements.txt': 'fastapi\n',
      'demo/package.json': vite,
      'lib/package.json': scripts({ build: 'tsc' }, ['vite']),
    },
    ['backend backend fastapi 8000: python3 -m uvicorn main:app --reload +P'],
    ['demo: a page that its script "dev" starts; a config can add it'],
  ],
  [
    'a Procfile.dev without the page',
    {
      'Procfile.dev': 'web: gunicorn shop:app\n',
      'client/package.json': vite,
      'mobile/package.json': vite,
    },
    ['web frontend gunicorn 8000: $ gunicorn shop:app:{port}'],
    ['client: a page that its script "dev" starts; a config can add it'],
  ],
  [
    'a folder that is called as the server is, beside one that is none by its name',
    {
      'client/package.json': vite,
      'genai/main.py': FASTAPI,
      'genai/requirements.txt': 'fastapi\n',
      'server/auth/pom.xml': '<project />\n',
    },
    [
      'client frontend vite 5173: npm run dev -- +P @client',
      'genai backend fastapi 8000: python3 -m uvicorn main:app --reload +P @genai',
    ],
    ['server: no server was recognised in it; a config can add it'],
  ],
  [
    'Rails’ own webpack by a script of any name',
    {
      Gemfile: "gem 'rails'\ngem 'webpacker'\n",
      'config/webpacker.yml': 'development:\n  dev_server:\n    port: 3035\n',
      'bin/webpack-dev-server': '',
      'package.json': scripts({ 'dev:client': './bin/webpack-dev-server', test: 'jest' }, [
        'webpack-dev-server',
      ]),
    },
    ['webpack none task -: npm run dev:client', 'backend backend rails 3000: bundle exec rails server +P'],
  ],
  [
    'Laravel’s old builder with nothing to build',
    {
      'backend/artisan': '',
      'backend/composer.json': {},
      'backend/webpack.mix.js': "const mix = require('laravel-mix');\n/* mix.js('a', 'b'); */\n",
      'backend/package.json': scripts({ dev: 'mix', watch: 'mix watch' }, ['laravel-mix']),
      'web/package.json': vite,
    },
    ['backend backend laravel 8000: php artisan serve --port={port} @backend', WEB],
  ],
  [
    'a first try beside the real server of a folder',
    {
      'server/main.py':
        'from flask import Flask, jsonify\n\napp = Flask(__name__)\n\n@app.route("/api/users")\ndef users():\n    return jsonify([])\n\nif __name__ == "__main__":\n    app.run(debug=True, port=8880)\n',
      'server/app.py':
        'from flask import Flask\nimport shop\n\napp = Flask(__name__)\n\n@app.route("/a")\ndef a(): ...\n\n@app.route("/b")\ndef b(): ...\n\n@app.route("/c")\ndef c(): ...\n',
      'web/package.json': vite,
    },
    ['server backend flask 5000: python3 -m flask --app app run --debug +P @server', WEB],
    [],
    ['beside server/app.py there are servers in server/main.py; a config can add them'],
  ],
  [
    'a Rust program that demands its port',
    {
      'backend/Cargo.toml': crate('api', AXUM),
      'backend/src/main.rs':
        'fn main() { let port = std::env::var("PORT").unwrap().parse::<u16>().unwrap(); TcpListener::bind(("0.0.0.0", port)) }\n',
      'web/package.json': vite,
    },
    ['backend backend rust any: cargo run @backend', WEB],
    [],
    [
      'backend: it listens where PORT says, and no file that was read gives that; to say it: --backend-port N',
    ],
  ],
  [
    'a Node server whose port only its owner’s env file has',
    {
      'backend/package.json': express,
      'backend/server.js': "require('express')().listen(process.env.PORT);\n",
      'web/package.json': vite,
    },
    ['backend backend express any: npm run dev @backend', WEB],
    [],
    [
      'backend: it listens where PORT says, and no file that was read gives that; to say it: --backend-port N',
    ],
  ],
  [
    'a Cargo workspace: of its programs the server, and the port of its config',
    {
      'backend/Cargo.toml':
        '[workspace]\nmembers = ["crates/*", "bins/*"]\n[workspace.dependencies]\naxum = "0.8"\n',
      'backend/crates/api/Cargo.toml': crate('shop-api', AXUM),
      'backend/crates/api/src/lib.rs': '',
      'backend/bins/server/Cargo.toml': crate('shop-server', AXUM),
      'backend/bins/server/src/main.rs': 'fn main() { TcpListener::bind(&addr) }\n',
      'backend/bins/seeder/Cargo.toml': crate('shop-seeder'),
      'backend/bins/seeder/src/main.rs': 'fn main() {}\n',
      'backend/config/default.toml': '[server]\nhost = "0.0.0.0"\nport = 8088\n\n[database]\nport = 5432\n',
      'web/package.json': vite,
    },
    ['backend backend rust 8088: cargo run -p shop-server @backend', WEB],
  ],
  [
    'a program of one line whose server is a package beside it',
    {
      'server/Cargo.toml': `[workspace]\nmembers = [".", "api"]\n\n${crate('notes', 'api = { path = "api" }\n')}`,
      'server/src/main.rs': 'fn main() { api::main(); }\n',
      'server/api/Cargo.toml': crate('api', AXUM),
      'server/api/src/lib.rs':
        'pub fn main() {\n  let port = std::env::var("PORT").unwrap_or("4010".into());\n  TcpListener::bind(format!("0.0.0.0:{port}"));\n}\n',
      'web/package.json': vite,
    },
    ['server backend rust 4010: cargo run @server', WEB],
  ],
  [
    'of several binaries of one package its own',
    {
      'api/Cargo.toml': crate('api', AXUM),
      'api/src/main.rs': 'fn main() { TcpListener::bind("0.0.0.0:4011") }\n',
      'api/src/bin/import.rs': 'fn main() {}\n',
      'web/package.json': vite,
    },
    ['api backend rust 4011: cargo run --bin api @api', WEB],
  ],
  [
    'a Go tool beside cmd/server is not what starts',
    {
      'backend/go.mod': 'module x/shop\n',
      'backend/check_token.go': GO('fmt.Println("ok")'),
      'backend/cmd/server/main.go': SERVES,
      'web/package.json': vite,
    },
    ['backend backend go 8080: go run ./cmd/server @backend', WEB],
  ],
  [
    'of several under cmd/ the one that is called as the module, or that air builds',
    {
      'go.mod': 'module example.com/org/sylvan/v2\n',
      'cmd/sylvan/main.go': SERVES,
      'cmd/report/main.go': GO('http.ListenAndServe(":9999", nil)'),
      'web/package.json': vite,
    },
    ['backend backend go 8080: go run ./cmd/sylvan', WEB],
    ['report: a server that "go run ./cmd/report" starts; a config can add it'],
  ],
  [
    'a tool that the Makefile runs is no server, and equals under cmd/ are said',
    {
      'go.mod': 'module example.com/org/x\n',
      Makefile: 'gen:\n\tgo run ./scripts/semconv\ntypes:\n\tgo run ./plugins/internal/types/types.go\n',
      'scripts/semconv/main.go': GO('fmt.Println(1)'),
      'cmd/gate/main.go': SERVES,
      'cmd/report/main.go': GO('http.ListenAndServe(":9999", nil)'),
      'ui/package.json': vite,
    },
    ['ui frontend vite 5173: npm run dev -- +P @ui'],
    [
      'gate: a server that "go run ./cmd/gate" starts; a config can add it',
      'report: a server that "go run ./cmd/report" starts; a config can add it',
    ],
  ],
  [
    'a site made by Jekyll beside the page',
    {
      'webui/package.json': scripts({ start: 'ng serve' }, ['@angular/cli']),
      'shop.io/Gemfile': "gem 'jekyll'\n",
    },
    ['webui frontend angular 4200: npm run start -- +P @webui'],
    ['shop.io: webui is started as the frontend; a config can add it'],
  ],
  [
    'what air builds',
    {
      'go.mod': 'module example.com/org/x\n',
      '.air.toml': '[build]\n  cmd = "go build -o ./tmp/main ./cmd/gate"\n',
      'cmd/gate/main.go': SERVES,
      'cmd/report/main.go': GO('http.ListenAndServe(":9999", nil)'),
      'web/package.json': vite,
    },
    ['backend backend go 8080: go run ./cmd/gate', WEB],
    ['report: a server that "go run ./cmd/report" starts; a config can add it'],
  ],
  [
    'a library in Go at the top, beside its page',
    { 'go.mod': 'module x\n', 'lib.go': 'package x\n', 'ui/package.json': vite },
    ['ui frontend vite 5173: npm run dev -- +P @ui'],
    ['go.mod: no server was recognised in it; a config can add it'],
  ],
  [
    'a Go server of which nothing says where it listens; its profiler is not the place',
    {
      'go.mod': 'module x\n',
      'main.go': GO('go http.ListenAndServe("localhost:6060", nil)\n\thttp.ListenAndServe(conf.Addr(), nil)'),
      'web/package.json': vite,
    },
    ['backend backend go any: go run .', WEB],
    [],
    [unknown('backend', '--backend-port N')],
  ],
  [
    'a Go server beside what serves its metrics, and a controller that is none',
    {
      'go.mod': 'module x\n',
      'cmd/shop-controller/main.go': GO('http.ListenAndServe(":9090", nil)'),
      'cmd/shop/main.go': GO('go http.ListenAndServe(":2112", nil)\n\tr.Run(":8085")'),
      'web/package.json': vite,
    },
    ['backend backend go 8085: go run ./cmd/shop', WEB],
    ['shop-controller: a worker that "go run ./cmd/shop-controller" starts; a config can add it'],
  ],
  [
    'a Go server whose settings, two packages on, are a table',
    {
      'go.mod': 'module x\n',
      'main.go': 'package main\n\nimport "x/internal/cli"\n\nfunc main() {\n\tcli.Parse()\n}\n',
      'internal/cli/cli.go':
        'package cli\n\nimport (\n\t"net/http"\n\t"x/internal/config"\n)\n\nfunc Parse() {\n\thttp.ListenAndServe(config.Opts.Addr(), nil)\n}\n',
      'internal/config/options.go':
        'package config\n\nvar all = map[string]option{\n\t"LISTEN_ADDR": {\n\t\tvalue: "127.0.0.1:8085",\n\t},\n}\n',
      'web/package.json': vite,
    },
    ['backend backend go 8085: go run .', WEB],
  ],
  [
    'FastAPI that is made in a function, and that the package’s one program puts together',
    {
      'pyproject.toml': '[project]\nname = "shop"\n[project.scripts]\nshop = "shop.__main__:main"\n',
      'shop/__main__.py': 'from shop.entry import run\n\ndef main():\n    run(container())\n',
      'shop/web/app.py':
        'import mimetypes\nfrom fastapi import FastAPI\nmimetypes.add_type("text/javascript", ".js")\n\ndef create_app(container):\n    app = FastAPI()\n    return app\n',
    },
    ['backend backend python any: python3 -c from shop.__main__ import main; main()'],
    [],
    [unknown('backend', '--backend-port N')],
  ],
  [
    'Laravel Mix builds, artisan serves',
    {
      'backend/artisan': '',
      'backend/package.json': scripts(
        {
          dev: 'npm run development',
          development:
            'cross-env NODE_ENV=development node_modules/webpack/bin/webpack.js --progress --config=node_modules/laravel-mix/setup/webpack.config.js',
        },
        ['laravel-mix'],
      ),
      'web/package.json': vite,
    },
    [
      'dev none task -: npm run dev @backend',
      'backend backend laravel 8000: php artisan serve --port={port} @backend',
      WEB,
    ],
  ],
  [
    'Reflex whose page would speak to another machine',
    {
      'rxconfig.py':
        'config = rx.Config(\n    app_name="shop",\n    api_url="https://api.example.com:8000"\n)\n',
    },
    [
      'reflex backend+frontend reflex 8000+3000: python3 -m reflex run --backend-port {backend} --frontend-port {frontend}',
    ],
    [],
    [
      'rxconfig.py: its api_url https://api.example.com:8000 is not used: the page is told the backend that is started here',
    ],
  ],
  [
    'of a build and its watcher the one that the README has people type',
    {
      'README.md': '`php artisan serve`, and in another terminal `npm run watch`\n',
      artisan: '',
      'package.json': scripts({ dev: 'mix', watch: 'mix watch' }, ['laravel-mix']),
    },
    ['watch none task -: npm run watch', 'backend backend laravel 8000: php artisan serve --port={port}'],
  ],
  [
    'a task of Deno that is Vite has its port and takes its flags',
    {
      'deno.json': { tasks: { dev: 'vite', start: 'deno serve -A _fresh/server.js' } },
      'vite.config.ts': 'export default { server: { port: 5180 } };',
    },
    ['frontend frontend vite 5180: deno task dev +P'],
  ],
  [
    'each worker, once by whatever name',
    {
      'package.json': scripts(
        {
          dev: 'node server.js',
          'worker:mail': 'npm run dev:worker:mail',
          'queue:clear': 'node clear.js',
          'dev:worker:mail': 'node mail.js',
          'start:worker:mail': 'node dist/mail.js',
          'dev:worker:print': 'node print.js',
        },
        ['express'],
      ),
      'server.js': "require('express')().listen(4000)",
    },
    ['backend backend express 4000: npm run dev'],
    [
      'dev:worker:mail: a worker that its script "dev:worker:mail" starts; a config can add it',
      'dev:worker:print: a worker that its script "dev:worker:print" starts; a config can add it',
    ],
  ],
  [
    'defaults in the line itself: ${PORT:-3001}',
    {
      'package.json': scripts(
        {
          'dev:api': 'doppler run --project x -- env PORT=${PORT:-3000} bun run api:service',
          'dev:web':
            'doppler run --project x -- env PORT=${PORT:-3001} API_URL=${API_URL:-http://127.0.0.1:3000} bun run web:service',
          'dev:render-worker': 'bun run poll',
          'api:service': 'cd api && bun run dev',
          'web:service': 'cd web && bun run dev',
        },
        [],
        { packageManager: 'bun@1.3.0' },
      ),
      'api/package.json': scripts({ dev: 'bun run --watch index.ts' }, ['hono']),
      'api/index.ts': 'export default { port: parseInt(process.env.PORT ?? "3000", 10), fetch: app.fetch };',
      'web/package.json': scripts({ dev: 'next dev' }, ['next']),
    },
    ['api backend hono 3000: bun run dev:api', 'web frontend next 3001: bun run dev:web +P'],
    ['dev:render-worker: a worker that its script "dev:render-worker" starts; a config can add it'],
  ],
  [
    'python -m of a module of its own is that file',
    {
      'package.json': scripts(
        {
          dev: 'concurrently "npm:dev:web" "npm:dev:mcp"',
          'dev:web': 'cd web && vite',
          'dev:mcp': 'cd mcp && uv run python -m server',
        },
        ['concurrently', 'vite'],
      ),
      'mcp/server.py':
        'import os\nif __name__ == "__main__":\n    mcp.run(transport="http", port=int(os.environ.get("MCP_PORT", "8001")))\n',
      'web/package.json': vite,
    },
    ['web frontend vite 5173: npm run dev:web -- +P', 'mcp backend python 8001: npm run dev:mcp'],
  ],
  [
    'a page that the server itself serves has one address',
    {
      'server/app.py':
        'from flask import Flask, send_from_directory\nCLIENT = Path(__file__).parent.parent / "client"\napp = Flask(__name__)\n@app.get("/")\ndef index():\n    return send_from_directory(CLIENT, "index.html")\napp.run(port=5010)\n',
      'client/index.html': '<html></html>',
    },
    ['server backend flask 5010: python3 -m flask --app app run --debug +P @server'],
    ['client: server/app.py serves its files itself'],
  ],
  [
    'a program of its own that starts the page, and a mirror of it',
    {
      'server/package.json': scripts({ dev: 'node index.js' }, ['express']),
      'server/index.js': 'app.listen(process.env.PORT || 4005);',
      'client/package.json': scripts({ dev: 'node dev.mjs' }, ['next']),
      'client/dev.mjs':
        "import { spawn } from 'child_process';\nimport http from 'http';\nconst MIRROR = 3001;\nspawn('npx', ['next', 'dev', '-p', '3000']);\nconst proxy = http.createServer(pass);\nproxy.listen(MIRROR);\n",
    },
    ['server backend express 4005: npm run dev @server', 'client frontend next 3000: npm run dev @client'],
  ],
  [
    'a script at the top that cannot be looked into is named',
    {
      'package.json': scripts({ dev: 'uv run cli dev start' }),
      'api/main.py': FASTAPI,
      'api/requirements.txt': 'fastapi\n',
      'web/package.json': vite,
    },
    ['api backend fastapi 8000: python3 -m uvicorn main:app --reload +P @api', WEB],
    [],
    [
      'package.json script "dev" is not used: what it starts cannot be seen (uv run cli dev start); the servers are started from their folders',
    ],
  ],
  [
    'what opens a browser listens nowhere',
    {
      'package.json': scripts(
        { dev: 'next dev & sleep 3 && (open http://localhost:3000 || xdg-open http://localhost:3000)' },
        ['next'],
      ),
    },
    [
      'frontend frontend next 3000: bin next dev +P',
      'xdg-open none task -: bin sleep 3 && (open http://localhost:3000 || xdg-open http://localhost:3000)',
    ],
  ],
  [
    'a starter that leaves its servers in the background is not taken apart',
    {
      'start.sh':
        '#!/bin/bash\nDIR="$(cd "$(dirname "$0")" && pwd)"\ncd backend\nnohup uvicorn main:app > x.log 2>&1 &\nBACKEND_PID=$!\nif ps -p $BACKEND_PID; then\n  echo ok\nelse\n  exit 1\nfi\ncd ../web\nnohup npm run dev > y.log &\n',
      'backend/main.py': FASTAPI,
      'backend/requirements.txt': 'fastapi\n',
      'web/package.json': vite,
    },
    ['backend backend fastapi 8000: python3 -m uvicorn main:app --reload +P @backend', WEB],
    [],
    [
      'start.sh is not used: start.sh leaves its servers in the background; the servers are started from their folders',
    ],
  ],
  [
    'groups in brackets over several lines, ended by a trap',
    {
      'start.sh':
        '#!/bin/bash\nROOT="$(cd "$(dirname "$0")" && pwd)"\n(\n  cd "$ROOT/backend"\n  exec uvicorn main:app --port 8004\n) &\nBACKEND_PID=$!\ntrap "kill $BACKEND_PID" EXIT INT\n(\n  cd "$ROOT/web"\n  exec npm run dev\n)\n',
      'backend/main.py': FASTAPI,
      'backend/requirements.txt': 'fastapi\n',
      'web/package.json': vite,
    },
    [
      'backend backend uvicorn 8004: $ cd "ROOT/backend" && exec uvicorn main:app --port 8004 +P',
      'web frontend vite 5173: $ cd "ROOT/web" && exec npm run dev -- +P',
    ],
  ],
  [
    'functions that only say something, blocks that end who has a port',
    {
      'start.sh':
        '#!/bin/bash\nGREEN="x"\nsay() {\n  echo -e "${GREEN}$1"\n}\nfail() {\n  say "$1"\n  exit 1\n}\ncd backend\nif [ ! -f main.py ]; then\n  say "gone"\n  exit 1\nfi\nif lsof -ti:8005 > /dev/null; then\n  say "Ending it"\n  lsof -ti:8005 | xargs kill -9\nfi\nlsof -ti:5173 | xargs kill -9 2>/dev/null || true\nuvicorn main:app --port 8005 &\nBACKEND_PID=$!\nsay "up"\ncd ../web\nif [ ! -d node_modules ]; then\n  fail "install first"\nfi\nnpm run dev &\nsay "ready"\nwait\n',
      'backend/main.py': FASTAPI,
      'backend/requirements.txt': 'fastapi\n',
      'web/package.json': vite,
    },
    [
      'before none ? once: $ if [ ! -f main.py ]; then\n:\nexit 1\nfi @backend',
      'before-2 none ? once: $ if [ ! -d node_modules ]; then\n:\nfi @web after before',
      'backend backend uvicorn 8005: $ uvicorn main:app --port 8005 +P @backend after before',
      'web frontend vite 5173: $ npm run dev -- +P @web after before before-2',
    ],
  ],
  [
    'bin/dev with a choice of starters starts Procfile.dev all the same',
    {
      'bin/dev':
        '#!/usr/bin/env sh\nexport PORT="${PORT:-3000}"\nif command -v overmind > /dev/null 2>&1; then\n  exec overmind start -f Procfile.dev "$@"\nelse\n  exec foreman start -f Procfile.dev "$@"\nfi\n',
      'Procfile.dev':
        'web: bin/rails server -p $PORT\ncss: yarn build:css --watch\nworker: bundle exec sidekiq\n',
      Gemfile: "gem 'rails'\n",
      'package.json': scripts({ 'build:css': 'sass a b' }, ['sass']),
    },
    [
      'web frontend rails 3000: $ bin/rails server -p $PORT',
      'css none task -: $ yarn build:css --watch',
      'worker none task -: $ bundle exec sidekiq',
    ],
  ],
  [
    'a server’s file in capitals, in the project’s package',
    {
      'requirements.txt': 'Flask\n',
      'Phaedra/API.py': 'from flask import Flask\napp = Flask(__name__)\n',
      'client/package.json': scripts({ start: 'react-scripts start' }, ['react-scripts']),
      'client/src/index.js': '',
    },
    [
      'backend backend flask 5000: python3 -m flask --app Phaedra.API run --debug +P',
      'client frontend cra 3000: npm run start @client',
    ],
  ],
  [
    'packages of a server at the top, and no server',
    { 'requirements.txt': 'flask\n', 'lib/x.py': 'x = 1\n', 'web/package.json': vite },
    [WEB],
    ['requirements.txt: no server was recognised in it; a config can add it'],
  ],
  [
    'Create React App without its sources: what has them lies below',
    {
      'backend/main.py': FASTAPI,
      'backend/requirements.txt': 'fastapi\n',
      'frontend/package.json': scripts({ start: 'react-scripts start' }, ['react-scripts']),
      'frontend/shop/package.json': scripts({ start: 'react-scripts start' }, ['react-scripts']),
      'frontend/shop/src/index.js': '',
    },
    [
      'backend backend fastapi 8000: python3 -m uvicorn main:app --reload +P @backend',
      'frontend frontend cra 3000: npm run start @frontend/shop',
    ],
    ['frontend: frontend/shop is started as the frontend; a config can add it'],
  ],
  [
    'ASP.NET starts the page’s own server',
    {
      'shop.csproj': '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>',
      'Startup.cs': 'app.UseSpa(spa =>\n{\n    spa.UseReactDevelopmentServer(npmScript: "start");\n});\n',
      'ClientApp/package.json': scripts({ start: 'react-scripts start' }, ['react-scripts']),
      'ClientApp/src/index.js': '',
    },
    ['backend backend dotnet 5000: dotnet watch'],
    ['ClientApp: Startup.cs starts it with the server'],
  ],
  [
    'the project file has the page’s command, and the launch profile what runs it',
    {
      'api/Shop.csproj':
        '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><SpaRoot>..\\client</SpaRoot><SpaProxyLaunchCommand>npm start</SpaProxyLaunchCommand></PropertyGroup></Project>',
      'api/Properties/launchSettings.json':
        '{"profiles": {"http": {"commandName": "Project", "applicationUrl": "http://localhost:5042", "environmentVariables": {"ASPNETCORE_HOSTINGSTARTUPASSEMBLIES": "Microsoft.AspNetCore.SpaProxy"}}}}',
      'client/package.json': scripts({ start: 'vite' }, ['vite']),
    },
    ['api backend dotnet 5042: dotnet watch @api'],
    ['client: Shop.csproj starts it with the server'],
  ],
  [
    'production’s pair of scripts is none beside a dev that starts the page',
    {
      'package.json': scripts(
        {
          start: 'npm run preview -- --port $PORT',
          'start:server': 'node dist/index.js',
          preview: 'vite preview',
          dev: 'concurrently "vite dev" "tsc -w"',
        },
        ['vite', 'express', 'concurrently'],
      ),
    },
    ['frontend frontend vite 5173: bin vite dev +P', 'tsc none task -: bin tsc -w'],
  ],
  [
    'a builder of its own that watches',
    {
      'Procfile.dev': 'web: bin/rails server\njs: yarn watch\n',
      Gemfile: "gem 'rails'\n",
      'package.json': scripts({ watch: 'node esbuild.mjs watch' }, ['esbuild']),
      'esbuild.mjs': "import * as esbuild from 'esbuild';\nawait (await esbuild.context({})).watch();\n",
    },
    ['web frontend rails 5000: $ bin/rails server +P', 'js none task -: $ yarn watch'],
  ],
  [
    'a schema in a package of the workspace that is not called for it',
    {
      'package.json': scripts({ dev: 'turbo dev' }, ['turbo'], { workspaces: ['apps/*', 'packages/*'] }),
      'turbo.json': { tasks: { dev: {} } },
      'apps/api/package.json': scripts({ dev: 'tsx watch src/index.ts' }, ['hono', 'tsx']),
      'apps/api/src/index.ts':
        "import { serve } from '@hono/node-server';\nimport { safeValidateEnv } from '@x/utils';\nconst result = safeValidateEnv();\nconst env = result.data;\nconst port = env.API_PORT;\nserve({ fetch: app.fetch, port });\n",
      'packages/utils/package.json': { name: '@x/utils', main: './dist/index.js' },
      'packages/utils/src/index.ts': "export { safeValidateEnv } from './validation';\n",
      'packages/utils/src/validation.ts':
        'const schema = z.object({\n  PORT: z.coerce.number().default(3000),\n  API_PORT: z.coerce.number().int().default(8081),\n});\nexport function safeValidateEnv() {}\n',
      'apps/web/package.json': scripts({ dev: 'next dev -p 3000' }, ['next']),
    },
    ['api backend hono 8081: npm run dev @apps/api', 'web frontend next 3000: npm run dev -- +P @apps/web'],
  ],
  [
    'Go: settings of many imports further, a default in a tag',
    {
      'backend/go.mod': 'module shop\n\ngo 1.22\n',
      'backend/cmd/server/main.go':
        'package main\n\nimport (\n\t"os/signal"\n\t"a.com/b"\n\t"a.com/c"\n\t"a.com/d"\n\t"a.com/e"\n\t"shop/internal/api"\n)\n\nfunc main() {\n\tapi.New(cfg).ListenAndServe()\n}\n',
      'backend/internal/api/router.go':
        'package api\n\nimport (\n\t"fmt"\n\t"net/http"\n\t"path/filepath"\n\t"a.com/chi/v5"\n\t"a.com/chi/v5/middleware"\n\t"a.com/cors"\n\t"shop/internal/config"\n)\n\nfunc (s *Server) ListenAndServe() error {\n\taddr := fmt.Sprintf("%s:%d", s.cfg.Host, s.cfg.Port)\n\treturn http.ListenAndServe(addr, s)\n}\n',
      'backend/internal/config/config.go':
        'package config\n\ntype ServerConfig struct {\n\tPort int `envconfig:"SERVER_PORT" default:"8082"`\n}\n',
      'web/package.json': vite,
    },
    ['backend backend go 8082: go run ./cmd/server @backend', WEB],
  ],
  [
    'a command of Typer that serves',
    {
      'pyproject.toml': '[project]\nname = "watch"\n[project.scripts]\nwatch = "watch.cli:app"\n',
      'watch/cli.py':
        'import typer\napp = typer.Typer()\napp.add_typer(more, name="more")\n\n@app.command()\ndef server(\n    host: str = typer.Option("127.0.0.1"),\n    port: int = typer.Option(8712),\n) -> None:\n    import uvicorn\n    uvicorn.run(make(), host=host, port=port)\n\n@app.command("watch")\ndef watch_all() -> None:\n    pass\n',
      'web/package.json': scripts({ dev: 'vite' }, ['vite']),
      'web/vite.config.ts': 'export default { server: { proxy: { "/v1": "http://127.0.0.1:8712" } } };',
    },
    ['backend backend python 8712: python3 -c from watch.cli import app; app() server +P', WEB],
  ],
  [
    'a server’s file whose modules stand beside its folder',
    {
      'server/app.py':
        'from flask import Flask\nfrom utils.logger import log\nimport backend\napp = Flask(__name__)\napp.run(port=1337)\n',
      'utils/__init__.py': '',
      'utils/logger.py': 'log = print\n',
      'backend.py': 'x = 1\n',
    },
    ['server backend flask 1337: python3 -m flask --app server.app run --debug +P'],
  ],
  [
    'a shell’s own line, and a port in it',
    {
      'Procfile.dev': "web: bin/rails s -p 3000\nnode: sh -c 'cd node && PORT=4000 npm run dev'\n",
      Gemfile: "gem 'rails'\n",
      'node/package.json': scripts({ dev: 'nodemon server.js' }, ['socket.io']),
      'node/server.js': "require('socket.io')(process.env.PORT || 4000);\n",
    },
    [
      'web frontend rails 3000: $ bin/rails s -p 3000 +P',
      'node backend socket.io 4000: $ cd node && PORT=4000 npm run dev',
    ],
  ],
  [
    'a second page is said',
    { 'ClientApp/package.json': vite, 'AuthUI/package.json': vite },
    ['ClientApp frontend vite 5173: npm run dev -- +P @ClientApp'],
    ['AuthUI: ClientApp is started as the frontend; a config can add it'],
  ],
  [
    'containers that the script at the top would start',
    {
      'package.json': scripts({ dev: 'docker-compose down && docker-compose up --build -d' }),
      'server/package.json': scripts({ dev: 'node index.js' }, ['@apollo/server']),
      'server/index.js': 'const server = new ApolloServer({ typeDefs });\nserver.listen().then(say);\n',
      'client/package.json': vite,
    },
    [
      'server backend apollo 4000: npm run dev @server',
      'client frontend vite 5173: npm run dev -- +P @client',
    ],
    [],
    [
      'package.json script "dev" is not used: it starts containers (docker-compose down && docker-compose up --build -d); the servers are started from their folders',
    ],
  ],
  [
    'Go: an address that is put together',
    {
      'go.mod': 'module x\n',
      'main.go': GO(
        'port := ":"\n\tif os.Getenv("PORT") != "" {\n\t\tport += os.Getenv("PORT")\n\t} else {\n\t\tport += "8085"\n\t}\n\thttp.ListenAndServe(port, r)',
      ),
      'web/package.json': vite,
    },
    ['backend backend go 8085: go run .', WEB],
  ],
  [
    'the recipe that starts Procfile.dev says its first port, behind its options and a comment in its column',
    {
      Makefile:
        'dev: check   ## Start all\n\tnpx foreman -j Procfile.dev -p 4533 start\n.PHONY: dev\n\ncheck:   ## Tools\n\t@test -d ui\n',
      'Procfile.dev': 'web: cd ui && npm start\napi: go tool reflex -c reflex.conf\n',
      'ui/package.json': scripts({ start: 'vite' }, ['vite']),
    },
    [
      'check none ? once: $ make check',
      'web frontend vite 5173: $ cd ui && npm start -- +P after check',
      'api backend ? 4633: $ go tool reflex -c reflex.conf after check',
    ],
  ],
  [
    'foreman’s own file of options',
    {
      '.foreman': 'port: 7001\n',
      'Procfile.dev': 'web: bundle exec unicorn -p $PORT\nmysql: mysqld --gdb\n',
      Gemfile: "gem 'rails'\n",
    },
    ['web frontend ? 7001: $ bundle exec unicorn -p $PORT', 'mysql none task -: $ mysqld --gdb'],
  ],
  [
    'Go in src/, Rocket in a table of its own',
    {
      'backend/go.mod': 'module chat\n',
      'backend/src/main.go': SERVES,
      'service/Cargo.toml': '[package]\nname = "x"\n[dependencies.rocket]\nversion = "0.5"\n',
      'service/src/main.rs': '#[rocket::launch]\nfn rocket() {}\n',
      'web/package.json': vite,
    },
    ['backend backend go 8080: go run ./src @backend', WEB],
    ['service: backend is started as the backend; a config can add it'],
  ],
  [
    'a lone server in Go at the top, beside others',
    {
      'server.go': SERVES,
      'backend/go.mod': 'module x\n',
      'backend/main.go': SERVES,
      'web/package.json': vite,
    },
    ['backend backend go 8080: go run . @backend', WEB],
    ['server.go: "go run server.go" starts it; a config can add it'],
  ],
  [
    'scripts that outlived their folder',
    {
      'package.json': scripts({
        backend: 'cd api && node server.js',
        frontend: 'cd frontend && pnpm run dev',
      }),
      'api/package.json': express,
      'api/server.js': 'app.listen(4015);',
      'panel/package.json': vite,
    },
    ['api backend express 4015: npm run dev @api', 'panel frontend vite 5173: npm run dev -- +P @panel'],
  ],
  [
    'Rails’ own webpack has its port in webpacker.yml',
    {
      'Procfile.dev': 'web: rails server -p 3000\nwebpack: bin/webpack-dev-server\n',
      Gemfile: "gem 'rails'\n",
      'config/webpacker.yml': 'development:\n  dev_server:\n    port: 3035\n',
    },
    ['web frontend rails 3000: $ rails server -p 3000 +P', 'webpack none task -: $ bin/webpack-dev-server'],
  ],
  [
    'a module of Nuxt’s project starts the API',
    {
      'package.json': scripts({ dev: 'nuxt dev' }, ['nuxt']),
      'modules/api/index.ts':
        "import { spawn } from 'child_process';\nspawn('uvicorn', ['server:app', '--port', '4000']);\n",
      'server/__init__.py': FASTAPI,
      'server/requirements.txt': 'fastapi\n',
    },
    ['frontend frontend nuxt 3000: npm run dev -- +P'],
    ['server: modules/api/index.ts starts it with the page'],
  ],
  [
    'a Go server in a folder of any name beside a page that could do without',
    {
      'frontend/package.json': scripts({ dev: 'vite dev' }, ['vite', '@sveltejs/kit']),
      'middleware/go.mod': 'module x\n',
      'middleware/server.go': SERVES,
      'scraper/requirements.txt': 'requests\n',
      'scraper/main.py': 'print(1)\n',
    },
    [
      'frontend frontend sveltekit 5173: npm run dev -- +P @frontend',
      'middleware backend go 8080: go run . @middleware',
    ],
  ],
  [
    'of several such servers none is meant, and both are said',
    {
      'web/package.json': scripts({ dev: 'next dev' }, ['next']),
      'one/go.mod': 'module x\n',
      'one/main.go': SERVES,
      'two/go.mod': 'module y\n',
      'two/main.go': SERVES,
    },
    ['web frontend next 3000: npm run dev -- +P @web'],
    [
      'one: several could be the backend; a config can add it',
      'two: several could be the backend; a config can add it',
    ],
  ],
  [
    'a page at the top that could do without has no further folder',
    {
      'package.json': scripts({ dev: 'next dev' }, ['next']),
      'indexer/go.mod': 'module x\n',
      'indexer/main.go': SERVES,
    },
    ['frontend frontend next 3000: npm run dev -- +P'],
  ],
  [
    'a task of Deno that only starts others starts them side by side',
    {
      'deno.json': {
        tasks: {
          'dev:client': 'vite',
          server: 'deno run -A server.ts',
          dev: { dependencies: ['dev:client', 'server'] },
        },
      },
      'server.ts': 'Deno.serve({ port: 8010 }, () => new Response());\n',
      'vite.config.ts': 'export default {};\n',
    },
    ['client frontend vite 5173: $ deno task dev:client +P', 'server backend deno 8010: $ deno task server'],
  ],
  [
    'a task of Deno with a line of its own is that line, whatever comes before it',
    {
      'deno.json': { tasks: { gen: 'deno run gen.ts', dev: { command: 'vite', dependencies: ['gen'] } } },
      'vite.config.ts': 'export default { server: { port: 5181 } };\n',
    },
    ['frontend frontend vite 5181: deno task dev +P'],
  ],
  [
    'an empty pnpm-workspace.yaml is every package',
    {
      'package.json': scripts({
        dev: 'concurrently "pnpm page:dev" "pnpm api:dev"',
        'page:dev': 'pnpm --filter @x/page dev',
        'api:dev': 'pnpm --filter @x/api dev',
      }),
      'pnpm-workspace.yaml': '',
      'page/package.json': { name: '@x/page', ...vite },
      'api/package.json': { name: '@x/api', ...express },
      'api/server.js': "require('express')().listen(process.env.PORT || 5001)",
    },
    ['page frontend vite 5173: pnpm run page:dev +P', 'api backend express 5001: pnpm run api:dev'],
  ],
  [
    'a quoted key in pnpm-workspace.yaml',
    {
      'package.json': scripts({ dev: 'pnpm -r --if-present --parallel dev' }),
      'pnpm-workspace.yaml': "'packages':\n  - 'parts/*'\n",
      'parts/page/package.json': vite,
      'parts/api/package.json': express,
      'parts/api/server.js': "require('express')().listen(process.env.PORT || 5001)",
    },
    [
      'api backend express 5001: pnpm run dev @parts/api',
      'page frontend vite 5173: pnpm run dev +P @parts/page',
    ],
  ],
  [
    '`devStart` is a script that starts',
    {
      'server/package.json': scripts({ devStart: 'nodemon server.js' }, ['express']),
      'server/server.js': "require('express')().listen(3001)",
      'web/package.json': vite,
    },
    ['server backend express 3001: npm run devStart @server', WEB],
  ],
  [
    'a workspace of Nx without scripts: what its targets serve',
    {
      'package.json': scripts({}, ['@nestjs/core', 'next', 'nx'], { workspaces: ['frontend', 'backend'] }),
      'nx.json': {},
      'frontend/package.json': scripts({ dev: 'next dev' }, ['next']),
      'backend/package.json': {
        name: '@x/backend',
        nx: { targets: { build: {}, serve: { executor: '@nx/js:node', options: {} } } },
      },
      'backend/src/main.ts': 'await app.listen(process.env.PORT || 3333);',
    },
    [
      'backend backend nest 3333: bin nx run @x/backend:serve',
      'frontend frontend next 3000: npm run dev -- +P @frontend',
    ],
  ],
  [
    'the emulators around a page are said',
    {
      'package.json': scripts({ start: 'firebase emulators:exec "webpack serve"' }, [
        'webpack',
        'webpack-dev-server',
      ]),
      'webpack.config.js': 'module.exports = { devServer: { port: 8001 } };\n',
    },
    ['frontend frontend webpack 8001: npm exec --silent -- webpack serve +P'],
    [],
    [
      'package.json script "start" is not used: it starts Firebase’s emulators, and ends them with what it runs; start them beside it',
    ],
  ],
  [
    'a Python service without a list of packages is named beside the pair',
    {
      'backend/package.json': express,
      'backend/server.js': "require('express')().listen(process.env.PORT || 5000)",
      'web/package.json': vite,
      'ai-service/app.py': FASTAPI,
      'scraper/main.py': 'print(1)\n',
    },
    ['backend backend express 5000: npm run dev @backend', WEB],
    ['ai-service: backend is started as the backend; a config can add it'],
  ],
  [
    '`dev` runs what only `start` builds',
    {
      'backend/package.json': scripts(
        { build: 'tsc', dev: 'node ./build/server.js', start: 'tsc && npm run dev' },
        ['express'],
      ),
      'backend/server.ts': "import express from 'express'; express().listen(process.env.PORT ?? 8088)",
      'web/package.json': vite,
    },
    ['backend backend express 8088: npm run start @backend', WEB],
  ],
  [
    '`dev` runs what `watch` compiles in a second terminal',
    {
      'server/package.json': scripts({ watch: 'tsc -w', dev: 'nodemon dist/index.js' }, ['express']),
      'server/src/index.ts': "import express from 'express'; express().listen(4000)",
      'web/package.json': vite,
    },
    ['watch none task -: npm run watch @server', 'server backend express 4000: npm run dev @server', WEB],
  ],
  [
    '`nodemon ./server` at the top is the word for that folder',
    {
      'package.json': scripts({ dev: 'NODE_ENV=development nodemon ./server' }, ['express']),
      'server/index.js': "require('express')().listen(process.env.PORT || 5000)",
      'client/package.json': vite,
    },
    ['server backend express 5000: npm run dev', 'client frontend vite 5173: npm run dev -- +P @client'],
    [],
    [],
  ],
  [
    'the star of a filter is every package, whatever its scope',
    {
      'package.json': scripts({ dev: "bun run --filter '*' dev" }, [], {
        packageManager: 'bun@1.3.6',
        workspaces: ['apps/*'],
      }),
      'apps/api/package.json': { name: '@x/api', ...express },
      'apps/api/server.js': "require('express')().listen(process.env.PORT || 5001)",
      'apps/page/package.json': { name: '@x/page', ...vite },
    },
    ['api backend express 5001: bun run dev @apps/api', 'page frontend vite 5173: bun run dev +P @apps/page'],
  ],
  [
    'a page of Fresh in a task of its own has Deno’s 8000',
    {
      'client/deno.json': {
        tasks: { start: './tailwindcss -i a.css -o b.css --watch & deno run -A --watch=routes/ dev.ts' },
      },
      'client/dev.ts': 'import dev from "$fresh/dev.ts";\nawait dev(import.meta.url, "./main.ts");\n',
      'server/deno.json': { tasks: { start: 'deno run -A server.ts' } },
      'server/server.ts': 'Deno.serve({ port: 8080 }, () => new Response());\n',
    },
    [
      'server backend deno 8080: deno task start @server',
      'client frontend deno 8000: deno task start @client',
    ],
  ],
  [
    'SvelteKit’s own command is older than Vite’s number',
    { 'package.json': scripts({ dev: 'svelte-kit dev' }, ['@sveltejs/kit']) },
    ['frontend frontend sveltekit 3000: npm run dev -- +P'],
  ],
  [
    'the package that opens Electron’s window is named',
    {
      'package.json': { workspaces: ['apps/*'] },
      'apps/page/package.json': vite,
      'apps/main/package.json': scripts({ 'dev:electron': 'env-cmd -e dev electron ./dist/main.js' }, [
        'electron',
      ]),
    },
    ['page frontend vite 5173: npm run dev -- +P @apps/page'],
    ['window: its script "dev:electron" opens it; here its page is started alone'],
  ],
  [
    'a `dev` that starts containers from another folder is said not to be used',
    {
      'package.json': scripts({ dev: 'cd .docker && docker compose up' }, [], { workspaces: ['apps/*'] }),
      'apps/page/package.json': vite,
    },
    ['page frontend vite 5173: npm run dev -- +P @apps/page'],
    [],
    [
      'package.json script "dev" is not used: it starts containers (cd .docker && docker compose up); the servers are started from their folders',
    ],
  ],
  [
    'an app for phones beside the server is named',
    {
      'package.json': { workspaces: ['apps/*'] },
      'apps/api/package.json': express,
      'apps/api/server.js': "require('express')().listen(4001)",
      'apps/phone/package.json': scripts({ start: 'react-native start' }, ['react-native']),
    },
    ['api backend express 4001: npm run dev @apps/api'],
    ['phone: its script "start" serves it to a phone; a config can add it'],
  ],
  [
    'pages that a script of any name makes are not served as files',
    {
      'client/package.json': scripts({ 'client dev': 'set PORT=4501 && react-scripts start' }, [
        'react-scripts',
      ]),
      'client/public/index.html': '<div id="root"></div>',
      'api/package.json': express,
      'api/server.js': "require('express')().listen(4001)",
    },
    ['api backend express 4001: npm run dev @api'],
    ['client: no server was recognised in it; a config can add it'],
  ],
  [
    'a script that outlived its file gives way to the folder',
    {
      'package.json': scripts({ start: 'react-scripts start', backend: 'nodemon backend/server.js' }, [
        'react-scripts',
        'express',
      ]),
      'backend/package.json': scripts({ 'start:dev': 'nest start --watch' }, ['@nestjs/core']),
      'backend/src/main.ts': 'await app.listen(5000);',
    },
    ['backend backend nest 5000: npm run start:dev @backend', 'frontend frontend cra 3000: npm run start'],
  ],
  [
    'a program that `bun init` made has no scripts',
    {
      'api/package.json': {
        module: 'index.ts',
        devDependencies: { '@types/bun': '*' },
        dependencies: { express: '*' },
      },
      'api/index.ts': "import express from 'express';\nexpress().listen(8090);\n",
      'web/package.json': vite,
    },
    ['api backend express 8090: bun --hot index.ts @api', WEB],
  ],
  [
    'a Bun package without scripts, its file in src/',
    {
      'api/package.json': {
        scripts: { test: 'bun test' },
        devDependencies: { '@types/bun': '*' },
        dependencies: { express: '*' },
      },
      'api/src/server.ts': "import express from 'express';\nexpress().listen(process.env.PORT || 8091);\n",
      'web/package.json': vite,
    },
    ['api backend express 8091: bun --hot src/server.ts @api', WEB],
  ],
  [
    'a Cargo workspace whose own package is no server: its members are asked',
    {
      'Cargo.toml': `[workspace]\nmembers = ["crates/*"]\n\n[workspace.dependencies]\n${AXUM}\n${crate('hello')}`,
      'src/main.rs': 'fn main() { println!("hello") }\n',
      'crates/backend/Cargo.toml': crate('shop-backend', AXUM),
      'crates/backend/src/main.rs': 'fn main() { TcpListener::bind("0.0.0.0:8092") }\n',
      'web/package.json': vite,
    },
    ['backend backend rust 8092: cargo run -p shop-backend', WEB],
  ],
  [
    'a server two folders further down, with nothing beside it',
    {
      'backend/demo/demo/pom.xml': '<project><artifactId>spring-boot-starter-web</artifactId></project>',
      'web/package.json': vite,
    },
    ['backend backend spring 8080: mvn spring-boot:run @backend/demo/demo', WEB],
  ],
  [
    'of several servers below a role’s folder each is named',
    {
      'backend/orders/package.json': express,
      'backend/orders/server.js': "require('express')().listen(4001)",
      'backend/users/package.json': express,
      'backend/users/server.js': "require('express')().listen(4002)",
      'web/package.json': vite,
    },
    [WEB],
    ['orders: several could be it; a config can add it', 'users: several could be it; a config can add it'],
  ],
];

/** Title, the files beside a FastAPI backend and a page, what is left out. */
const workers: [string, Files, string[]][] = [
  [
    'compose starts it',
    {
      'docker-compose.yml':
        'services:\n  redis:\n    image: redis\n  celery:\n    build: .\n    command: celery --app=x worker --loglevel=info\n',
    },
    ['celery: a worker that "docker compose up celery" starts; a config can add it'],
  ],
  [
    'make starts it',
    { Makefile: 'test:\n\tpytest\n\nworker: install\n\tpython worker.py\n\nworker-logs:\n\ttail -f x\n' },
    ['worker: a worker that "make worker" starts; a config can add it'],
  ],
  [
    'the README says it',
    {
      'backend/requirements.txt': 'fastapi\ncelery[redis]\n',
      'README.md': '# Shop\n\n```\ncelery -A shop worker -l info\n```\n',
    },
    ['worker: a worker that "celery -A shop worker" starts; a config can add it'],
  ],
  [
    'a queue among the packages, and tasks for it',
    {
      'backend/requirements.txt': 'fastapi\ncelery[redis]==5.4\n',
      'backend/shop/__init__.py': '',
      'backend/shop/tasks.py': '',
    },
    ['worker: a worker that "celery worker" starts; a config can add it'],
  ],
  [
    'a shell file of the server’s own folder keeps a watcher beside it',
    {
      'backend/start.sh':
        '#!/bin/bash\npython migrate.py\nif [ -f /.dockerenv ]; then\n  fastapi dev main.py --port 8000 &\n  python watcher.py\nelse\n  uv run fastapi dev main.py --port 8000 &\n  uv run python watcher.py\nfi\nwait\n',
      'backend/watcher.py': 'import watchdog\n',
      Makefile: 'start-backend:\n\tcd backend && ./start.sh\n',
    },
    ['watcher: a program that it starts beside the server; a config can add it'],
  ],
  [
    'a shell file that starts the server alone',
    { 'backend/start.sh': 'python seed.py\npython main.py >log 2>&1\n', Makefile: 'x:\n\ttrue\n' },
    [],
  ],
  [
    'a package of Node’s is called workers, and Celery’s stand in compose',
    {
      'package.json': { workspaces: ['web', 'workers'] },
      'workers/package.json': { name: 'workers', scripts: { start: 'tsx watch index.ts' } },
      'docker-compose.yml':
        'services:\n  celery_beat:\n    image: shop\n    command: celery -A shop beat\n  celery_default:\n    image: shop\n    command: ["./scripts/work.sh"]\n  workers:\n    build: .\n',
    },
    [
      'workers: backend is started as the backend; a config can add it',
      'celery_beat: a worker that "docker compose up celery_beat" starts; a config can add it',
      'celery_default: a worker that "docker compose up celery_default" starts; a config can add it',
    ],
  ],
  ['a queue among the packages alone', { 'backend/requirements.txt': 'fastapi\ncelery\n' }, []],
  ['a README that speaks of what is not installed', { 'README.md': 'celery -A shop worker\n' }, []],
  [
    'composer run dev starts it',
    {
      'backend/composer.json': {
        scripts: { dev: ['npx concurrently "php artisan serve" "php artisan queue:listen --tries=1"'] },
      },
    },
    ['queue: a worker that "composer run dev" starts; a config can add it'],
  ],
  [
    'a queue of Laravel’s in Redis',
    { 'backend/composer.json': {}, 'backend/.env.example': 'QUEUE_CONNECTION=redis\n' },
    ['queue: a worker that "php artisan queue:work" starts; a config can add it'],
  ],
  [
    'a new project of Laravel’s',
    { 'backend/composer.json': {}, 'backend/.env.example': 'QUEUE_CONNECTION=database\n' },
    [],
  ],
  [
    'composer run dev builds pages of the server’s own, too',
    {
      'backend/artisan': '',
      'backend/composer.json': {
        scripts: {
          dev: ['npx concurrently "php artisan serve" "php artisan queue:listen --tries=1" "npm run dev"'],
        },
      },
      'backend/main.py': '',
      'backend/requirements.txt': '',
      'backend/package.json': vite,
    },
    [
      'queue: a worker that "composer run dev" starts; a config can add it',
      'vite: the builder of its own pages that "composer run dev" starts; a config can add it',
    ],
  ],
];

for (const [title, files, apps, leftOut = [], notes] of places) {
  test(`owner's way: ${title}`, async () => {
    const root = await project(files);
    const found = await detect(root);
    assert.deepEqual(
      found.apps.map((app) => summary(app, root)),
      apps,
    );
    assert.deepEqual(
      found.leftOut.map(({ what, why }) => `${what}: ${why}`),
      leftOut,
    );
    if (notes) assert.deepEqual(found.notes, notes);
  });
}

for (const [title, files, leftOut] of workers) {
  test(`a worker of its own: ${title}`, async () => {
    const root = await project({
      'backend/main.py': FASTAPI,
      'backend/requirements.txt': 'fastapi\n',
      'web/package.json': vite,
      ...files,
    });
    assert.deepEqual(
      (await detect(root)).leftOut.map(({ what, why }) => `${what}: ${why}`),
      leftOut,
    );
  });
}
