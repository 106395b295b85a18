import { type Place, projects, scripts, testPlaces } from './projects.ts';

/** Programs that need a word, parts that another part starts, builds that are no servers: one row a kind. */

const project = await projects();

const CLAP = '[package]\nname = "shop"\n[dependencies]\naxum = "0.8"\nclap = { version = "4" }\n';
const LISTENS = 'fn main() { axum::serve(listener, app); }\n';
const COBRA = 'module example.com/shop\n\nrequire (\n\tgithub.com/spf13/cobra v1.8.0\n)\n';
const MAIN = 'package main\n\nimport "example.com/shop/cmd"\n\nfunc main() { cmd.Execute() }\n';
const SERVES = 'package cmd\n\nfunc listen() { http.ListenAndServe(":8080", nil) }\n';
const rootCommand = (more = '') =>
  `package cmd\n\nvar rootCmd = &cobra.Command{\n\tUse: "shop",\n${more}}\n\nvar serveCmd = &cobra.Command{\n\tUse: "serve [flags]",\n\tRun: func(cmd *cobra.Command, args []string) { listen() },\n}\n\nfunc Execute() { rootCmd.Execute() }\n`;
const PHOENIX = 'defp deps do\n  [{:phoenix, "~> 1.7.14"}]\nend\n';

/** Title, files, apps, what is left out. */
const kinds: Place[] = [
  [
    'Rust: an enum that clap parses',
    {
      'Cargo.toml': CLAP,
      'src/main.rs': `#[derive(clap::Parser, Debug)]\n#[command(name = "shop")]\nenum Command {\n    #[command(flatten)]\n    Admin(admin::Command),\n    /// Starts it\n    Server { port: u16, dry: bool },\n    BackgroundWorker,\n}\n${LISTENS}`,
    },
    ['backend backend rust any: cargo run -- server'],
  ],
  [
    'Rust: the words in a file of their own, of one of several programs',
    {
      'Cargo.toml': `${CLAP}[[bin]]\nname = "tool"\n[[bin]]\nname = "shop-server"\n`,
      'src/main.rs': LISTENS,
      'src/cli.rs':
        '#[derive(Parser)]\npub struct Cli {\n    #[command(subcommand)]\n    pub command: Commands,\n}\n#[derive(Subcommand)]\npub enum DbCommands {\n    Run,\n}\n#[derive(Subcommand)]\npub enum Commands {\n    Migrate,\n    Serve(ServeArgs),\n}\n',
    },
    ['backend backend rust any: cargo run --bin shop-server -- serve'],
  ],
  [
    'Rust: a word that may be left out',
    {
      'Cargo.toml': CLAP,
      'src/main.rs': `#[derive(Parser)]\nstruct Cli {\n    #[clap(subcommand)]\n    command: Option<Commands>,\n}\n#[derive(Subcommand)]\nenum Commands {\n    Serve,\n}\n${LISTENS}`,
    },
    ['backend backend rust any: cargo run'],
  ],
  [
    'Go: Cobra’s first command does nothing itself',
    { 'go.mod': COBRA, 'main.go': MAIN, 'cmd/root.go': rootCommand(), 'cmd/serve.go': SERVES },
    ['backend backend go 8080: go run . serve'],
  ],
  [
    'Go: Cobra’s first command only helps, and lies in a folder of its own',
    {
      'go.mod': COBRA,
      'cli/main.go': MAIN,
      'cli/cmd/root.go': rootCommand(
        '\tRun: func(cmd *cobra.Command, args []string) {\n\t\t_ = cmd.Help()\n\t},\n',
      ),
      'api/serve.go': SERVES,
    },
    ['backend backend go any: go run ./cli serve'],
  ],
  [
    'Go: Cobra’s first command serves',
    {
      'go.mod': COBRA,
      'main.go': MAIN,
      'cmd/root.go': rootCommand(
        '\tRunE: func(cmd *cobra.Command, args []string) error { return listen() },\n',
      ),
      'cmd/serve.go': SERVES,
    },
    ['backend backend go 8080: go run .'],
  ],
  [
    'a script in every package that has it, and one package that has another',
    {
      'package.json': scripts({ dev: 'turbo run dev' }, ['turbo'], {
        workspaces: ['web', 'worker', 'sandbox'],
      }),
      'turbo.json': { tasks: { dev: { persistent: true } } },
      'web/package.json': scripts({ dev: 'next dev' }, ['next']),
      'worker/package.json': scripts({ dev: 'tsx watch src/index.ts' }, ['express']),
      'sandbox/package.json': scripts({ start: 'node dist/server.js' }),
      'sandbox/dist/server.js': 'require("http").createServer().listen(4100);',
    },
    ['web frontend next 3000: npm run dev -- +P @web', 'worker none express -: npm run dev @worker'],
    ['sandbox'],
  ],
  [
    'a server that runs what the page’s own build makes',
    {
      'package.json': scripts({ dev: 'vite dev', build: 'vite build' }, ['@sveltejs/kit', 'vite', 'polka']),
      'server.js':
        'import { handler } from "./build/handler.js";\nimport polka from "polka";\npolka().use(handler).listen(3000);\n',
    },
    ['frontend frontend sveltekit 5173: npm run dev -- +P'],
    ['server.js'],
  ],
  [
    'a server in a folder without a package that runs what the page’s own build makes',
    {
      'package.json': scripts({ dev: 'vite dev', build: 'vite build' }, ['@sveltejs/kit', 'vite', 'fastify']),
      'server/index.js':
        'import Fastify from "fastify";\nimport { handler } from "../build/handler.js";\nconst app = Fastify();\napp.all("/*", handler);\napp.listen({ port: 3000 });\n',
    },
    ['frontend frontend sveltekit 5173: npm run dev -- +P'],
    ['server/index.js'],
  ],
  [
    'a watcher behind the file of a wrapper',
    {
      'package.json': scripts(
        {
          dev: 'concurrently "node server.js" "npm run watch"',
          watch:
            'node node_modules/cross-env/dist/bin/cross-env.js NODE_ENV=development webpack --watch --progress',
        },
        ['express', 'concurrently', 'webpack'],
      ),
      'server.js': 'require("express")().listen(3000);\n',
    },
    ['backend backend express 3000: $ node server.js', 'webpack none task -: npm run watch'],
  ],
  [
    'scripts of a pair with a hyphen',
    {
      'package.json': scripts({ dev: 'vite', 'dev-server': 'tsx watch src/server.ts' }, ['vite', 'fastify']),
      'index.html': '',
      'src/server.ts': 'import Fastify from "fastify";\nFastify().listen({ port: 3333 });\n',
    },
    ['server backend fastify 3333: npm run dev-server', 'frontend frontend vite 5173: npm run dev -- +P'],
  ],
  [
    'a telephone’s app beside a pair',
    {
      'backend/package.json': scripts({ start: 'node index.js' }, ['express']),
      'backend/index.js': 'require("express")().listen(3003);\n',
      'web/package.json': scripts({ dev: 'vite' }, ['vite']),
      'webMobile/package.json': scripts({ start: 'expo start' }, ['expo']),
    },
    [
      'backend backend express 3003: npm run start @backend',
      'web frontend vite 5173: npm run dev -- +P @web',
    ],
    ['webMobile'],
  ],
  [
    'a script of the page’s package that starts the other folder’s very server',
    {
      'README.md': '```\ncd ui\nnpm run start\n```\n',
      'server/package.json': scripts({ start: 'node server.js' }, ['express']),
      'server/server.js': 'require("express")().listen(process.env.PORT || 5000);\n',
      'ui/package.json': scripts(
        {
          start: 'concurrently "npm run dev" "npm run server"',
          dev: 'vite',
          server: 'node ../server/server.js',
        },
        ['vite', 'concurrently'],
      ),
    },
    [
      'server backend express 5000: npm run start @server',
      'frontend frontend vite 5173: npm run dev -- +P @ui',
    ],
  ],
  [
    'a server that serves what was built, and is asked for a proxy to other sites',
    {
      'package.json': scripts({ dev: 'vite', start: 'node server' }, ['vite', 'express']),
      'vite.config.js':
        'const never = /\\/(status-check|cors-proxy|get-user)\\b/;\nexport default { server: {} };\n',
      'server.js':
        'const app = express();\napp.use(express.static(path.join(__dirname, "dist")));\napp.listen(4000);\n',
    },
    ['frontend frontend vite 5173: npm run dev -- +P'],
    ['server.js'],
  ],
  [
    'packages made for others beside the page at the top',
    {
      artisan: '',
      'package.json': scripts({ dev: 'vite' }, ['vite'], { workspaces: ['resources/js/packages/ui'] }),
      'resources/js/packages/ui/package.json': JSON.stringify(
        {
          ...scripts({ dev: 'vite' }, ['vite']),
          files: ['dist'],
          exports: { '.': './dist/ui.js' },
        },
        undefined,
        2,
      ),
    },
    [
      'backend backend laravel 8000: php artisan serve --port={port}',
      'frontend frontend vite 5173: npm run dev -- +P',
    ],
  ],
  [
    'a program with Next.js in it, whose own settings say where it listens',
    {
      'package.json': scripts({ dev: 'tsx watch server/index.ts' }, ['next', 'tsx']),
      'server/index.ts':
        'import next from "next";\nimport { settings } from "./settings";\nserve(next({ dev: true }), settings);\n',
      'server/settings.ts': 'export const settings = load("config.yml");\n',
    },
    ['frontend frontend next any: npm run dev'],
  ],
  [
    'Laravel’s queues by Horizon, that no script starts',
    { artisan: '', 'composer.json': JSON.stringify({ require: { 'laravel/horizon': '^5' } }) },
    ['backend backend laravel 8000: php artisan serve --port={port}'],
    ['horizon'],
  ],
  [
    'a script called as a role that builds its pages and ends',
    {
      'package.json': scripts(
        { dev: 'nodemon index.js', client: 'cd client && npm ci && npm run generate' },
        ['express'],
      ),
      'index.js': 'app.listen(process.env.PORT || 3333);',
      'client/package.json': scripts({ dev: 'nuxt', generate: 'nuxt generate' }, ['nuxt']),
    },
    ['backend backend express 3333: npm run dev', 'client frontend nuxt 3000: npm run dev -- +P @client'],
  ],
  [
    'a proxy before the servers, and a PORT that another variable gives',
    {
      'package.json': scripts({ dev: 'turbo run dev' }, ['turbo'], {
        workspaces: ['proxy', 'server', 'web'],
      }),
      'turbo.json': { tasks: { dev: { persistent: true } } },
      'proxy/package.json': scripts({ dev: './caddy run || caddy run' }),
      'server/package.json': scripts({ dev: 'node index.js' }, ['express']),
      'server/index.js': 'app.listen(3000);',
      'web/package.json': scripts({ dev: 'cross-env PORT=${WEB_PORT:-3001} next dev' }, ['next']),
    },
    [
      'proxy none task -: npm run dev @proxy',
      'server backend express 3000: npm run dev @server',
      'web frontend next 3001: npm run dev -- +P @web',
    ],
  ],
  [
    'Phoenix starts its page’s server in a folder that holds no page for others',
    {
      'mix.exs': PHOENIX,
      'config/dev.exs':
        'config :shop, ShopWeb.Endpoint,\n  http: [port: 4000],\n  watchers: [\n    node: ["node_modules/react-scripts/bin/react-scripts.js", "start",\n      cd: Path.expand("../assets", __DIR__)\n    ]\n  ]\n',
      'assets/package.json': scripts({ start: 'react-scripts start' }, ['react-scripts']),
    },
    ['backend backend phoenix 4000: mix phx.server'],
    ['assets'],
  ],
  [
    'Nx runs several commands of a target, one of which serves',
    {
      'package.json': scripts({}, ['nx'], { workspaces: ['packages/*'] }),
      'nx.json': {},
      'packages/backend/manage.py':
        'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "x.settings")\nfrom django.core.management import execute_from_command_line\n',
      'packages/webapp/package.json': scripts({ start: 'pnpm nx start:app' }),
      'packages/webapp/project.json': {
        name: 'webapp',
        targets: {
          setup: { executor: '@shop/tools:setup' },
          'start:app': {
            executor: 'nx:run-commands',
            options: { cwd: 'packages/webapp', commands: ['pnpm vite', 'pnpm nx run api:types:watch'] },
            dependsOn: ['setup'],
          },
        },
      },
    },
    [
      'backend backend django 8000: python3 manage.py runserver {port} @packages/backend',
      'webapp frontend vite 5173: bin nx run webapp:start:app',
    ],
  ],
  [
    'a Python package’s own start does more than to serve its module',
    {
      'backend/shop/__main__.py':
        'import uvicorn\nfrom . import config\n\nif __name__ == "__main__":\n    config.prepare()\n    uvicorn.run("shop.server:app", port=config.PORT)\n',
      'backend/shop/server.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
      'backend/shop/config.py': '',
      'backend/shop/__init__.py': '',
      'backend/pyproject.toml': '[project]\nname = "shop"\ndependencies = ["fastapi"]\n',
      'frontend/package.json': scripts({ dev: 'vite' }, ['vite']),
    },
    [
      'backend backend fastapi 8000: python3 -m shop @backend',
      'frontend frontend vite 5173: npm run dev -- +P @frontend',
    ],
  ],
  [
    'a member of Cargo’s workspace is started from its top, where its files lie',
    {
      'Cargo.toml': '[workspace]\nmembers = ["server", "app"]\n',
      'server/Cargo.toml': CLAP,
      'server/src/main.rs': `${LISTENS}mod configuration;\n`,
      'server/src/cli.rs':
        '#[derive(Parser)]\npub enum Command {\n    #[clap(name = "run")]\n    Run(RunOpts),\n}\n',
      'server/src/configuration.rs':
        'pub struct Ldaps {\n    #[builder(default = "6360")]\n    pub port: u16,\n}\npub struct Configuration {\n    #[builder(default = "17170")]\n    pub http_port: u16,\n}\n',
      'app/package.json': scripts({ dev: 'vite' }, ['vite']),
    },
    ['server backend rust 17170: cargo run -- run', 'app frontend vite 5173: npm run dev -- +P @app'],
  ],
  [
    'a Makefile’s variable that is made of itself, and a package’s name after its lists',
    {
      Makefile: 'FLAGS := $(FLAGS) -x $(FLAGS)\n\nstart:\n\tgo run $(FLAGS) .\n',
      'Cargo.toml': CLAP.replace('[package]\n', '[package]\nauthors = ["a"]\n').replace('shop', 'store'),
      'src/main.rs': LISTENS,
    },
    ['backend backend rust any: cargo run'],
  ],
  [
    'a program that nobody knows, started by its own word',
    {
      'README.md': 'Start it:\n\n```sh\nuv run agents dev .\n```\n',
      'pyproject.toml': '[project]\nname = "shop"\n',
      'web/package.json': scripts({ dev: 'next dev' }, ['next']),
    },
    ['web frontend next 3000: npm run dev -- +P @web'],
    ['uv run agents dev .'],
  ],
  [
    'a script that is another one with addresses of this machine',
    {
      'README.md': 'Start it:\n\n```sh\ncd web\nnpm run dev:local\n```\n',
      'web/package.json': scripts(
        { dev: 'next dev', 'dev:local': 'cross-env API_URL=http://127.0.0.1:2024 next dev' },
        ['next'],
      ),
    },
    ['web frontend next 3000: npm run dev -- +P @web'],
    ['npm run dev:local'],
  ],
  [
    'what make alone can work out ends before the lines that need it',
    {
      Makefile:
        'dev: check_env\n\tnpx foreman -j Procfile.dev start\n\ncheck_env: check_go check_node\n\ncheck_go:\n\t@echo $(shell go version)\n\ncheck_node:\n\t@echo $(shell node --version)\n',
      'Procfile.dev': 'web: cd ui && npm start\napi: go run .\n',
      'ui/package.json': scripts({ start: 'vite' }, ['vite']),
      'go.mod': 'module shop\n',
      'main.go': 'package main\n\nfunc main() { http.ListenAndServe(":5100", nil) }\n',
    },
    [
      'check_env none ? once: $ make check_env',
      'web frontend vite 5173: $ cd ui && npm start -- +P after check_env',
      'api backend go 5100: $ go run . after check_env',
    ],
  ],
  [
    'a page that another file’s App makes and launches',
    {
      'app.py': 'from shop.main import App\n\ndemo = App().make()\ndemo.queue().launch(inbrowser=True)\n',
      'sso_app_demo.py': 'import gradio as gr\napp = gr.mount_gradio_app(None, None, "/app")\n',
      'requirements.txt': 'gradio\n',
    },
    ['frontend frontend gradio 7860: python3 app.py'],
  ],
  [
    'Django’s commands that go on and on',
    {
      'requirements.txt': 'django\n',
      'manage.py':
        'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "x.settings")\nfrom django.core.management import execute_from_command_line\n',
      'shop/api/management/commands/send_alerts.py':
        'class Command:\n    def handle(self):\n        while not self.shutdown:\n            self.send()\n            time.sleep(2)\n',
      'shop/api/management/commands/wait_for_db.py':
        'class Command:\n    def handle(self):\n        while True:\n            time.sleep(1)\n',
      'files/management/commands/file_consumer.py':
        'class Command:\n    def handle(self):\n        while not self.stop.is_set():\n            for change in watch(folder):\n                pass\n',
      'files/management/commands/import_all.py':
        'class Command:\n    def handle(self):\n        while True:\n            if not self.page():\n                break\n',
    },
    ['backend backend django 8000: python3 manage.py runserver {port}'],
    ['file_consumer', 'send_alerts'],
  ],
  [
    'a compiler of a package that is called as nothing, and a version that the README has people ask for',
    {
      'README.md': 'Start:\n\n```sh\nnode --version\nnpm run dev\n```\n',
      'package.json': scripts(
        { dev: 'concurrently "npm run css" "vite"', css: 'npx @tailwindcss/cli -i a.css -o b.css --watch' },
        ['vite', 'concurrently'],
      ),
    },
    ['css none task -: npm run css', 'frontend frontend vite 5173: bin vite +P'],
  ],
  [
    'a package called as the role that is open, whose start says nothing',
    {
      'package.json': scripts({}, [], { workspaces: ['packages/*'] }),
      'packages/backend/package.json': scripts({ dev: 'node index.js' }, ['express']),
      'packages/backend/index.js': 'app.listen(3000);',
      'packages/webapp/package.json': scripts({ start: 'our-tool up' }),
      'packages/ui/package.json': scripts({ dev: 'our-tool watch' }),
    },
    ['backend backend express 3000: npm run dev @packages/backend'],
    ['webapp'],
  ],
];

testPlaces('a kind', kinds, project);
