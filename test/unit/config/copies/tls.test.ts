import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Files, look, scripts } from './projects.ts';

const page = (line: string, config: Files = {}, deps: string[] = []): Files => ({
  'package.json': scripts({ dev: line }, ['vite', ...deps]),
  ...config,
});
const vite = (config: string): Files => page('vite', { 'vite.config.ts': config });
const node = (code: string): Files => ({
  'package.json': scripts({ dev: 'node server.js' }, ['express']),
  'server.js': code,
});
const angular = (serve: object): Files => ({
  'package.json': scripts({ start: 'ng serve' }, ['@angular/core']),
  'angular.json': { projects: { shop: { architect: { serve } } } },
});

const cases: [name: string, files: Files, expected: string][] = [
  ['nothing of it', page('vite'), 'http'],
  ['Vite with true', vite('export default { server: { port: 3000, https: true } }'), 'yes'],
  ['Vite with a certificate', vite("export default { server: { https: { key: read('a.key') } } }"), 'yes'],
  ['Vite without', vite('export default { server: { https: false } }'), 'http'],
  [
    'Vite where a certificate is there',
    vite("export default { server: { https: existsSync('a.key') ? { key } : undefined } }"),
    'maybe',
  ],
  [
    'a plugin with a certificate',
    vite("import ssl from '@vitejs/plugin-basic-ssl';\nexport default { plugins: [react(), ssl()] }"),
    'yes',
  ],
  [
    'another one',
    vite(
      "import mkcert from 'vite-plugin-mkcert'\nexport default { plugins: [\n  mkcert({ hosts: [] }),\n] }",
    ),
    'yes',
  ],
  [
    'a plugin that a variable asks for',
    vite("import mkcert from 'vite-plugin-mkcert'\nexport default { plugins: [env.TLS && mkcert()] }"),
    'maybe',
  ],
  [
    'a plugin that nothing calls',
    vite("import mkcert from 'vite-plugin-mkcert'\nexport default { plugins: [] }"),
    'http',
  ],
  ['Next by a flag', page('next dev --experimental-https'), 'yes'],
  ['Angular’s flag', page('ng serve --ssl'), 'yes'],
  ['Angular’s flag, off', page('ng serve --ssl false'), 'http'],
  ['Angular’s options', angular({ options: { ssl: true } }), 'yes'],
  ['Angular without', angular({ options: { port: 4300 } }), 'http'],
  ['Create React App in its command', page('HTTPS=true react-scripts start'), 'yes'],
  ['in its env file', page('react-scripts start', { '.env': 'HTTPS=true\n' }), 'yes'],
  ['off', page('react-scripts start', { '.env': 'HTTPS=false\n' }), 'http'],
  [
    'webpack',
    page('webpack serve', { 'webpack.config.js': "module.exports = { devServer: { server: 'https' } }" }),
    'yes',
  ],
  [
    'webpack with options',
    page('webpack serve', {
      'webpack.config.js': "module.exports = { devServer: { server: { type: 'https', options: {} } } }",
    }),
    'yes',
  ],
  [
    'Vue CLI',
    page('vue-cli-service serve', { 'vue.config.js': 'module.exports = { devServer: { https: true } }' }),
    'yes',
  ],
  [
    'Nuxt',
    page('nuxt dev', { 'nuxt.config.ts': 'export default defineNuxtConfig({ devServer: { https: true } })' }),
    'yes',
  ],
  [
    'a Node server',
    node('const server = https.createServer({ key, cert }, app)\nserver.listen(process.env.PORT || 3443)'),
    'yes',
  ],
  [
    'a Node server where a certificate is there',
    node(
      'const server = key ? https.createServer({ key }, app) : http.createServer(app)\nserver.listen(3000)',
    ),
    'maybe',
  ],
  ['uvicorn', { 'package.json': scripts({ dev: 'uvicorn main:app --ssl-keyfile a.key' }) }, 'yes'],
];

for (const [name, files, expected] of cases) {
  test(`TLS: ${name}`, async () => {
    const { apps, notes } = await look(files);
    assert.equal(apps[0]?.tls ?? 'http', expected);
    assert.equal(
      notes.some((note) => note.includes('whether it speaks TLS')),
      expected === 'maybe',
    );
  });
}
