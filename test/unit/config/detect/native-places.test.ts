import { type Place, projects, scripts, testPlaces } from './projects.ts';

/** Small projects whose server is in another language than their page, one row a kind. */

const project = await projects();

const vite = scripts({ dev: 'vite' }, ['vite']);
const WEB = 'web frontend vite 5173: npm run dev -- +P @web';
const GO = 'package main\nimport "net/http"\nfunc main() { http.ListenAndServe(":4000", nil) }\n';
const WEB_SDK = '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>';

/** Title, files, apps, what is left out. */
const places: Place[] = [
  [
    'GNU’s parallel in a recipe',
    {
      justfile:
        'dev:\n  parallel --tag --line-buffer ::: "just api" "just web"\n\napi:\n  cd api && go run . -dev\n\nweb:\n  cd web && npm run dev\n',
      'api/go.mod': 'module api\n',
      'api/main.go': GO,
      'web/package.json': vite,
    },
    [
      'api backend go 4000: $ cd api && go run . -dev',
      'web frontend vite 5173: $ cd web && npm run dev -- +P',
    ],
  ],
  [
    'the main package that air builds, beside one above it',
    {
      'go.mod': 'module shop\n',
      'cmd/main.go': GO,
      'cmd/api/main.go': GO,
      'cmd/web/main.go': GO,
      '.air.toml': 'cmd = "go build -o ./tmp/main ./cmd/api"\n',
      Makefile: 'run: ## Start\n\tgo run ./cmd/api\n',
      'web/package.json': vite,
    },
    ['backend backend go 4000: go run ./cmd/api', WEB],
    ['web'],
  ],
  [
    'a main package two folders down',
    {
      'go.mod': 'module shop\n',
      'app/services/http/main.go': GO,
      'internal/gen/main.go': 'package main\nfunc main() {}\n',
      'web/package.json': vite,
    },
    ['backend backend go 4000: go run ./app/services/http', WEB],
  ],
  [
    'of equal main packages the one that the README starts',
    {
      'README.md': '```\ngo run ./cmd/shop-one/main.go\n```\n',
      'go.mod': 'module x/y\n',
      'cmd/shop-one/main.go': GO,
      'cmd/shop-two/main.go': GO,
    },
    ['backend backend go 4000: go run ./cmd/shop-one'],
    ['shop-two'],
  ],
  [
    'a page in the folder of a .NET server',
    {
      'Shop/Shop.csproj': WEB_SDK,
      'Shop/Program.cs': 'var app = builder.Build();\n',
      'Shop/client/package.json': scripts({ start: 'ng serve' }, ['@angular/cli']),
    },
    [
      'Shop backend dotnet 5000: dotnet watch @Shop',
      'client frontend angular 4200: npm run start -- +P @Shop/client',
    ],
  ],
  [
    'a page that the .NET server starts itself stays with it',
    {
      'Shop/Shop.csproj': WEB_SDK,
      'Shop/Startup.cs': 'spa.UseAngularCliServer(npmScript: "start");\n',
      'Shop/ClientApp/package.json': scripts({ start: 'ng serve' }, ['@angular/cli']),
    },
    ['Shop backend dotnet 5000: dotnet watch @Shop'],
    ['ClientApp'],
  ],
  [
    'folders whose names are words joined by capitals',
    {
      'ShopServer/ShopServer.csproj': WEB_SDK,
      'ShopClient/package.json': vite,
      'ShopSite/package.json': vite,
    },
    [
      'ShopServer backend dotnet 5000: dotnet watch @ShopServer',
      'ShopClient frontend vite 5173: npm run dev -- +P @ShopClient',
    ],
    ['ShopSite'],
  ],
  [
    'what the README starts from the top, and the tool that it starts beside it',
    {
      'README.md':
        '```\nstreamlit run ui/page.py\n```\n```\nuvicorn api.main:app\n```\n```\nmlflow ui --backend-store-uri sqlite:///a.db\n```\n',
      'requirements.txt': 'fastapi\nstreamlit\n',
      'api/main.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
      'ui/page.py': 'import streamlit as st\n',
    },
    [
      'api backend uvicorn 8000: $ python3 -m uvicorn api.main:app +P',
      'ui frontend streamlit 8501: $ python3 -m streamlit run ui/page.py --server.port {port} --server.headless true',
    ],
    ['mlflow ui --backend-store-uri sqlite:///a.db'],
  ],
  [
    'what the README of the server’s own folder has people type',
    {
      'README.md': 'Shop\n',
      'backend/README.md': '```\ncd backend\nuvicorn app.main:app --reload --port 8077\n```\n',
      'backend/requirements.txt': 'fastapi\n',
      'backend/app/main.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
      'web/package.json': vite,
    },
    ['backend backend uvicorn 8077: $ python3 -m uvicorn app.main:app --reload --port 8077 +P @backend', WEB],
  ],
  [
    'commands of the README without a block around them',
    {
      'README.md':
        '1) Server\ncd server && pip install -r requirements.txt && python manage.py runserver 0.0.0.0:8044\n\n2) Agent\ncd agent && python main.py\n',
      'server/manage.py':
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'a')\nfrom django.core.management import execute_from_command_line\n",
      'agent/main.py': 'import time\n',
      'web/package.json': vite,
      'docker-compose.yml':
        'services:\n  api:\n    build: ./server\n    command: python manage.py runserver 0.0.0.0:7123\n    ports: ["7123:7123"]\n',
    },
    ['server backend django 8044: $ python3 manage.py runserver 0.0.0.0:{port} @server', WEB],
    ['python main.py'],
  ],
  [
    'Aspire starts what it names, whatever its folders would',
    {
      'Shop.AppHost/Shop.AppHost.csproj': '<Project Sdk="Aspire.AppHost.Sdk/13.0.0"></Project>',
      'Shop.AppHost/Program.cs': 'builder.AddNpmApp("web", "../web");\n',
      'Shop.sln': '',
      'Shop.Api/Shop.Api.csproj': WEB_SDK,
      'web/package.json': vite,
    },
    ['aspire none ? *: $ dotnet run --project Shop.AppHost'],
  ],
  [
    'a page of Aspire’s servers that it does not start',
    {
      'Shop.AppHost/Shop.AppHost.csproj': '<Project Sdk="Aspire.AppHost.Sdk/13.0.0"></Project>',
      'Shop.AppHost/Program.cs': 'builder.AddProject<Projects.Shop_Api>("api");\n',
      'Shop.sln': '',
      'web/package.json': vite,
    },
    ['aspire none ? *: $ dotnet run --project Shop.AppHost'],
    ['web'],
  ],
  [
    'Laravel’s socket server and the queue that the README starts',
    {
      'README.md': '- php artisan queue:listen (for local)\n- php artisan serve\n',
      artisan: '',
      'composer.json': { require: { 'laravel/framework': '^11', 'laravel/reverb': '^1' } },
    },
    ['backend backend laravel 8000: php artisan serve --port={port}'],
    ['queue', 'reverb'],
  ],
  [
    'a worker beside watchers of styles',
    {
      'README.md': 'Run `bundle exec sidekiq` too.\n',
      Gemfile: "gem 'rails'\ngem 'sidekiq'\n",
      'Procfile.dev': 'web: bin/rails server\ncss: bin/rails tailwindcss:watch\n',
    },
    ['web frontend rails 5000: $ bin/rails server +P', 'css none task -: $ bin/rails tailwindcss:watch'],
    ['worker'],
  ],
  [
    'a file of Node’s that no script starts, beside Django and its builder',
    {
      'manage.py':
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'a')\nfrom django.core.management import execute_from_command_line\n",
      'package.json': scripts({ dev: 'webpack --watch' }, ['webpack']),
      'server.js': 'new Server(webpack(config)).listen(3000);\n',
    },
    ['dev none task -: npm run dev', 'backend backend django 8000: python3 manage.py runserver {port}'],
    ['server.js'],
  ],
  [
    'the port that only a start file says',
    {
      'run.sh':
        '#!/bin/bash\nSCRIPT_DIR="$( cd "$( dirname "${BASH_SOURCE[0]}" )" && pwd )"\ncd "$SCRIPT_DIR"\nuvicorn assistant.api:app --reload --port 8002\n',
      'requirements.txt': 'fastapi\n',
      'assistant/api.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
    },
    ['backend backend uvicorn 8002: $ uvicorn assistant.api:app --reload --port 8002 +P'],
  ],
  [
    'a server folders down, each with nothing else in it',
    {
      'Service/Shop.API/Shop.API.sln': '',
      'Service/Shop.API/Shop.API/Shop.API.csproj': WEB_SDK,
      'Webapp/shop-web/package.json': scripts({ serve: 'vue-cli-service serve' }, ['@vue/cli-service']),
    },
    [
      'Webapp frontend vue-cli 8080: npm run serve -- +P @Webapp/shop-web',
      'Shop.API backend dotnet 5000: dotnet watch @Service/Shop.API/Shop.API',
    ],
  ],
  [
    'a Rust server whose files lie beside its folder, and a page of Yew without Trunk’s file',
    {
      'Cargo.toml': '[workspace]\nmembers = ["backend", "ui"]\n',
      'backend/Cargo.toml': '[package]\nname = "backend"\n[dependencies]\nrocket = "0.5"\n',
      'backend/src/main.rs': '#[launch] fn rocket() { NamedFile::open("../ui/dist/index.html") }\n',
      'ui/Cargo.toml': '[package]\nname = "ui"\n[dependencies]\nyew = "0.20"\n',
      'ui/src/main.rs': 'fn main() { yew::Renderer::<App>::new().render(); }\n',
      'ui/index.html': '<html></html>',
    },
    ['backend backend rust any: cargo run @backend', 'ui frontend trunk 8080: trunk serve +P @ui'],
  ],
  [
    'Encore’s server that the README starts, no single build',
    {
      'README.md': '```\nsymfony serve -d\n```\n```\nnpm run dev-server\n```\n',
      'package.json': scripts(
        { 'dev-server': 'encore dev-server', dev: 'encore dev', watch: 'encore dev --watch' },
        ['@symfony/webpack-encore'],
      ),
      'composer.json': {},
      'public/index.php': '',
    },
    [
      'dev-server frontend webpack 8080: npm run dev-server -- +P',
      'backend backend php 8000: php -S {host}:{port} -t public',
    ],
  ],
  [
    'env files that a Taskfile hands on',
    {
      'Taskfile.yml':
        'version: "3"\ndotenv: ["configs/dev.env"]\ntasks:\n  dev:\n    cmds:\n      - npm run css &\n      - go run ./cmd/api\n',
      'configs/dev.env': 'SHOP_MODE=dev\n',
      'package.json': scripts({ css: 'tailwindcss -i a.css -o b.css --watch' }),
      'go.mod': 'module shop\n',
      'cmd/api/main.go': GO,
    },
    [
      'css none task -: SHOP_MODE=dev npm run css',
      'backend backend go 4000: SHOP_MODE=dev $ go run ./cmd/api',
    ],
  ],
  [
    'Lumen, which has no serve',
    {
      artisan: '',
      'composer.json': { require: { 'laravel/lumen-framework': '5.*' } },
      'web/package.json': vite,
    },
    ['backend backend php 8000: php -S {host}:{port} -t public', WEB],
  ],
  [
    'the profile that the README gives Spring',
    {
      'README.md':
        '```\ncd api\nmvn clean install\nmvn spring-boot:run -Dspring-boot.run.profiles=dev\n```\n',
      'api/pom.xml': '<parent>org.springframework.boot</parent>',
      'api/src/main/java/A.java': '@SpringBootApplication\nclass A {}\n',
      'api/src/main/resources/application-dev.properties': 'server.port=8085\n',
      'web/package.json': vite,
    },
    ['api backend spring 8085: $ mvn spring-boot:run -Dspring-boot.run.profiles=dev @api', WEB],
  ],
  [
    'what starts more than the server',
    {
      'README.md': 'Run `python -m shop.run_all`.\n',
      'requirements.txt': 'fastapi\n',
      'shop/__init__.py': '',
      'shop/run_all.py':
        'import threading\nimport uvicorn\nthreading.Thread(target=run_bot).start()\nuvicorn.run(app, port=8000)\n',
      'shop/server.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
    },
    ['backend backend fastapi 8000: python3 -m uvicorn shop.server:app --reload +P'],
    ['python -m shop.run_all'],
  ],
  [
    'cargo-make, which gives each server its variables',
    {
      'Makefile.toml':
        '[env]\nRUST_LOG = "debug"\n[tasks.run-dev]\nrun_task = { name = ["dev-backend", "dev-frontend"], parallel = true }\n[tasks.dev-backend]\nenv = { ROOT_PATH = "web" }\ncommand = "cargo"\nargs = ["run", "--bin", "backend"]\n[tasks.dev-frontend]\ncwd = "./web"\ncommand = "trunk"\nargs = ["serve", "--port", "8090"]\n',
      'Cargo.toml': '[workspace]\nmembers = ["aside", "backend"]\n',
      'aside/Cargo.toml': '[package]\nname = "aside"\n',
      'aside/src/main.rs': 'fn main() {}\n',
      'backend/Cargo.toml': '[package]\nname = "backend"\n',
      'backend/src/main.rs': 'fn main() { TcpListener::bind("0.0.0.0:3000"); }\n',
      'web/index.html': '',
    },
    [
      'backend backend rust 3000: RUST_LOG=debug ROOT_PATH=web $ cargo run --bin backend',
      'frontend frontend trunk 8090: RUST_LOG=debug $ trunk serve +P @web',
    ],
  ],
  [
    'a server below a folder that holds nothing else',
    {
      'source/Shop/Shop.csproj': WEB_SDK,
      'source/.vscode/a.json': {},
      'source/global.json': {},
      'readme.md': '',
    },
    ['Shop backend dotnet 5000: dotnet watch @source/Shop'],
  ],
  [
    'a page that is called so beside a server of another name',
    {
      'nextjs_frontend/package.json': scripts({ dev: 'next dev' }, ['next']),
      'laravel_restapi/artisan': '',
      'laravel_restapi/composer.json': {},
    },
    [
      'nextjs_frontend frontend next 3000: npm run dev -- +P @nextjs_frontend',
      'laravel_restapi backend laravel 8000: php artisan serve --port={port} @laravel_restapi',
    ],
  ],
];

testPlaces('another language', places, project);
