// Projects as their frameworks' documentation has them, without a config: what is exported of each.
import { test } from 'node:test';
import { checkShape, type Shape } from '../../rig/exported.ts';

const page = (name: string, more: object) => ({
  name,
  private: true,
  scripts: { dev: 'vite', build: 'vite build' },
  devDependencies: { vite: '*' },
  ...more,
});

const DJANGO = {
  'requirements.txt': 'Django>=5.1\n',
  'manage.py': "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'mysite.settings')\n",
  'mysite/__init__.py': '',
  'mysite/wsgi.py': 'application = get_wsgi_application()\n',
  'mysite/settings.py': `import os
SECRET_KEY = os.environ['DJANGO_SECRET_KEY']
ALLOWED_HOSTS = os.environ.get('DJANGO_ALLOWED_HOSTS', 'localhost').split(',')
INSTALLED_APPS = ['django.contrib.staticfiles']
WSGI_APPLICATION = 'mysite.wsgi.application'
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': BASE_DIR / 'db.sqlite3'}}
STATIC_ROOT = BASE_DIR / 'staticfiles'
`,
};

const rows: Shape[] = [
  {
    name: 'Express and Next, standalone',
    ports: ['-b', '4000', '-f', '3000'],
    files: {
      'server/package.json': {
        name: 'server',
        type: 'module',
        scripts: { dev: 'nodemon src/index.js', start: 'node src/index.js' },
        dependencies: { express: '*' },
        devDependencies: { nodemon: '*' },
      },
      'server/src/index.js':
        "import express from 'express';\nexpress().listen(process.env.PORT || 4000);\nprocess.env.CLIENT_URL ?? 'http://localhost:3000';\n",
      'server/.env': 'PORT=4000\nCLIENT_URL=http://localhost:3000\nDATABASE_URL=postgres://a:hunter2@db/a\n',
      'client/package.json': {
        name: 'client',
        scripts: { dev: 'next dev', build: 'next build', start: 'next start' },
        dependencies: { next: '^15.1.0', react: '*', 'react-dom': '*' },
      },
      'client/next.config.mjs': "export default { output: 'standalone' };\n",
      'client/app/page.js': 'process.env.NEXT_PUBLIC_API_URL;\n',
      'client/public/robots.txt': '',
    },
    has: {
      'compose/client.Dockerfile': [
        /^ARG NEXT_PUBLIC_API_URL\nRUN npm run build$/m,
        /^COPY --from=build \/app\/\.next\/standalone \.\/$/m,
        /^COPY --from=build \/app\/public \.\/public$/m,
        /^CMD \["node", "server\.js"\]$/m,
      ],
      'compose/server.Dockerfile': [/^CMD \["node", "src\/index\.js"\]$/m],
      'compose/compose.yaml': [
        / {6}args:\n {8}NEXT_PUBLIC_API_URL: https:\/\/api\.shop\.example$/m,
        /CLIENT_URL: https:\/\/shop\.example$/m,
        /API_URL: http:\/\/server:8000$/m,
        /HOSTNAME: 0\.0\.0\.0$/m,
        /- \/app\/\.next\/cache$/m,
      ],
      'systemd/build.sh': [/cp -R \.next\/static \.next\/standalone\/\.next\/static/],
      'procfile/Procfile': [
        /^web: .* HOST=0\.0\.0\.0 HOSTNAME=0\.0\.0\.0 .*"PORT=\$\{PORT:-3000\}"/m,
        /^server: .* HOST=127\.0\.0\.1 .*"PORT=\$\{SERVER_PORT:-4000\}"/m,
      ],
    },
    // The page's server gets nobody else's secrets.
    lacks: {
      'compose/compose.yaml': /client:[\s\S]*env_file/,
      'compose/server.Dockerfile': /hunter2|nodemon/,
    },
  },
  {
    name: 'Django alone, its database in a file',
    ports: ['-b', '8000'],
    files: DJANGO,
    has: {
      'compose/backend.Dockerfile': [
        /^RUN pip install --no-cache-dir -r requirements\.txt gunicorn$/m,
        /^RUN chown 1000:1000 \.\nCOPY --chown=1000:1000 \. \.\nRUN DJANGO_SECRET_KEY=build-only python3 manage\.py collectstatic --noinput$/m,
        /^CMD \["gunicorn", "mysite\.wsgi:application", /m,
      ],
      'compose/.env.example': [/^DJANGO_ALLOWED_HOSTS=$/m, /^DJANGO_SECRET_KEY=$/m],
      'systemd/shop-backend.service': [
        /^ExecStart=\/srv\/shop\/\.venv\/bin\/gunicorn mysite\.wsgi:application --threads 4 --graceful-timeout 4$/m,
        /^ProtectSystem=full$/m,
      ],
      'systemd/shop-backend.socket': [/^ListenStream=127\.0\.0\.1:8000$/m],
    },
    lacks: { 'compose/compose.yaml': /read_only/ },
    says: [/serves no static files: add whitenoise/, /manage\.py migrate/, /gone with its container/],
  },
  {
    name: 'Go and Svelte behind one origin',
    ports: ['-b', '8080', '-f', '5173'],
    files: {
      'backend/go.mod': 'module example.com/notes\n\ngo 1.24\n',
      'backend/cmd/server/main.go': 'package main\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
      Makefile: 'api:\n\tcd backend && go run ./cmd/server\nweb:\n\tcd frontend && npm run dev\n',
      'frontend/package.json': page('frontend', { devDependencies: { vite: '*', svelte: '*' } }),
      'frontend/vite.config.js':
        "export default { server: { proxy: { '/api': 'http://localhost:8080' } } };\n",
      'frontend/index.html': '',
    },
    has: {
      'compose/backend.Dockerfile': [
        /^FROM \$\{GO_IMAGE\} AS build$/m,
        /^RUN CGO_ENABLED=0 go build -trimpath -o \/out\/server \.\/cmd\/server$/m,
        /^CMD \["server"\]$/m,
      ],
      'compose/frontend.Dockerfile': [/location \/api \{/, /proxy_buffering off;/, /client_max_body_size 0;/],
      'compose/compose.yaml': [/backend:\n {8}condition: service_healthy\n {8}restart: true$/m],
    },
  },
  {
    name: 'a pnpm workspace: Express in TypeScript, Vite with its port and two proxies in one line',
    ports: ['-b', '3333', '-f', '5180'],
    files: {
      'package.json': {
        name: '@acme/shop',
        packageManager: 'pnpm@9.12.0',
        scripts: { dev: 'pnpm -r --parallel dev' },
      },
      'pnpm-workspace.yaml': 'packages:\n  - apps/*\n',
      'pnpm-lock.yaml': '',
      'apps/web/package.json': page('@acme/web', {}),
      'apps/web/vite.config.ts': `export default { server: { port: 5180, proxy: { '/api': { target: 'http://localhost:3333', rewrite: (p) => p.replace(/^\\/api/, '') }, '/maps': 'https://maps.example.com' } } };\n`,
      'apps/web/index.html': '',
      'apps/api/package.json': {
        name: '@acme/api',
        scripts: { dev: 'tsx watch src/index.ts', build: 'tsc -p .', start: 'node dist/index.js' },
        dependencies: { express: '*' },
        devDependencies: { tsx: '*' },
      },
      'apps/api/src/index.ts':
        "import express from 'express';\nexpress().listen(process.env.PORT ?? 3333);\n",
    },
    has: {
      'compose/api.Dockerfile': [
        /^RUN npm install --global pnpm@9\.12\.0\nCOPY \. \.\nRUN pnpm install --frozen-lockfile\nWORKDIR \/app\/apps\/api\nRUN pnpm run build$/m,
        /^CMD \["node", "dist\/index\.js"\]$/m,
      ],
      'compose/web.Dockerfile': [/location \/api\/ \{' \\\n.*proxy_pass http:\/\/api:8000\/;/],
      'compose/compose.yaml': [/^ {2}web:[\s\S]*depends_on:\n {6}api:$/m],
    },
    lacks: { 'compose/web.Dockerfile': /maps|web:8080/ },
    says: [/NOT_EXPRESSED web: \/maps handed on to https:\/\/maps\.example\.com/],
  },
  {
    name: 'Reflex 0.10, which has one port for both in production',
    ports: ['-f', '3000'],
    files: {
      'rxconfig.py': 'import reflex as rx\n\nconfig = rx.Config(app_name="hello")\n',
      'requirements.txt': 'reflex==0.10.1\n',
      'hello/__init__.py': '',
      'hello/hello.py': 'import reflex as rx\n',
    },
    has: {
      'compose/compose.yaml': [
        /REFLEX_FRONTEND_PORT: "0"$/m,
        /- 127\.0\.0\.1:3001:8000\n[\s\S]*c\.request\("GET", "\/ping"\)/,
        /- 127\.0\.0\.1:3000:8080$/m,
      ],
    },
    says: [/its program on 3001/],
  },
  {
    name: 'a queue’s workers go along, a watcher does not',
    ports: ['-b', '8000'],
    files: {
      'devstart.config.json': {
        apps: [
          {
            name: 'api',
            role: 'backend',
            command: 'uvicorn main:app --reload',
            instances: 2,
            port: '8000-8001',
          },
          { name: 'worker', command: 'celery -A tasks worker', port: false, instances: 2 },
          { name: 'css', command: 'npx tailwindcss --watch', port: false },
        ],
      },
      'requirements.txt': 'fastapi\nuvicorn\ncelery\n',
      'main.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
      'tasks.py': '',
    },
    has: {
      'compose/worker.Dockerfile': [/^CMD \["celery", "-A", "tasks", "worker"\]$/m],
      'compose/compose.yaml': [/^ {2}worker:[\s\S]*replicas: 2$/m],
      'systemd/shop.target': [/^Wants=shop-worker@0\.service\nWants=shop-worker@1\.service$/m],
      'systemd/shop-worker@.service': [/^ExecStart=\/srv\/shop\/\.venv\/bin\/celery -A tasks worker$/m],
      'procfile/Procfile': [/^worker: exec env .*\.venv\/bin\/celery -A tasks worker$/m],
      'pm2/ecosystem.config.cjs': [/name: "shop-api-1"[\s\S]*"--port", "8001"/],
    },
    lacks: { 'compose/compose.yaml': /css|tailwind/ },
    says: [/css watches and compiles while developing: it is left out/],
  },
  {
    name: 'Vite that builds Laravel’s assets is no page of its own',
    ports: ['-b', '8000', '-f', '5173'],
    files: {
      'composer.json': { require: { 'laravel/framework': '^11' } },
      artisan: '',
      'package.json': page('shop', {}),
      'vite.config.js':
        "import laravel from 'laravel-vite-plugin';\nexport default { plugins: [laravel({ input: [] })] };\n",
    },
    has: {
      'compose/compose.yaml': [
        /# TODO frontend: [\s\S]*# TODO backend: |# TODO backend: [\s\S]*# TODO frontend: /,
      ],
    },
    says: [/TODO frontend: .*buildpacks/],
  },
  {
    name: 'Reflex: one program with two ports becomes a page of files and its program',
    ports: ['-b', '8000', '-f', '3000'],
    files: {
      'rxconfig.py': 'import reflex as rx\n\nconfig = rx.Config(app_name="hello")\n',
      'requirements.txt': 'reflex==0.8.26\ngreenlet\n',
      'hello/__init__.py': '',
      'hello/hello.py': 'import reflex as rx\n',
    },
    has: {
      'compose/reflex.Dockerfile': [
        /^COPY --chown=1000:1000 \. \.$/m,
        /^CMD \["reflex", "run", "--env", "prod", "--backend-only", .*"8000"\]$/m,
      ],
      'compose/reflex-web.Dockerfile': [
        /^COPY --from=bun \/usr\/local\/bin\/bun /m,
        /^ARG REFLEX_API_URL\nRUN reflex export --frontend-only --no-zip$/m,
        /location \/_event \{' \\\n.*proxy_pass http:\/\/reflex:8000;/,
        /^COPY --from=build \/app\/\.web\/build\/client \/srv$/m,
      ],
      // Browsers ask under the page's own origin.
      'compose/compose.yaml': [
        /^ {8}REFLEX_API_URL: https:\/\/shop\.example$/m,
        /^ {6}REFLEX_API_URL: https:\/\/shop\.example$/m,
        /- 127\.0\.0\.1:8000:8000$/m,
        /- 127\.0\.0\.1:3000:8080$/m,
      ],
      'systemd/build.sh': [/pip install -r requirements\.txt[\s\S]*reflex export --frontend-only --no-zip$/m],
    },
    says: [/its page is files under reflex-web/],
  },
  {
    name: 'FastAPI with a pyproject.toml that is no package, and Vite',
    ports: ['-b', '8000', '-f', '5173'],
    files: {
      'backend/pyproject.toml':
        '[project]\nname = "api"\nversion = "0"\ndependencies = ["fastapi", "uvicorn", "pydantic-settings"]\n',
      'backend/app/__init__.py': '',
      'backend/app/main.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
      'backend/.env': 'SECRET_KEY=hunter2\n',
      'frontend/package.json': page('web', {}),
      'frontend/index.html': '<script type="module" src="/src/main.ts"></script>',
      'frontend/src/main.ts':
        "fetch((import.meta.env.VITE_API_URL ?? 'http://localhost:8000') + '/todos');\n",
    },
    has: {
      'compose/backend.Dockerfile': [
        /^COPY pyproject\.toml \.\/\nRUN uv pip install -r pyproject\.toml$/m,
        /^CMD \["uvicorn", "app\.main:app", "--host", "0\.0\.0\.0", "--port", "8000", /m,
      ],
      'compose/compose.yaml': [/VITE_API_URL: https:\/\/api\.shop\.example$/m, /read_only: true/],
      'systemd/build.sh': [/^ {2}\.venv\/bin\/uv pip install -r pyproject\.toml$/m],
      'systemd/shop-backend.service': [/\.venv\/bin\/python3 \S+\/uvicorn-drain\.py app\.main:app --fd 3 /],
    },
    lacks: { 'compose/backend.Dockerfile': /hunter2|--reload/ },
  },
];

for (const shape of rows)
  test(`${shape.name}: what is built, what serves it`, async (t) => await checkShape(t, shape));
