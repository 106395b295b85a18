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
  [
    'Nest with a certificate',
    node(
      'const app = await NestFactory.create(AppModule, new FastifyAdapter({ https: { key } }));\nawait app.listen(4000);',
    ),
    'yes',
  ],
  ['uvicorn', { 'package.json': scripts({ dev: 'uvicorn main:app --ssl-keyfile a.key' }) }, 'yes'],
];

const low = (line: number, file: string, port: number): string =>
  `${file}:${line} names port ${port}, which not everyone may open, so another one is taken; to ask for it: `;

for (const [name, files, expected] of [
  [
    'a config’s last resort',
    page('vue-cli-service serve', {
      'vue.config.js': 'const port = process.env.port || 80 // dev\nmodule.exports = { devServer: { port } }',
    }),
    `frontend: ${low(1, 'vue.config.js', 80)}--frontend-port 80`,
  ],
  [
    'a server’s',
    node('app.listen(process.env.PORT || 443)'),
    `backend: ${low(1, 'server.js', 443)}--backend-port 443`,
  ],
  ['beside a number above', node('const port = 80;\napp.listen(process.env.PORT || 3000)'), undefined],
  [
    'a block',
    vite('export default { server: { host: true, port: 80 } }'),
    `frontend: ${low(1, 'vite.config.ts', 80)}--frontend-port 80`,
  ],
  ['hot updates', vite('export default { server: { hmr: { port: 443 } } }'), undefined],
  ['another server', node('https.request({ port: 443 });\napp.listen(process.env.PORT)'), undefined],
  ['what is no port', node('const report = 80;\napp.listen(process.env.PORT)'), undefined],
] as const) {
  test(`a port that not everyone may open: ${name}`, async () => {
    const { notes } = await look(files);
    assert.equal(
      notes.find((note) => note.includes('not everyone may open')),
      expected,
    );
  });
}

for (const [name, files, expected] of cases) {
  test(`TLS: ${name}`, async () => {
    const { apps, notes } = await look(files);
    assert.equal(apps[0]?.tls ?? false, expected === 'yes');
    assert.equal(
      notes.some((note) => note.includes('whether it speaks TLS')),
      expected === 'maybe',
    );
  });
}
