/** Vite before servers of Node. */
import { answer, any, manifest, PUT, page, reach, type Shape, WORDS } from './shape.ts';

const express = (listen: string, before = '', middleware = ''): string => `import express from 'express'
${before}
const app = express()
${middleware}
app.all('/api/hello', (request, response) => response.json(${answer()}))
${listen}
`;

const vite = (server: string, before = ''): string => `import { defineConfig } from 'vite'
${before}
export default defineConfig({ server: ${server} })
`;

/** A page's module that asks below `/api`, behind a proxy. */
const proxied = `${reach({
  get: "fetch('/api/hello').then(json)",
  put: `fetch('/api/hello', ${PUT}).then(json)`,
})}${WORDS}`;

export const viteNode: Shape[] = [
  {
    name: 'Vite’s proxy with WebSockets, Express, workspaces under concurrently',
    packages: 'node',
    files: {
      'package.json': manifest({
        name: 'notes',
        workspaces: ['client', 'server'],
        scripts: { dev: 'concurrently -n api,web "npm run dev -w server" "npm run dev -w client"' },
        devDependencies: any('concurrently'),
      }),
      'server/package.json': manifest({
        name: 'server',
        scripts: { dev: 'node --watch index.js' },
        dependencies: any('express', 'ws'),
      }),
      'server/index.js': express(
        `const server = app.listen(process.env.PORT || 3001, () => console.log('api up'))
new WebSocketServer({ server, path: '/ws' }).on('connection', (socket, request) => socket.send(JSON.stringify(${answer()})))`,
        "import { WebSocketServer } from 'ws'",
      ),
      'client/package.json': manifest({
        name: 'client',
        scripts: { dev: 'vite' },
        dependencies: any('react', 'react-dom'),
        devDependencies: any('vite', '@vitejs/plugin-react'),
      }),
      'client/vite.config.js': `import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [react()],
  server: { proxy: { '/api': 'http://localhost:3001', '/ws': { target: 'ws://localhost:3001', ws: true } } },
})
`,
      'client/index.html': page('/src/main.jsx'),
      'client/src/main.jsx': `import { createRoot } from 'react-dom/client'
import App from './App.jsx'
${reach({
  get: "fetch('/api/hello').then(json)",
  put: `fetch('/api/hello', ${PUT}).then(json)`,
  socket: 'heard(`ws://${location.host}/ws`)',
})}
createRoot(document.querySelector('#app')).render(<App />)
`,
      'client/src/App.jsx': 'export default function App() {\n  return <p>first words</p>\n}\n',
    },
    owner: ['npm run dev'],
    url: 'http://localhost:5173',
    edit: 'client/src/App.jsx',
  },
  {
    name: 'Vite, URLs in the page’s code, Express with a fixed list, wait-on',
    packages: 'node',
    files: {
      'package.json': manifest({
        name: 'chat',
        scripts: {
          dev: 'concurrently "npm:dev:*"',
          'dev:server': 'node --watch server/index.js',
          'dev:client': 'wait-on http-get://localhost:4000/api/hello && vite client',
        },
        dependencies: any('express', 'cors', 'ws'),
        devDependencies: any('vite', 'concurrently', 'wait-on'),
      }),
      'server/index.js': `import http from 'node:http'
import cors from 'cors'
import express from 'express'
import { WebSocketServer } from 'ws'

const app = express()
app.use(cors({ origin: ['http://localhost:5173'], credentials: true }))
app.all('/api/hello', (request, response) => response.json(${answer()}))
const server = http.createServer(app)
new WebSocketServer({ server }).on('connection', (socket, request) => socket.send(JSON.stringify(${answer()})))
server.listen(4000)
`,
      'client/index.html': page('/main.js'),
      'client/main.js': `const API = 'http://localhost:4000/api'
${reach({
  get: 'fetch(`${API}/hello`).then(json)',
  put: `fetch(API + '/hello', ${PUT}).then(json)`,
  socket: "heard('ws://localhost:4000/live')",
})}${WORDS}`,
    },
    owner: ['npm run dev'],
    url: 'http://localhost:5173',
    edit: 'client/main.js',
  },
  {
    name: 'Vite with VITE_API_URL and its path in client/.env, Express by its server/.env',
    packages: 'node',
    files: {
      'client/package.json': manifest({
        name: 'client',
        scripts: { dev: 'vite' },
        devDependencies: any('vite'),
      }),
      'client/.env': 'VITE_API_URL=http://localhost:4000/api\n',
      'client/index.html': page('/src/main.js'),
      'client/src/main.js': `const api = import.meta.env.VITE_API_URL
${reach({
  get: 'fetch(`${api}/hello`).then(json)',
  put: `fetch(api + '/hello', ${PUT}).then(json)`,
})}${WORDS}`,
      'server/package.json': manifest({
        name: 'server',
        scripts: { dev: 'node --watch server.js' },
        dependencies: any('express', 'cors', 'dotenv'),
      }),
      'server/.env': 'PORT=4000\nCLIENT_ORIGIN=http://localhost:5173\n',
      'server/server.js': express(
        'app.listen(process.env.PORT)',
        "import 'dotenv/config'\nimport cors from 'cors'",
        'app.use(cors({ origin: process.env.CLIENT_ORIGIN, credentials: true }))',
      ),
    },
    owner: ['cd server && npm run dev', 'cd client && npm run dev'],
    url: 'http://localhost:5173',
    edit: 'client/src/main.js',
  },
  {
    name: 'VITE_API_URL ?? a proxied path; zod’s default port one import further, tsx',
    packages: 'node',
    files: {
      'package.json': manifest({
        name: 'notes',
        workspaces: ['client', 'server'],
        scripts: { dev: 'concurrently "npm run dev -w server" "npm run dev -w client"' },
      }),
      'server/package.json': manifest({
        name: 'server',
        scripts: { dev: 'tsx watch src/index.ts' },
        dependencies: any('express', 'zod'),
        devDependencies: any('tsx'),
      }),
      'server/src/env.ts': `import { z } from 'zod'
export const env = z.object({ PORT: z.coerce.number().default(4040) }).parse(process.env)
`,
      'server/src/index.ts': express('app.listen(env.PORT)', "import { env } from './env.js'"),
      'client/package.json': manifest({
        name: 'client',
        scripts: { dev: 'vite' },
        devDependencies: any('vite'),
      }),
      'client/vite.config.js': vite("{ proxy: { '/api': 'http://localhost:4040' } }"),
      'client/index.html': page('/src/main.js'),
      'client/src/main.js': `// In production it is given.
const base = import.meta.env.VITE_API_URL ?? '/api'
${reach({ get: 'fetch(`${base}/hello`).then(json)' })}${WORDS}`,
    },
    owner: ['npm run dev'],
    url: 'http://localhost:5173',
    edit: 'client/src/main.js',
  },
  {
    name: 'SERVER_PORT in .env for the server and for Vite’s proxy',
    packages: 'node',
    files: {
      '.env': 'SERVER_PORT=6989\n',
      'package.json': manifest({
        name: 'term',
        scripts: {
          dev: 'concurrently "npm:dev:server" "npm:dev:client"',
          'dev:server': 'node --watch server/index.js',
          'dev:client': 'vite client',
        },
        dependencies: any('express', 'dotenv'),
        devDependencies: any('vite', 'concurrently'),
      }),
      'server/index.js': express(
        "app.listen(process.env.SERVER_PORT || 6989).on('error', (error) => { throw error })",
        "import 'dotenv/config'",
      ),
      'client/vite.config.js': vite(
        "{ proxy: { '/api': `http://localhost:${process.env.SERVER_PORT || 6989}` } }",
        "import 'dotenv/config'",
      ),
      'client/index.html': page('/main.js'),
      'client/main.js': proxied,
    },
    owner: ['npm run dev'],
    url: 'http://localhost:5173',
    edit: 'client/main.js',
  },
  {
    name: 'Fastify in backend, Vite on a port of its own in frontend, a terminal each',
    packages: 'node',
    files: {
      'backend/package.json': manifest({
        name: 'backend',
        scripts: { dev: 'tsx watch src/server.ts' },
        dependencies: any('fastify', '@fastify/cors'),
      }),
      'backend/src/server.ts': `import cors from '@fastify/cors'
import Fastify from 'fastify'

const app = Fastify()
await app.register(cors, { origin: ['http://localhost:3000'], methods: ['GET', 'PUT'], credentials: true })
app.route({ method: ['GET', 'PUT'], url: '/hello', handler: async (request) => (${answer()}) })
await app.listen({ port: Number(process.env.PORT ?? 3333), host: '0.0.0.0' })
`,
      'frontend/package.json': manifest({
        name: 'frontend',
        scripts: { dev: 'vite' },
        devDependencies: any('vite'),
      }),
      'frontend/vite.config.js': vite('{ port: 3000, strictPort: true }'),
      'frontend/index.html': page('/src/main.js'),
      'frontend/src/api.ts': "export const BASE_URL: string = 'http://127.0.0.1:3333'\n",
      'frontend/src/main.js': `import { BASE_URL } from './api'
${reach({
  get: 'fetch(`${BASE_URL}/hello`).then(json)',
  put: `fetch(BASE_URL + '/hello', ${PUT}).then(json)`,
})}${WORDS}`,
    },
    owner: ['cd backend && npm run dev', 'cd frontend && npm run dev'],
    url: 'http://localhost:3000',
    edit: 'frontend/src/main.js',
  },
  {
    name: 'Hono on a fixed port, run-p of scripts, Vite’s proxy with a rewrite',
    packages: 'node',
    files: {
      'package.json': manifest({
        name: 'edge',
        scripts: { dev: 'run-p dev:*', 'dev:api': 'tsx watch api/index.ts', 'dev:web': 'vite' },
        dependencies: any('hono', '@hono/node-server'),
        devDependencies: any('vite', 'tsx', 'npm-run-all2'),
      }),
      'api/index.ts': `import { serve } from '@hono/node-server'
import { Hono } from 'hono'

const app = new Hono()
app.all('/hello', ({ req, json }) =>
  json({ from: process.cwd(), method: req.method, host: req.header('host'), origin: req.header('origin') ?? null }))
serve({ fetch: app.fetch, port: 8787 })
`,
      'vite.config.ts': vite(
        "{ proxy: { '/api': { target: 'http://127.0.0.1:8787', changeOrigin: true, rewrite: (path) => path.replace('/api', '') } } }",
      ),
      'index.html': page('/src/main.js'),
      'src/main.js': proxied,
    },
    owner: ['npm run dev'],
    url: 'http://localhost:5173',
    edit: 'src/main.js',
  },
  {
    name: 'Nest with enableCors, PORT ?? 3000, and Vite with axios’s base URL',
    packages: 'node',
    files: {
      'api/package.json': manifest({
        name: 'api',
        type: 'commonjs',
        scripts: { 'start:dev': 'tsx watch src/main.ts' },
        dependencies: any('@nestjs/common', '@nestjs/core', '@nestjs/platform-express', 'reflect-metadata'),
      }),
      'api/tsconfig.json': '{ "compilerOptions": { "experimentalDecorators": true } }',
      'api/src/main.ts': `import 'reflect-metadata'
import { All, Controller, Module, Req } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'

@Controller('hello')
class Hello {
  @All()
  hello(@Req() request: any) {
    return ${answer()}
  }
}

@Module({ controllers: [Hello] })
class AppModule {}

async function bootstrap() {
  const app = await NestFactory.create(AppModule)
  app.enableCors({ origin: 'http://localhost:5173', credentials: true })
  await app.listen(process.env.PORT ?? 3000)
}
bootstrap()
`,
      'web/package.json': manifest({
        name: 'web',
        scripts: { dev: 'vite' },
        dependencies: any('axios'),
        devDependencies: any('vite'),
      }),
      'web/index.html': page('/src/main.js'),
      'web/src/main.js': `import axios from 'axios'
const api = axios.create({ baseURL: import.meta.env.VITE_API || 'http://localhost:3000', withCredentials: true })
${reach({
  get: "api.get('/hello').then(({ data }) => data)",
  put: "api.put('/hello', {}).then(({ data }) => data)",
})}${WORDS}`,
    },
    owner: ['cd api && npm run start:dev', 'cd web && npm run dev'],
    url: 'http://localhost:5173',
    edit: 'web/src/main.js',
  },
  {
    name: 'wireit’s services, Vite’s proxy',
    packages: 'node',
    files: {
      'package.json': manifest({
        name: 'pair',
        scripts: { dev: 'wireit', 'dev:server': 'wireit', 'dev:client': 'wireit' },
        wireit: {
          dev: { dependencies: ['dev:server', 'dev:client'] },
          'dev:server': { command: 'node server/index.js', service: true, files: ['server/**'] },
          'dev:client': { command: 'vite client', service: true },
        },
        dependencies: any('express'),
        devDependencies: any('wireit', 'vite'),
      }),
      'server/index.js': express('app.listen(process.env.PORT || 3001)'),
      'client/vite.config.js': vite("{ proxy: { '/api': 'http://localhost:3001' } }"),
      'client/index.html': page('/main.js'),
      'client/main.js': proxied,
    },
    owner: ['npm run dev'],
    url: 'http://localhost:5173',
    edit: 'client/main.js',
  },
  {
    name: 'predev makes code; a .env of compose’s at the root, one of each server’s below it',
    packages: 'node',
    files: {
      '.env': 'DB_HOST=db\nNODE_ENV=production\nVITE_TITLE=Shop (live)\n',
      '.gitignore': 'node_modules\nbackend/generated.js\n',
      'docker-compose.yml': 'services:\n  api: { build: backend, env_file: .env }\n',
      'package.json': manifest({
        name: 'shop',
        workspaces: ['frontend', 'backend'],
        scripts: {
          predev: 'node scripts/codegen.mjs',
          dev: 'concurrently "npm run dev -w backend" "npm run dev -w frontend"',
        },
      }),
      'scripts/codegen.mjs':
        "import { writeFileSync } from 'node:fs'\nwriteFileSync(new URL('../backend/generated.js', import.meta.url), \"export const version = '1'\\n\")\n",
      'backend/package.json': manifest({
        name: 'backend',
        scripts: { dev: 'node --watch server.js' },
        dependencies: any('express', 'dotenv'),
      }),
      'backend/.env': 'DB_HOST=localhost\n',
      'backend/server.js': express(
        `app.get('/api/db', (request, response) => response.json({ from: process.cwd(), db: process.env.DB_HOST, mode: process.env.NODE_ENV ?? 'development', version }))
app.listen(process.env.PORT || 3001)`,
        "import 'dotenv/config'\nimport { version } from './generated.js'",
      ),
      'frontend/package.json': manifest({
        name: 'frontend',
        scripts: { dev: 'vite' },
        devDependencies: any('vite'),
      }),
      'frontend/.env': 'VITE_TITLE=Shop (dev)\n',
      'frontend/vite.config.js': vite("{ proxy: { '/api': 'http://localhost:3001' } }"),
      'frontend/index.html': page('/src/main.js'),
      'frontend/src/main.js': `${reach({
        db: "fetch('/api/db').then(json).then((all) => ({ ...all, title: import.meta.env.VITE_TITLE, production: import.meta.env.PROD }))",
      })}${WORDS}`,
    },
    owner: ['npm run dev'],
    url: 'http://localhost:5173',
    edit: 'frontend/src/main.js',
  },
  {
    name: 'socket.io with a fixed list, Vite’s URL in code',
    packages: 'node',
    files: {
      'package.json': manifest({
        name: 'game',
        scripts: { start: 'concurrently -k "node server.js" "vite --port 3000"' },
        dependencies: any('socket.io', 'socket.io-client', 'express'),
        devDependencies: any('vite', 'concurrently'),
      }),
      'server.js': `import http from 'node:http'
import express from 'express'
import { Server } from 'socket.io'

const server = http.createServer(express())
const io = new Server(server, { cors: { origin: 'http://localhost:3000', methods: ['GET', 'POST'] } })
io.on('connection', ({ request }) => io.emit('hello', ${answer()}))
server.listen(8080)
`,
      'index.html': page('/main.js'),
      'main.js': `import { io } from 'socket.io-client'
const hello = (options) => new Promise((resolve, reject) => {
  const socket = io('http://localhost:8080', { forceNew: true, ...options })
  socket.on('hello', (answer) => { resolve(answer); socket.close() })
  socket.on('connect_error', reject)
})
${reach({
  polling: "hello({ transports: ['polling'] })",
  socket: "hello({ transports: ['websocket'] })",
})}${WORDS}`,
    },
    owner: ['npm start'],
    url: 'http://localhost:3000',
    edit: 'main.js',
  },
  {
    name: 'Express with Vite as its middleware: one server, hot updates on a side port',
    packages: 'node',
    files: {
      'package.json': manifest({
        name: 'ssr',
        scripts: { dev: 'node server.js' },
        dependencies: any('express'),
        devDependencies: any('vite'),
      }),
      'server.js': express(
        `const vite = await createServer({ server: { middlewareMode: true }, appType: 'spa' })
app.use(vite.middlewares)
const port = process.env.PORT || 5173
app.listen(port, () => console.log(\`Server started at http://localhost:\${port}\`))`,
        "import { createServer } from 'vite'",
      ),
      'index.html': page('/src/main.js'),
      'src/main.js': proxied,
    },
    owner: ['npm run dev'],
    url: 'http://localhost:5173',
    edit: 'src/main.js',
  },
  {
    name: 'Go’s server with PORT or 8080, Vite’s proxy and a URL in code',
    packages: 'node',
    needs: 'go',
    files: {
      'api/go.mod': 'module shop\n\ngo 1.19\n',
      'api/main.go': `package main

import (
\t"encoding/json"
\t"log"
\t"net/http"
\t"os"
)

func main() {
\tport := os.Getenv("PORT")
\tif port == "" {
\t\tport = "8080"
\t}
\tfrom, _ := os.Getwd()
\thttp.HandleFunc("/api/hello", func(w http.ResponseWriter, r *http.Request) {
\t\tw.Header().Set("Access-Control-Allow-Origin", "*")
\t\tjson.NewEncoder(w).Encode(map[string]string{"from": from, "method": r.Method, "host": r.Host, "origin": r.Header.Get("Origin")})
\t})
\tlog.Fatal(http.ListenAndServe(":"+port, nil))
}
`,
      'web/package.json': manifest({
        name: 'web',
        scripts: { dev: 'vite' },
        devDependencies: any('vite'),
      }),
      'web/vite.config.js': vite("{ proxy: { '/api': 'http://localhost:8080' } }"),
      'web/index.html': page('/main.js'),
      'web/main.js': `${reach({
        get: "fetch('/api/hello').then(json)",
        direct: "fetch('http://localhost:8080/api/hello').then(json)",
      })}${WORDS}`,
    },
    owner: ['cd api && go run .', 'cd web && npm run dev'],
    url: 'http://localhost:5173',
    edit: 'web/main.js',
  },
];
