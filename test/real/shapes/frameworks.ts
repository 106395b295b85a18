/** Frameworks that render, with proxies and environments of their own. */
import { any, express, manifest, PUT, pythonAnswer, reach, relative, type Shape, WORDS } from './shape.ts';

const layout =
  'export default function Layout({ children }) { return <html lang="en"><body>{children}</body></html> }\n';

export const frameworks: Shape[] = [
  {
    name: 'Next’s rewrites, FastAPI beside it',
    packages: 'next',
    venv: '.',
    files: {
      'package.json': manifest({
        name: 'next-fastapi',
        type: undefined,
        scripts: {
          'fastapi-dev': 'uvicorn api.index:app --reload',
          'next-dev': 'next dev',
          dev: 'concurrently "npm run next-dev" "npm run fastapi-dev"',
        },
        dependencies: any('next', 'react', 'react-dom', 'concurrently'),
      }),
      'requirements.txt': 'fastapi\nuvicorn[standard]\n',
      'api/index.py': `import os

from fastapi import FastAPI, Request

app = FastAPI()


@app.api_route("/api/py/hello", methods=["GET", "PUT"])
def hello(request: Request):
    return ${pythonAnswer()}
`,
      'next.config.js':
        "module.exports = { rewrites: async () => [{ source: '/api/py/:path*', destination: 'http://127.0.0.1:8000/api/py/:path*' }] }\n",
      'app/layout.js': layout,
      'app/page.js': `'use client'
import { useEffect } from 'react'

export default function Page() {
  useEffect(() => {${reach({
    get: "fetch('/api/py/hello').then(json)",
    put: `fetch('/api/py/hello', ${PUT}).then(json)`,
  })}}, [])
  return <p>first words</p>
}
`,
    },
    owner: ['npm run dev'],
    url: 'http://localhost:3000',
    edit: 'app/page.js',
    subscribes: /turbopack-subscribe/,
  },
  {
    name: 'Next with NEXT_PUBLIC_API_URL, a server component that asks Express',
    packages: 'next',
    installedIn: ['web', 'api'],
    files: {
      'web/package.json': manifest({
        name: 'web',
        type: undefined,
        scripts: { dev: 'next dev' },
        dependencies: any('next', 'react', 'react-dom'),
      }),
      'web/.env.local': 'NEXT_PUBLIC_API_URL=http://localhost:4000/api\n',
      'web/app/layout.js': layout,
      'web/app/client.js': `'use client'
import { useEffect } from 'react'

const base = process.env.NEXT_PUBLIC_API_URL

export default function Client({ rendered }) {
  useEffect(() => {${reach({
    get: 'fetch(`${base}/hello`).then(json)',
    put: `fetch(base + '/hello', ${PUT}).then(json)`,
    rendered: 'Promise.resolve(rendered)',
  })}}, [])
  return <p>first words</p>
}
`,
      'web/app/page.js': `import Client from './client'

const api = process.env.INTERNAL_API || 'http://127.0.0.1:4000/api'

export default async function Page() {
  const rendered = await (await fetch(\`\${api}/hello\`, { cache: 'no-store' })).json()
  return <Client rendered={rendered} />
}
`,
      'api/package.json': manifest({
        name: 'api',
        type: undefined,
        scripts: { dev: 'node --watch index.js' },
        dependencies: any('express', 'cors'),
      }),
      'api/index.js': express(
        'app.listen(process.env.PORT || 4000)',
        "const cors = require('cors')",
        "app.use(cors({ origin: ['http://localhost:3000'], credentials: true }))",
      ),
    },
    owner: ['cd api && npm run dev', 'cd web && npm run dev'],
    url: 'http://localhost:3000',
    edit: 'web/app/client.js',
    subscribes: /turbopack-subscribe/,
  },
  {
    name: 'Astro asks while it renders and in the browser, Express',
    packages: 'pages',
    files: {
      'backend/package.json': manifest({
        name: 'backend',
        type: undefined,
        scripts: { dev: 'node --watch index.js' },
        dependencies: any('express', 'cors'),
      }),
      'backend/index.js': express(
        'app.listen(process.env.PORT || 3001)',
        "const cors = require('cors')",
        "app.use(cors({ origin: ['http://localhost:4321', 'http://127.0.0.1:4321'], credentials: true }))",
      ),
      'frontend/package.json': manifest({
        name: 'frontend',
        scripts: { dev: 'astro dev' },
        dependencies: any('astro'),
      }),
      'frontend/.env': 'PUBLIC_API=http://localhost:3001/api\n',
      'frontend/astro.config.mjs': `import { defineConfig } from 'astro/config'

export default defineConfig({ devToolbar: { enabled: false }, vite: { server: { proxy: { '/api': 'http://localhost:3001' } } } })
`,
      'frontend/src/pages/index.astro': `---
const rendered = await (await fetch('http://localhost:3001/api/hello')).json()
---
<html lang="en"><body><div id="app" data-rendered={JSON.stringify(rendered)}></div><script src="../main.js"></script></body></html>
`,
      'frontend/src/main.js': `const base = import.meta.env.PUBLIC_API
${reach({
  ...relative,
  direct: `fetch(\`\${base}/hello\`, ${PUT}).then(json)`,
  rendered: "Promise.resolve(JSON.parse(document.querySelector('#app').dataset.rendered))",
})}${WORDS}`,
    },
    owner: ['cd backend && npm run dev', 'cd frontend && npm run dev'],
    url: 'http://localhost:4321',
    edit: 'frontend/src/main.js',
  },
  {
    name: 'SvelteKit with a hook that hands /api on, Express',
    packages: 'pages',
    files: {
      'package.json': manifest({
        name: 'kit',
        scripts: {
          dev: 'concurrently "vite dev" "npm:api"',
          api: 'node --watch api/index.cjs',
        },
        devDependencies: any(
          '@sveltejs/kit',
          '@sveltejs/vite-plugin-svelte',
          'svelte',
          'vite',
          'concurrently',
          'express',
        ),
      }),
      'api/index.cjs': express("app.listen(5000, 'localhost')"),
      'vite.config.js':
        "import { sveltekit } from '@sveltejs/kit/vite'\n\nexport default { plugins: [sveltekit()] }\n",
      'svelte.config.js': 'export default {}\n',
      'src/app.html':
        '<!doctype html><html lang="en"><head>%sveltekit.head%</head><body><div>%sveltekit.body%</div></body></html>\n',
      'src/hooks.server.js': `import { env } from '$env/dynamic/private'

const api = env.API_ORIGIN ?? 'http://127.0.0.1:5000'

export const handle = ({ event, resolve }) => {
  const { pathname } = event.url
  if (!pathname.startsWith('/api/')) return resolve(event)
  return fetch(api + pathname, { method: event.request.method })
}
`,
      'src/routes/+page.server.js':
        "export const load = async ({ fetch }) => ({ rendered: await (await fetch('/api/hello')).json() })\n",
      'src/routes/+page.svelte': `<script>
  import { onMount } from 'svelte'
  const { data } = $props()
  onMount(() => {${reach({ get: relative.get, rendered: 'Promise.resolve(data.rendered)' })}})
</script>

<p>first words</p>
`,
    },
    owner: ['npm run dev'],
    url: 'http://localhost:5173',
    edit: 'src/routes/+page.svelte',
  },
  {
    name: 'React Router whose loader asks while it renders, Express with a fixed list',
    packages: 'router',
    files: {
      'package.json': manifest({
        name: 'trips',
        scripts: {
          dev: 'concurrently -n web,api "react-router dev" "npm:api"',
          api: 'node --watch api/index.cjs',
        },
        dependencies: any(
          'react',
          'react-dom',
          'react-router',
          '@react-router/node',
          'isbot',
          'express',
          'cors',
        ),
        devDependencies: any('@react-router/dev', 'vite', 'concurrently'),
      }),
      'api/index.cjs': express(
        'app.listen(process.env.API_PORT ?? 3333)',
        "const cors = require('cors')",
        "app.use(cors({ origin: 'http://localhost:5173', credentials: true }))",
      ),
      'vite.config.js':
        "import { reactRouter } from '@react-router/dev/vite'\n\nexport default { plugins: [reactRouter()] }\n",
      'app/routes.js':
        "import { index } from '@react-router/dev/routes'\n\nexport default [index('home.jsx')]\n",
      'app/root.jsx': `import { Outlet, Scripts } from 'react-router'

export default () => <html lang="en"><body><Outlet /><Scripts /></body></html>
`,
      'app/home.jsx': `import { useEffect } from 'react'

export const loader = async () => (await fetch('http://localhost:3333/api/hello')).json()

export default function Home({ loaderData }) {
  useEffect(() => {${reach({
    get: "fetch('http://localhost:3333/api/hello').then(json)",
    put: `fetch('http://localhost:3333/api/hello', ${PUT}).then(json)`,
    rendered: 'Promise.resolve(loaderData)',
  })}}, [])
  return <p>first words</p>
}
`,
    },
    owner: ['npm run dev'],
    url: 'http://localhost:5173',
    edit: 'app/home.jsx',
  },
  {
    name: 'Nuxt with routeRules and devProxy, Express',
    packages: 'nuxt',
    files: {
      'api/package.json': manifest({
        name: 'api',
        type: undefined,
        scripts: { dev: 'node --watch index.js' },
        dependencies: any('express'),
      }),
      'api/index.js': express('app.listen(process.env.PORT || 3001)'),
      'web/package.json': manifest({
        name: 'web',
        scripts: { dev: 'nuxt dev' },
        dependencies: any('nuxt', 'vue'),
      }),
      'web/nuxt.config.ts': `export default defineNuxtConfig({
  compatibilityDate: '2026-01-01',
  devtools: { enabled: false },
  routeRules: { '/api/**': { proxy: 'http://localhost:3001/api/**' } },
  nitro: { devProxy: { '/dev': { target: 'http://localhost:3001/api' } } },
})
`,
      'web/app.vue': `<script setup>
const { data } = await useFetch('/api/hello')
onMounted(() => {${reach({
        ...relative,
        proxied: "fetch('/dev/hello').then(json)",
        rendered: 'Promise.resolve(data.value)',
      })}})
</script>

<template><p>first words</p></template>
`,
    },
    owner: ['cd api && npm run dev', 'cd web && npm run dev'],
    url: 'http://localhost:3000',
    edit: 'web/app.vue',
  },
];
