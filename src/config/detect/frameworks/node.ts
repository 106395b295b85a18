import type { Framework } from './types.ts';

const VITE = ['--port', '{port}', '--strictPort', '--host', '{host}'];
const PORT_HOST = ['--port', '{port}', '--host', '{host}'];
const SHORT = ['-p', '{port}', '-H', '{host}'];
const VITE_CACHES = ['node_modules/.vite'];
const BUNDLER_CACHES = ['node_modules/.cache'];

/** Servers of pages. Flags as measured on the real programs. */
// biome-ignore format: a table, one line a framework
const frontends: Framework[] = [
  { id: 'vite', label: 'Vite', role: 'frontend', commands: ['vite', 'vite dev', 'vite serve'], not: ['build', 'optimize', 'preview'], flags: VITE, port: 5173, caches: VITE_CACHES },
  { id: 'vite', label: 'Vite', role: 'frontend', commands: ['vite preview'], flags: VITE, port: 4173, production: true, caches: VITE_CACHES },
  { id: 'vite', label: 'Remix', role: 'frontend', commands: ['remix vite:dev'], flags: VITE, port: 5173, caches: VITE_CACHES },
  { id: 'react-router', label: 'React Router', role: 'frontend', commands: ['react-router dev'], flags: VITE, port: 5173, caches: [...VITE_CACHES, '.react-router'] },
  { id: 'react-router', label: 'React Router', role: 'frontend', commands: ['react-router-serve', 'remix-serve'], port: 3000, production: true },
  { id: 'remix', label: 'Remix', role: 'frontend', commands: ['remix dev'], caches: ['.cache'] },
  { id: 'sveltekit', label: 'SvelteKit', role: 'frontend', commands: ['svelte-kit dev'], flags: PORT_HOST, port: 5173, caches: ['.svelte-kit', ...VITE_CACHES] },
  { id: 'next', label: 'Next.js', role: 'frontend', commands: ['next', 'next dev'], not: ['build', 'start', 'lint', 'export', 'info', 'telemetry', 'typegen'], flags: SHORT, readsPort: true, port: 3000, caches: ['.next'] },
  { id: 'next', label: 'Next.js', role: 'frontend', commands: ['next start'], flags: SHORT, readsPort: true, port: 3000, production: true },
  { id: 'nuxt', label: 'Nuxt', role: 'frontend', commands: ['nuxt', 'nuxt dev', 'nuxi dev'], not: ['build', 'generate', 'preview', 'start', 'prepare', 'typecheck'], flags: PORT_HOST, readsPort: true, port: 3000, caches: ['.nuxt', 'node_modules/.cache', ...VITE_CACHES] },
  { id: 'nuxt', label: 'Nuxt', role: 'frontend', commands: ['nuxt preview', 'nuxi preview', 'nuxt start'], flags: ['--port', '{port}'], readsPort: true, port: 3000, production: true },
  { id: 'astro', label: 'Astro', role: 'frontend', commands: ['astro', 'astro dev', 'astro start'], not: ['build', 'check', 'sync', 'add', 'preview', 'info'], flags: PORT_HOST, port: 4321, caches: ['.astro', 'node_modules/.astro', ...VITE_CACHES] },
  { id: 'astro', label: 'Astro', role: 'frontend', commands: ['astro preview'], flags: PORT_HOST, port: 4321, production: true },
  { id: 'angular', label: 'Angular', role: 'frontend', commands: ['ng serve', 'ng s', 'ng dev'], flags: PORT_HOST, port: 4200, caches: ['.angular/cache'] },
  { id: 'cra', label: 'Create React App', role: 'frontend', commands: ['react-scripts start', 'craco start', 'react-app-rewired start', 'react-scripts-ts start'], port: 3000, caches: BUNDLER_CACHES },
  { id: 'rsbuild', label: 'Rsbuild', role: 'frontend', commands: ['rsbuild', 'rsbuild dev'], not: ['build', 'preview', 'inspect'], flags: ['--port', '{port}', '--strict-port', '--host', '{host}'], port: 3000, caches: BUNDLER_CACHES },
  { id: 'rspack', label: 'Rspack', role: 'frontend', commands: ['rspack serve', 'rspack dev'], flags: PORT_HOST, port: 8080, caches: BUNDLER_CACHES },
  { id: 'parcel', label: 'Parcel', role: 'frontend', commands: ['parcel', 'parcel serve'], not: ['build', 'watch', 'help'], flags: ['-p', '{port}', '--host', '{host}'], readsPort: true, port: 1234, caches: ['.parcel-cache'] },
  { id: 'webpack', label: 'webpack-dev-server', role: 'frontend', commands: ['webpack serve', 'webpack-dev-server', 'webpack server', 'webpack s', 'webpack-cli serve'], flags: PORT_HOST, port: 8080, caches: BUNDLER_CACHES },
  { id: 'vue-cli', label: 'Vue CLI', role: 'frontend', commands: ['vue-cli-service serve'], flags: PORT_HOST, readsPort: true, port: 8080, caches: BUNDLER_CACHES },
  { id: 'gatsby', label: 'Gatsby', role: 'frontend', commands: ['gatsby develop', 'gatsby dev'], flags: SHORT, readsPort: true, port: 8000, caches: ['.cache'] },
  { id: 'gatsby', label: 'Gatsby', role: 'frontend', commands: ['gatsby serve'], flags: SHORT, readsPort: true, port: 9000, production: true },
  { id: 'vitepress', label: 'VitePress', role: 'frontend', commands: ['vitepress dev', 'vitepress'], not: ['build', 'preview', 'serve', 'init'], flags: VITE, port: 5173, caches: ['.vitepress/cache', 'docs/.vitepress/cache'] },
  { id: 'vuepress', label: 'VuePress', role: 'frontend', commands: ['vuepress dev', 'vuepress-vite dev', 'vuepress-webpack dev'], flags: ['-p', '{port}', '--host', '{host}'], port: 8080 },
  { id: 'docusaurus', label: 'Docusaurus', role: 'frontend', commands: ['docusaurus start'], flags: [...PORT_HOST, '--no-open'], readsPort: true, port: 3000, caches: ['.docusaurus'] },
  { id: 'docusaurus', label: 'Docusaurus', role: 'frontend', commands: ['docusaurus serve'], flags: [...PORT_HOST, '--no-open'], readsPort: true, port: 3000, production: true },
  { id: 'storybook', label: 'Storybook', role: 'frontend', commands: ['storybook dev'], flags: ['-p', '{port}', '--exact-port', '--ci', '--host', '{host}'], port: 6006, caches: ['node_modules/.cache/storybook'] },
  { id: 'storybook', label: 'Storybook', role: 'frontend', commands: ['start-storybook'], flags: ['-p', '{port}', '--ci', '--host', '{host}'], port: 6006 },
  { id: 'eleventy', label: 'Eleventy', role: 'frontend', commands: ['eleventy', '@11ty/eleventy'], needs: /--serve\b/, flags: ['--port={port}'], port: 8080, caches: ['.cache'] },
  { id: 'vinxi', label: 'Vinxi', role: 'frontend', commands: ['vinxi dev', 'solid-start dev'], flags: PORT_HOST, port: 3000, caches: ['.vinxi'] },
  { id: 'waku', label: 'Waku', role: 'frontend', commands: ['waku dev'], flags: PORT_HOST, port: 3000 },
  { id: 'ember', label: 'Ember', role: 'frontend', commands: ['ember serve', 'ember server', 'ember s'], flags: PORT_HOST, port: 4200 },
  { id: 'quasar', label: 'Quasar', role: 'frontend', commands: ['quasar dev'], flags: ['--port', '{port}', '--hostname', '{host}'], port: 9000, caches: ['.quasar'] },
  { id: 'ionic', label: 'Ionic', role: 'frontend', commands: ['ionic serve'], flags: [...PORT_HOST, '--no-open'], port: 8100 },
  { id: 'expo', label: 'Expo', role: 'frontend', commands: ['expo start'], flags: ['--port', '{port}'], port: 8081, caches: ['.expo/web/cache'] },
  { id: 'meteor', label: 'Meteor', role: 'frontend', commands: ['meteor', 'meteor run'], not: ['build', 'test', 'npm', 'add', 'update', 'reset'], flags: ['--port', '{port}'], readsPort: true, port: 3000 },
  { id: 'sanity', label: 'Sanity', role: 'frontend', commands: ['sanity dev', 'sanity start'], flags: PORT_HOST, port: 3333 },
  { id: 'slidev', label: 'Slidev', role: 'frontend', commands: ['slidev'], not: ['build', 'export', 'format'], flags: ['--port', '{port}'], port: 3030 },
  { id: 'http-server', label: 'http-server', role: 'frontend', commands: ['http-server'], flags: ['-p', '{port}', '-a', '{host}'], readsPort: true, port: 8080 },
  { id: 'serve', label: 'serve', role: 'frontend', commands: ['serve'], flags: ['-l', 'tcp://{host}:{port}'], hostless: ['-l', '{port}'], readsPort: true, port: 3000, production: true, portFlag: /(?:-l|--listen|-p|--port)[ =](?:tcp:\/\/\S+:)?(\d+)/ },
  { id: 'live-server', label: 'live-server', role: 'frontend', commands: ['live-server'], flags: ['--port={port}', '--host={host}', '--no-browser'], readsPort: true, port: 8080 },
  { id: 'browser-sync', label: 'Browsersync', role: 'frontend', commands: ['browser-sync start', 'browser-sync'], flags: ['--port', '{port}', '--no-open'], port: 3000 },
];

/** API servers with a command line of their own. */
// biome-ignore format: a table, one line a framework
const backends: Framework[] = [
  { id: 'nest', label: 'NestJS', role: 'backend', commands: ['nest start'], packages: ['@nestjs/core'] },
  { id: 'wrangler', label: 'Wrangler', role: 'backend', commands: ['wrangler dev', 'wrangler pages dev'], flags: ['--port', '{port}', '--ip', '{host}'], port: 8787, caches: ['.wrangler/tmp'] },
  { id: 'json-server', label: 'json-server', role: 'backend', commands: ['json-server', 'json-server-auth'], flags: PORT_HOST, port: 3000, portFlag: /(?:--port|-p)[ =](\d+)/ },
  { id: 'strapi', label: 'Strapi', role: 'backend', commands: ['strapi develop', 'strapi dev', 'strapi start'], port: 1337, caches: ['.cache'] },
  { id: 'medusa', label: 'Medusa', role: 'backend', commands: ['medusa develop', 'medusa start'], port: 9000 },
  { id: 'keystone', label: 'Keystone', role: 'backend', commands: ['keystone dev', 'keystone start'], port: 3000 },
  { id: 'adonis', label: 'AdonisJS', role: 'backend', commands: ['node ace serve', 'adonis serve'], port: 3333, packages: ['@adonisjs/core'] },
  { id: 'serverless', label: 'Serverless', role: 'backend', commands: ['serverless offline', 'sls offline'], flags: ['--httpPort', '{port}'], port: 3000, portFlag: /--httpPort[ =](\d+)/ },
  { id: 'nitro', label: 'Nitro', role: 'backend', commands: ['nitro dev', 'nitropack dev'], flags: PORT_HOST, port: 3000, caches: ['.nitro'] },
  { id: 'vercel', label: 'Vercel', role: 'backend', commands: ['vercel dev', 'vc dev'], flags: ['--listen', '{host}:{port}'], hostless: ['--listen', '{port}'], port: 3000, portFlag: /(?:--listen|-l)[ =](?:\S+:)?(\d+)/ },
  { id: 'netlify', label: 'Netlify', role: 'frontend', commands: ['netlify dev', 'ntl dev'], flags: ['--port', '{port}'], port: 8888 },
];

/** Servers known by their package: they read PORT, or have their own way. In order of precedence. */
// biome-ignore format: a table, one line a framework
export const nodeServers: Framework[] = [
  ...backends.filter((f) => f.packages),
  ...[
    ['express', 'Express', 'express'],
    ['fastify', 'Fastify', 'fastify'],
    ['hono', 'Hono', 'hono'],
    ['koa', 'Koa', 'koa'],
    ['hapi', 'hapi', '@hapi/hapi'],
    ['elysia', 'Elysia', 'elysia'],
    ['feathers', 'Feathers', '@feathersjs/koa'],
    ['apollo', 'Apollo Server', '@apollo/server'],
    ['graphql-yoga', 'GraphQL Yoga', 'graphql-yoga'],
    ['polka', 'Polka', 'polka'],
    ['restify', 'Restify', 'restify'],
    ['h3', 'h3', 'h3'],
    ['socket.io', 'Socket.IO', 'socket.io'],
    ['ws', 'ws', 'ws'],
  ].map(
    ([id, label, dep]): Framework => ({
      id: id ?? '',
      label: label ?? '',
      role: 'backend',
      packages: [dep ?? ''],
    }),
  ),
];

/** Compilers, watchers and windows: they listen nowhere. */
// biome-ignore format: a table, one line a framework
const tasks: Framework[] = [
  { id: 'task', label: 'a watcher', role: 'task', commands: ['devstart', 'tsc', 'vue-tsc', 'tailwindcss', '@tailwindcss/cli', 'sass', 'node-sass', 'postcss', 'tsup', 'tsdown', 'rollup', 'esbuild', 'swc', 'babel', 'unbuild', 'microbundle', 'webpack', 'rspack', 'parcel watch', 'vite build', 'chokidar', 'onchange', 'graphql-codegen', 'gql.tada', 'prisma', 'drizzle-kit', 'convex dev', 'electron', 'electron-forge', 'electron-builder', 'tauri', 'cypress', 'vitest', 'jest', 'playwright', 'eslint', 'prettier', 'tsc-watch', 'tsc-alias', 'docker', 'docker-compose', 'supabase', 'firebase', 'stripe', 'ngrok', 'open-cli', 'wait-on', 'echo', 'exit', 'rimraf', 'rm', 'mkdir', 'cp', 'cpx', 'git', 'true', 'sleep', 'react-native', 'gulp', 'grunt', 'inngest', 'inngest-cli', 'trigger.dev', 'mintlify', 'husky', 'biome', 'changeset', 'typedoc', 'panda', 'paraglide-js'] },
  { id: 'tsc-watch', label: 'tsc-watch', role: 'backend', commands: ['tsc-watch'], needs: /--onSuccess/ },
  { id: 'tsup', label: 'tsup', role: 'backend', commands: ['tsup', 'tsdown'], needs: /--onSuccess|--on-success/ },
];

export const nodeFrameworks: Framework[] = [...frontends, ...backends, ...tasks];

/** Frameworks that start through Vite's own command: known by a package beside it. */
// biome-ignore format: a table, one line a framework
export const viteKinds: (Pick<Framework, 'id' | 'label'> & { package: string; caches: string[] })[] = [
  { package: '@sveltejs/kit', id: 'sveltekit', label: 'SvelteKit', caches: ['.svelte-kit'] },
  { package: '@builder.io/qwik-city', id: 'qwik', label: 'Qwik City', caches: [] },
];

/** Caches of build runners, whatever the framework. */
export const sharedCaches = ['.turbo', '.nx/cache'];
