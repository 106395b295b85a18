/** Bundlers other than Vite, with proxies and ports of their own. */
import { any, express, html, manifest, PUT, reach, relative, type Shape, WORDS } from './shape.ts';

export const bundlers: Shape[] = [
  {
    name: 'Create React App with "proxy", Express at the root',
    packages: 'cra',
    cable: true,
    files: {
      'package.json': manifest({
        name: 'mern',
        type: undefined,
        scripts: {
          start: 'node index.js',
          server: 'node --watch index.js',
          client: 'npm start --prefix client',
          dev: 'concurrently "npm run server" "npm run client"',
        },
        dependencies: any('express', 'concurrently'),
      }),
      'index.js': express('const PORT = process.env.PORT || 5000\napp.listen(PORT)'),
      'client/package.json': manifest({
        name: 'client',
        version: '0.1.0',
        type: undefined,
        proxy: 'http://localhost:5000',
        scripts: { start: 'react-scripts start' },
        dependencies: any('react', 'react-dom', 'react-scripts'),
        browserslist: ['last 1 chrome version'],
      }),
      'client/public/index.html': html('<div id="app"></div>'),
      'client/src/index.js': reach(relative) + WORDS,
    },
    owner: ['npm run dev'],
    url: 'http://localhost:3000',
    edit: 'client/src/index.js',
  },
  {
    name: 'Create React App with setupProxy and PORT in its .env, Express on a fixed port',
    packages: 'cra',
    files: {
      'backend/package.json': manifest({
        name: 'backend',
        type: undefined,
        scripts: { start: 'node server.js' },
        dependencies: any('express'),
      }),
      'backend/server.js': express('app.listen(8081)'),
      'frontend/package.json': manifest({
        name: 'frontend',
        version: '0.1.0',
        type: undefined,
        scripts: { start: 'react-scripts start' },
        dependencies: any('react', 'react-dom', 'react-scripts', 'http-proxy-middleware'),
        browserslist: ['last 1 chrome version'],
      }),
      'frontend/.env': 'PORT=3006\nBROWSER=none\n',
      'frontend/public/index.html': html('<div id="app"></div>'),
      'frontend/src/setupProxy.js': `const { createProxyMiddleware } = require('http-proxy-middleware')

module.exports = (app) => app.use('/api', createProxyMiddleware({ target: 'http://localhost:8081', changeOrigin: true }))
`,
      'frontend/src/index.js': reach(relative) + WORDS,
    },
    owner: ['cd backend && npm start', 'cd frontend && npm start'],
    url: 'http://localhost:3006',
    edit: 'frontend/src/index.js',
  },
  {
    name: 'Vue CLI with its devServer’s port and proxy, Express by nodemon',
    packages: 'vue',
    files: {
      'server/package.json': manifest({
        name: 'server',
        type: undefined,
        scripts: { start: 'nodemon app.js' },
        dependencies: any('express', 'nodemon'),
      }),
      'server/app.js': express("const port = process.env.PORT || '8081'\napp.listen(port)"),
      'client/package.json': manifest({
        name: 'client',
        version: '0.1.0',
        type: undefined,
        scripts: { serve: 'vue-cli-service serve' },
        dependencies: any('vue'),
        devDependencies: any('@vue/cli-service'),
      }),
      'client/vue.config.js': `module.exports = {
  lintOnSave: false,
  devServer: { port: 8088, proxy: { '^/api': { target: 'http://localhost:8081', changeOrigin: true } } },
}
`,
      'client/public/index.html': html('<div id="app"></div>'),
      'client/src/main.js': `import { createApp } from 'vue'
import App from './App.vue'

createApp(App).mount('#app')
${reach(relative)}`,
      'client/src/App.vue': '<template><p>first words</p></template>\n',
    },
    owner: ['cd server && npm start', 'cd client && npm run serve'],
    url: 'http://localhost:8088',
    edit: 'client/src/App.vue',
  },
  {
    name: 'webpack-dev-server’s proxy and port, Express',
    packages: 'pages',
    files: {
      'package.json': manifest({
        name: 'boards',
        type: undefined,
        scripts: {
          dev: 'concurrently "npm:server" "npm:client"',
          server: 'nodemon server/index.js',
          client: 'webpack serve --mode development',
        },
        dependencies: any('express'),
        devDependencies: any('concurrently', 'nodemon', 'webpack', 'webpack-cli', 'webpack-dev-server'),
      }),
      'server/index.js': express('const port = 3100\napp.listen(port)'),
      'webpack.config.js': `module.exports = {
  entry: './src/index.js',
  devServer: {
    static: 'public',
    port: 9000,
    proxy: [{ context: ['/api'], target: 'http://localhost:3100' }],
  },
}
`,
      'public/index.html': html('<div id="app"></div><script src="/main.js"></script>'),
      'src/index.js': reach(relative) + WORDS,
    },
    owner: ['npm run dev'],
    url: 'http://localhost:9000',
    edit: 'src/index.js',
  },
  {
    name: 'Rsbuild’s proxy and a URL in code, Express',
    packages: 'pages',
    files: {
      'server/package.json': manifest({
        name: 'server',
        type: undefined,
        scripts: { dev: 'nodemon index.js' },
        dependencies: any('express', 'cors'),
      }),
      'server/index.js': express(
        'app.listen(process.env.PORT || 3001)',
        "const cors = require('cors')",
        "app.use(cors({ origin: 'http://localhost:3000', credentials: true }))",
      ),
      'client/package.json': manifest({
        name: 'client',
        scripts: { dev: 'rsbuild dev' },
        devDependencies: any('@rsbuild/core'),
      }),
      'client/rsbuild.config.mjs': `import { defineConfig } from '@rsbuild/core'

export default defineConfig({ html: { mountId: 'app' }, server: { proxy: { '/api': 'http://localhost:3001' } } })
`,
      'client/src/index.js': `${reach({
        ...relative,
        direct: `fetch('http://localhost:3001/api/hello', ${PUT}).then(json)`,
      })}${WORDS}`,
    },
    owner: ['cd server && npm run dev', 'cd client && npm run dev'],
    url: 'http://localhost:3000',
    edit: 'client/src/index.js',
  },
  {
    name: 'Angular with proxy.conf.json, Express',
    packages: 'angular',
    files: {
      'package.json': manifest({
        name: 'shop',
        type: undefined,
        scripts: {
          start: 'ng serve',
          server: 'node --watch server/index.js',
          dev: 'concurrently "npm run server" "npm start"',
        },
        dependencies: any('@angular/core', '@angular/platform-browser', 'express'),
        devDependencies: any('@angular/build', '@angular/cli', 'concurrently', 'typescript'),
      }),
      'server/index.js': express('app.listen(process.env.PORT || 3000)'),
      'proxy.conf.json': '{ "/api": { "target": "http://localhost:3000", "secure": false } }\n',
      'angular.json': JSON.stringify({
        version: 1,
        projects: {
          shop: {
            projectType: 'application',
            root: '',
            sourceRoot: 'src',
            architect: {
              build: {
                builder: '@angular/build:application',
                options: { browser: 'src/main.ts', tsConfig: 'tsconfig.json', index: 'src/index.html' },
                configurations: { development: { optimization: false, sourceMap: true } },
                defaultConfiguration: 'development',
              },
              serve: {
                builder: '@angular/build:dev-server',
                options: { buildTarget: 'shop:build', proxyConfig: 'proxy.conf.json' },
              },
            },
          },
        },
      }),
      'tsconfig.json': JSON.stringify({
        compilerOptions: { target: 'es2022', module: 'preserve', moduleResolution: 'bundler', strict: true },
        files: ['src/main.ts'],
      }),
      'src/index.html': html('<app-root></app-root>'),
      'src/reach.js': reach(relative),
      'src/reach.d.ts': 'export {}\n',
      'src/main.ts': `import { Component } from '@angular/core'
import { bootstrapApplication } from '@angular/platform-browser'
import './reach.js'

@Component({ selector: 'app-root', template: '<p>first words</p>' })
class App {}

bootstrapApplication(App)
`,
    },
    owner: ['npm run dev'],
    url: 'http://localhost:4200',
    edit: 'src/main.ts',
  },
];
