import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Files, look, scripts } from './projects.ts';

/** A backend that says nothing of its own port: the page's word decides. */
const server: Files = {
  'server/package.json': scripts({ dev: 'nodemon index.js' }, ['express']),
  'server/index.js': "const app = require('express')();\napp.listen(process.env.PORT);\n",
};
const page = (dev: string, deps: string[], files: Files, more: object = {}): Files => ({
  ...server,
  'client/package.json': scripts({ dev }, deps, more),
  ...Object.fromEntries(Object.entries(files).map(([name, content]) => [`client/${name}`, content])),
});
const vite = (config: string, more: Files = {}): Files =>
  page('vite', ['vite'], { 'vite.config.ts': config, ...more });

const TYPED = '```sh\ncd client\nnpm run dev -- --port 5174\n```\n';

const cases: [string, Files, string[]][] = [
  [
    'the port with which the README starts it',
    { ...vite(''), 'README.md': `# Shop\n${TYPED}` },
    ['backend -', 'frontend 5174 README.md:4 README.md'],
  ],
  [
    'a port that is but another way to start it',
    { ...vite(''), 'README.md': `# Shop\n\`\`\`sh\nnpm run dev\n\`\`\`\nWhere that is taken:\n${TYPED}` },
    ['backend -', 'frontend 5173'],
  ],
  [
    'a variable where it is set, else a text',
    vite('', {
      'src/api.ts':
        "const URL = import.meta.env.VITE_API_URL ? import.meta.env.VITE_API_URL : 'http://localhost:4099';\n",
    }),
    ['backend 4099 client/src/api.ts:1 VITE_API_URL', 'frontend 5173'],
  ],
  [
    'Vite: a variable that only the template above gives, in options of a name of their own',
    {
      ...vite(
        "process.env = loadEnv(mode, path.resolve(__dirname, '..'), '');\nconst serverOptions = { port: process.env.PORT };\nexport default { server: serverOptions };\n",
      ),
      '.env.template': 'PORT=8100\n',
    },
    ['backend -', 'frontend 8100 .env.template:1 PORT'],
  ],
  [
    'Vite: a text',
    vite("export default { server: { proxy: { '/api': 'http://localhost:4001' } } };\n"),
    ['backend 4001 client/vite.config.ts:1 proxy', 'frontend 5173'],
  ],
  [
    'Vite: own port, HMR’s beside it, sockets',
    vite(
      "export default defineConfig(({ mode }) => ({\n  server: {\n    hmr: { port: 24678 },\n    port: 5175,\n    strictPort: true,\n    proxy: {\n      '/socket.io': { target: 'ws://localhost:4002', ws: true },\n      '/api': {\n        target: 'http://localhost:4002',\n        rewrite: (path) => path.replace(/^\\/api/, ''),\n      },\n    },\n  },\n}));\n",
    ),
    ['backend 4002 client/vite.config.ts:7 proxy', 'frontend 5175 client/vite.config.ts:4 server.port'],
  ],
  [
    'Vite: process.env with a default',
    vite(
      "export default { server: { proxy: { '/api': { target: process.env.API_URL || 'http://localhost:4003' } } } };\n",
    ),
    ['backend 4003 client/vite.config.ts:1 API_URL', 'frontend 5173'],
  ],
  [
    'Vite: a port in a template',
    vite(
      "export default { server: { proxy: { '/api': `http://localhost:${process.env.API_PORT || 4004}` } } };\n",
    ),
    ['backend 4004 client/vite.config.ts:1 API_PORT', 'frontend 5173'],
  ],
  [
    'Vite: env files by another name, and a program of somebody else’s that the page calls',
    vite(
      'export default defineConfig(({ mode }) => {\n  const viteEnv = wrap(loadEnv(mode, process.cwd()));\n  return { server: { port: viteEnv.VITE_PORT } };\n});\n',
      { '.env': 'VITE_PORT = 4104\nVITE_STRAPI_URL=http://localhost:1337\n' },
    ),
    ['backend -', 'frontend 4104 client/.env:1 VITE_PORT'],
  ],
  [
    'Vite: loadEnv, and the file that has it',
    vite(
      "export default defineConfig(({ mode }) => {\n  const env = loadEnv(mode, process.cwd(), '');\n  return { server: { port: Number(env.VITE_PORT) || 5180, proxy: { '/api': { target: env.VITE_BACKEND } } } };\n});\n",
      {
        '.env.development': 'VITE_BACKEND=http://localhost:4005\nVITE_PORT=5199\n',
        '.env': 'VITE_BACKEND=http://localhost:9999\n',
      },
    ),
    [
      'backend 4005 client/.env.development:1 VITE_BACKEND',
      'frontend 5199 client/.env.development:2 VITE_PORT',
    ],
  ],
  [
    'PORT and VITE_PORT of a page that reads neither are no call of the backend',
    vite('export default {};\n', { '.env': 'PORT=4998\nVITE_PORT=4999\nDEV_SERVER_PORT=4997\n' }),
    ['backend -', 'frontend 5173'],
  ],
  [
    'VITE_API_PORT of a page is one',
    vite('export default {};\n', { '.env': 'VITE_API_PORT=4010\n' }),
    ['backend 4010 client/.env:1 VITE_API_PORT', 'frontend 5173'],
  ],
  [
    'Vite: a constant above',
    vite(
      "const target = 'http://localhost:4006';\nconst port = 5181;\nexport default { server: { port, proxy: { '/api': { target } } } };\n",
    ),
    ['backend 4006 client/vite.config.ts:1 proxy', 'frontend 5181 client/vite.config.ts:2 server.port'],
  ],
  [
    'Vite: a constant of another file',
    vite("import { API } from './config/dev';\nexport default { server: { proxy: { '/api': API } } };\n", {
      'config/dev.ts': "export const API = 'http://localhost:4007';\n",
    }),
    ['backend 4007 client/config/dev.ts:1 proxy', 'frontend 5173'],
  ],
  [
    'Vite: two backends, and the one under /api',
    vite(
      "export default { server: { proxy: { '/uploads': 'http://localhost:4999', '/api': 'http://localhost:4008' } } };\n",
    ),
    ['backend 4008 client/vite.config.ts:1 proxy', 'frontend 5173'],
  ],
  [
    'Vite: two backends that nothing tells apart: neither',
    vite(
      "export default { server: { proxy: { '/one': 'http://localhost:4998', '/two': 'http://localhost:4999' } } };\n",
    ),
    ['backend -', 'frontend 5173'],
  ],
  [
    'Vite: another machine, a container, a comment',
    vite(
      "export default { server: { proxy: {\n  // '/api': 'http://localhost:4997',\n  '/api': 'https://api.example.com:8443',\n  '/x': 'http://backend:8000',\n} } };\n",
    ),
    ['backend -', 'frontend 5173'],
  ],
  [
    'Vite with a root of its own, its env files above',
    {
      'package.json': scripts({ 'dev:server': 'node server/index.js', 'dev:client': 'vite web' }, [
        'vite',
        'express',
      ]),
      'server/index.js': 'app.listen(process.env.PORT);\n',
      'web/vite.config.ts':
        "export default { envDir: '../', server: { proxy: { '/api': 'http://localhost:4009' } } };\n",
      '.env': 'VITE_TITLE=x\n',
    },
    ['backend 4009 web/vite.config.ts:1 proxy', 'frontend 5173'],
  ],
  [
    'Vite: the API’s variable',
    vite('export default {};\n', {
      '.env':
        'VITE_SUPABASE_URL=http://localhost:54321\nVITE_KEYCLOAK_URL=http://localhost:8080\nVITE_APP_URL=http://localhost:3000\nVITE_API_BASE_URL=http://localhost:4010/api/v1\nVITE_MINIO_ENDPOINT=http://localhost:9000\n',
    }),
    ['backend 4010 client/.env:4 VITE_API_BASE_URL', 'frontend 5173'],
  ],
  [
    'Vite: nothing but other people’s servers',
    vite('export default {};\n', {
      '.env':
        'VITE_SUPABASE_URL=http://localhost:54321\nVITE_KEYCLOAK_URL=http://localhost:8080\nVITE_APP_URL=http://localhost:3000\nDATABASE_URL=postgres://u@localhost:5432/x\nREDIS_URL=redis://localhost:6379\n',
    }),
    ['backend -', 'frontend 5173'],
  ],
  [
    'a default beside the variable in browser code',
    vite('export default {};\n', {
      'src/lib/api.ts': "export const API = import.meta.env.VITE_API_URL ?? 'http://localhost:4011';\n",
      'src/main.ts': 'fetch(`${API}/hello`); // http://localhost:1111\n',
    }),
    ['backend 4011 client/src/lib/api.ts:1 VITE_API_URL', 'frontend 5173'],
  ],
  [
    'a URL in browser code',
    vite('export default {};\n', {
      'src/App.tsx': "useEffect(() => { fetch('http://localhost:4012/todos') });\n<p>Don't // worry</p>\n",
    }),
    ['backend 4012 client/src/App.tsx:1 URL', 'frontend 5173'],
  ],
  [
    'Next: rewrites',
    page('next dev -p 3100', ['next'], {
      'next.config.mjs':
        "/** http://localhost:1234 */\nexport default {\n  async rewrites() {\n    return [\n      {\n        source: '/api/:path*',\n        destination: process.env.NODE_ENV === 'development' ? 'http://127.0.0.1:4013/api/:path*' : '/api/',\n      },\n    ];\n  },\n};\n",
    }),
    ['backend 4013 client/next.config.mjs:7 proxy', 'frontend 3100 client/package.json:3 script "dev"'],
  ],
  [
    'Next: a template with a variable',
    page('next dev', ['next'], {
      'next.config.js':
        "const API = process.env.BACKEND_URL || 'http://localhost:4014';\nmodule.exports = { rewrites: async () => [{ source: '/api/:path*', destination: `${API}/api/:path*` }] };\n",
      '.env.local': 'NEXTAUTH_URL=http://localhost:3000\nBACKEND_URL=http://localhost:4015\n',
    }),
    ['backend 4015 client/.env.local:2 BACKEND_URL', 'frontend 3000'],
  ],
  [
    'Create React App: setupProxy',
    page('react-scripts start', ['react-scripts'], {
      'src/setupProxy.js':
        "const { createProxyMiddleware } = require('http-proxy-middleware');\nmodule.exports = (app) => {\n  app.use('/api', createProxyMiddleware({ target: 'http://localhost:4016', changeOrigin: true }));\n};\n",
      '.env': 'PORT=3006\n',
    }),
    ['backend 4016 client/src/setupProxy.js:3 proxy', 'frontend 3006 client/.env:1 PORT'],
  ],
  [
    'webpack-dev-server: its port, and a list of proxies',
    page('webpack serve --mode development', ['webpack'], {
      'webpack.config.js':
        "module.exports = {\n  output: { publicPath: 'http://localhost:9091/' },\n  devServer: {\n    port: 9091,\n    proxy: [{ context: ['/api'], target: 'http://localhost:4017' }],\n  },\n};\n",
    }),
    [
      'backend 4017 client/webpack.config.js:5 proxy',
      'frontend 9091 client/webpack.config.js:4 devServer.port',
    ],
  ],
  [
    'Rsbuild',
    page('rsbuild dev', ['@rsbuild/core'], {
      'rsbuild.config.ts':
        "export default defineConfig({ server: { port: 3300, proxy: { '/api': 'http://localhost:4018' } } });\n",
    }),
    ['backend 4018 client/rsbuild.config.ts:1 proxy', 'frontend 3300 client/rsbuild.config.ts:1 server.port'],
  ],
  [
    'Angular: proxy.conf.js by its flag',
    page('ng serve --proxy-config proxy.conf.js', ['@angular/core'], {
      'angular.json': { projects: {} },
      'proxy.conf.js':
        "module.exports = [{ context: ['/api'], target: 'http://localhost:4019', secure: false }];\n",
    }),
    ['backend 4019 client/proxy.conf.js:1 proxy', 'frontend 4200'],
  ],
  [
    'Angular: environment.ts',
    page('ng serve', ['@angular/core'], {
      'angular.json': { projects: {} },
      'src/environments/environment.ts':
        "export const environment = {\n  production: false,\n  apiUrl: 'http://localhost:4020/api',\n};\n",
      'src/environments/environment.prod.ts':
        "export const environment = { apiUrl: 'http://localhost:1/api' };\n",
    }),
    ['backend 4020 client/src/environments/environment.ts:3 URL', 'frontend 4200'],
  ],
  [
    'Nuxt: devProxy, devServer',
    page('nuxt dev', ['nuxt'], {
      'nuxt.config.ts':
        "export default defineNuxtConfig({\n  devServer: { port: 3030 },\n  nitro: { devProxy: { '/api': { target: 'http://localhost:4021/api', changeOrigin: true } } },\n});\n",
    }),
    ['backend 4021 client/nuxt.config.ts:3 proxy', 'frontend 3030 client/nuxt.config.ts:2 devServer.port'],
  ],
  [
    'Nuxt: route rules and runtime config',
    page('nuxt dev', ['nuxt'], {
      'nuxt.config.ts':
        "export default defineNuxtConfig({\n  routeRules: { '/api/**': { proxy: 'http://localhost:4022/**' } },\n  runtimeConfig: { public: { apiBase: 'http://localhost:4022' } },\n});\n",
    }),
    ['backend 4022 client/nuxt.config.ts:2 proxy', 'frontend 3000'],
  ],
  [
    'Astro: its own port, its site, Vite’s proxy',
    page('astro dev', ['astro'], {
      'astro.config.mjs':
        "export default defineConfig({\n  site: 'http://localhost:4322',\n  server: ({ command }) => ({ port: command === 'dev' ? 4322 : 4000 }),\n  vite: { server: { proxy: { '/api': 'http://localhost:4023' } } },\n});\n",
    }),
    ['backend 4023 client/astro.config.mjs:4 proxy', 'frontend 4322 client/astro.config.mjs:3 server.port'],
  ],
  [
    'SvelteKit: hooks',
    page('vite dev', ['vite', '@sveltejs/kit'], {
      'vite.config.ts': 'export default defineConfig({ plugins: [sveltekit()] });\n',
      'src/hooks.server.ts':
        "const API = 'http://localhost:4024';\nexport const handleFetch = async ({ request, fetch }) => fetch(new Request(request.url.replace('https://api.example.com/', `${API}/`), request));\n",
    }),
    ['backend 4024 client/src/hooks.server.ts:1 URL', 'frontend 5173'],
  ],
  [
    'Vue CLI',
    page('vue-cli-service serve', ['@vue/cli-service'], {
      'vue.config.js': "module.exports = { devServer: { port: 8081, proxy: 'http://localhost:4025' } };\n",
    }),
    ['backend 4025 client/vue.config.js:1 proxy', 'frontend 8081 client/vue.config.js:1 devServer.port'],
  ],
  [
    'what the page’s tests wait for is no backend',
    {
      'backend/go.mod': 'module shop\n',
      'backend/main.go': 'package main\n\nfunc main() { http.ListenAndServe(addr(), nil) }\n',
      'web/package.json': scripts(
        { dev: 'vite', 'test:e2e': "start-server-and-test preview :4173 'cypress run'" },
        ['vite'],
      ),
    },
    ['backend -', 'frontend 5173'],
  ],
  [
    'wait-on in a script',
    {
      'package.json': scripts({ 'dev:server': 'node server.js', 'dev:client': 'wait-on tcp:4026 && vite' }, [
        'vite',
        'express',
        'wait-on',
      ]),
      'server.js': 'require("express")().listen(process.env.PORT);\n',
    },
    ['backend 4026 package.json:4 script', 'frontend 5173'],
  ],
  [
    'the page’s own address in its own script and config is not the backend’s',
    {
      'package.json': scripts(
        {
          'dev:server': 'node server.js',
          'dev:client': 'vite --port 3000',
          electron: 'wait-on http://localhost:3000 && electron .',
        },
        ['vite', 'express', 'wait-on'],
      ),
      'server.js': 'require("express")().listen(process.env.PORT);\n',
      '.env': 'VITE_API_ORIGIN_URL=http://localhost:3000\n',
    },
    ['backend -', 'frontend 3000 package.json:4 script "dev:client"'],
  ],
  [
    'a number that only a component far below calls, where nothing else says any',
    page('vite', ['vite'], {
      'src/parts/rooms/List.vue': '<script>\naxios.get(`http://localhost:4077/rooms/${id}`);\n</script>\n',
    }),
    ['backend 4077 client/src/parts/rooms/List.vue:2 URL', 'frontend 5173'],
  ],
  [
    'Vite: a port that code takes from the page’s own address',
    vite('const { port } = parse(env.webUrl);\nexport default { server: { port } };\n', {
      '.env.development': 'VITE_WEB_URL=http://localhost:8899\n',
      'src/api.ts': "fetch('http://localhost:4001');\n",
    }),
    ['backend 4001 client/src/api.ts:1 URL', 'frontend 8899 client/.env.development:1 VITE_WEB_URL'],
  ],
  [
    'Redwood: both servers of one file',
    {
      'package.json': {},
      'redwood.toml': '[web]\n  title = "x"\n  port = "${WEB_PORT:8920}"\n[api]\n  port = 8921\n',
    },
    ['backend 8921 redwood.toml:5 port', 'frontend 8920 redwood.toml:3 port'],
  ],
  [
    'Vite+ by Vite’s config',
    {
      'server/index.js': "require('express')().listen(4030);\n",
      'server/package.json': scripts({ dev: 'node index.js' }, ['express']),
      'client/package.json': scripts({ dev: 'vp dev' }, ['vite-plus']),
      'client/vite.config.ts': 'export default { server: { port: 5190 } };\n',
    },
    ['backend 4030 server/index.js:1 listen', 'frontend 5190 client/vite.config.ts:1 server.port'],
  ],
];

for (const [name, files, expected] of cases) {
  test(name, async () => {
    assert.deepEqual((await look(files)).ports, expected);
  });
}
