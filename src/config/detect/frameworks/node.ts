import type { Framework } from './types.ts';

const VITE = ['--port', '{port}', '--strictPort', '--host', '{host}'];
const PORT_HOST = ['--port', '{port}', '--host', '{host}'];
/** Where its one port stands. */
const portOf = (program: string) =>
  new RegExp(`(\\b(?:${program})\\b[^&|;]*?\\s(?:-[lp]|--port|--listen)[ =]?)(\\d{2,5})\\b`);
const SHORT = ['-p', '{port}', '-H', '{host}'];
const VITE_CACHES = ['node_modules/.vite'];
const BUNDLER_CACHES = ['node_modules/.cache'];
/** Astro 7 goes to the background where an agent has called it, and its log with it; this says that it is there. */
const ASTRO = { ASTRO_DEV_BACKGROUND: '1', ASTRO_PREVIEW_BACKGROUND: '1' };

/** Servers of pages. Flags as measured on the real programs. */
// biome-ignore format: a table, one line a framework
const frontends: Framework[] = [
  { id: 'vite', label: 'Vite', role: 'frontend', commands: ['vite', 'vite dev', 'vite serve'], not: ['build', 'optimize', 'preview'], flags: VITE, port: 5173, caches: VITE_CACHES },
  { id: 'vite', label: 'Vite', role: 'frontend', commands: ['vite preview'], flags: VITE, port: 4173, production: true, caches: VITE_CACHES },
  { id: 'vite', label: 'Remix', role: 'frontend', commands: ['remix vite:dev'], flags: VITE, port: 5173, caches: VITE_CACHES },
  { id: 'react-router', label: 'React Router', role: 'frontend', commands: ['react-router dev'], flags: VITE, port: 5173, caches: [...VITE_CACHES, '.react-router'] },
  { id: 'react-router', label: 'React Router', role: 'frontend', commands: ['react-router-serve', 'remix-serve'], port: 3000, production: true },
  { id: 'remix', label: 'Remix', role: 'frontend', commands: ['remix dev'], caches: ['.cache'] },
  { id: 'sapper', label: 'Sapper', role: 'frontend', commands: ['sapper dev'], flags: ['--port', '{port}'], port: 3000 },
  { id: 'sveltekit', label: 'SvelteKit', role: 'frontend', commands: ['svelte-kit dev'], flags: PORT_HOST, port: 3000, caches: ['.svelte-kit', ...VITE_CACHES] },
  { id: 'next', label: 'Next.js', role: 'frontend', commands: ['next', 'next dev'], not: ['build', 'start', 'lint', 'export', 'info', 'telemetry', 'typegen'], flags: SHORT, readsPort: true, port: 3000, caches: ['.next'] },
  { id: 'next', label: 'Next.js', role: 'frontend', commands: ['next start'], flags: SHORT, readsPort: true, port: 3000, production: true },
  { id: 'nuxt', label: 'Nuxt', role: 'frontend', commands: ['nuxt', 'nuxt dev', 'nuxi dev'], not: ['build', 'generate', 'preview', 'start', 'prepare', 'typecheck'], flags: PORT_HOST, readsPort: true, port: 3000, caches: ['.nuxt', 'node_modules/.cache', ...VITE_CACHES] },
  { id: 'nuxt', label: 'Nuxt', role: 'frontend', commands: ['nuxt preview', 'nuxi preview', 'nuxt start'], flags: ['--port', '{port}'], readsPort: true, port: 3000, production: true },
  { id: 'astro', label: 'Astro', role: 'frontend', commands: ['astro', 'astro dev', 'astro start'], not: ['build', 'check', 'sync', 'add', 'preview', 'info'], flags: PORT_HOST, env: ASTRO, port: 4321, caches: ['.astro', 'node_modules/.astro', ...VITE_CACHES] },
  { id: 'astro', label: 'Astro', role: 'frontend', commands: ['astro preview'], flags: PORT_HOST, env: ASTRO, port: 4321, production: true },
  { id: 'angular', label: 'Angular', role: 'frontend', commands: ['ng serve', 'ng s', 'ng dev'], flags: PORT_HOST, port: 4200, caches: ['.angular/cache'] },
  { id: 'angular', label: 'Angular', role: 'frontend', commands: ['ng run'], needs: /:serve(?:-ssr)?(?=[:\s]|$)/, flags: PORT_HOST, port: 4200, caches: ['.angular/cache'] },
  { id: 'cra', label: 'Create React App', role: 'frontend', commands: ['react-scripts start', 'craco start', 'react-app-rewired start', 'react-scripts-ts start'], port: 3000, caches: BUNDLER_CACHES },
  { id: 'rsbuild', label: 'Rsbuild', role: 'frontend', commands: ['rsbuild', 'rsbuild dev'], not: ['build', 'preview', 'inspect'], flags: ['--port', '{port}', '--host', '{host}'], port: 3000, caches: BUNDLER_CACHES },
  { id: 'rspack', label: 'Rspack', role: 'frontend', commands: ['rspack serve', 'rspack dev'], flags: PORT_HOST, port: 8080, caches: BUNDLER_CACHES },
  { id: 'parcel', label: 'Parcel', role: 'frontend', commands: ['parcel', 'parcel serve'], not: ['build', 'watch', 'help'], flags: ['-p', '{port}', '--host', '{host}'], readsPort: true, port: 1234, caches: ['.parcel-cache'] },
  { id: 'webpack', label: 'webpack-dev-server', role: 'frontend', commands: ['webpack serve', 'webpack-dev-server', 'webpack server', 'webpack s', 'webpack-cli serve', 'encore dev-server'], flags: PORT_HOST, flagsOnce: true, inPlace: portOf('webpack|encore'), port: 8080, caches: BUNDLER_CACHES },
  { id: 'vue-cli', label: 'Vue CLI', role: 'frontend', commands: ['vue-cli-service serve'], flags: PORT_HOST, flagsOnce: true, inPlace: portOf('vue-cli-service serve'), readsPort: true, port: 8080, caches: BUNDLER_CACHES },
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
  { id: 'langgraph', label: 'LangGraph.js', role: 'backend', commands: ['langgraphjs dev', 'langgraph-cli dev'], flags: PORT_HOST, port: 2024 },
  { id: 'sanity', label: 'Sanity', role: 'frontend', commands: ['sanity dev', 'sanity start'], flags: PORT_HOST, port: 3333 },
  { id: 'slidev', label: 'Slidev', role: 'frontend', commands: ['slidev'], not: ['build', 'export', 'format'], flags: ['--port', '{port}'], port: 3030 },
  { id: 'http-server', label: 'http-server', role: 'frontend', commands: ['http-server'], flags: ['-p', '{port}', '-a', '{host}'], flagsOnce: true, inPlace: portOf('http-server'), readsPort: true, port: 8080 },
  { id: 'serve', label: 'serve', role: 'frontend', commands: ['serve'], flags: ['-l', 'tcp://{host}:{port}'], hostless: ['-l', '{port}'], flagsOnce: true, inPlace: portOf('serve(?:@\\S+)?'), readsPort: true, port: 3000, production: true, portFlag: /(?:-l|--listen|-p|--port)[ =](?:tcp:\/\/\S+:)?(\d+)/ },
  { id: 'live-server', label: 'live-server', role: 'frontend', commands: ['live-server'], flags: ['--port={port}', '--host={host}', '--no-browser'], readsPort: true, port: 8080 },
  { id: 'browser-sync', label: 'Browsersync', role: 'frontend', commands: ['browser-sync start', 'browser-sync'], flags: ['--port', '{port}', '--no-open'], flagsOnce: true, inPlace: portOf('browser-sync'), port: 3000 },
  { id: 'vite-plus', label: 'Vite+', role: 'frontend', commands: ['vp dev'], flags: VITE, port: 5173, caches: VITE_CACHES },
  { id: 'vite-plus', label: 'Vite+', role: 'frontend', commands: ['vp preview'], flags: VITE, port: 4173, production: true, caches: VITE_CACHES },
  { id: 'vike', label: 'Vike', role: 'frontend', commands: ['vike dev', 'vike'], not: ['build', 'preview', 'prerender'], flags: ['--port', '{port}', '--host', '{host}'], port: 3000, caches: VITE_CACHES },
  { id: 'vinext', label: 'vinext', role: 'frontend', commands: ['vinext dev'], flags: VITE, port: 5173, caches: VITE_CACHES },
  { id: 'vinext', label: 'vinext', role: 'frontend', commands: ['vinext start'], flags: SHORT, port: 3000, production: true },
  // Its window follows its own server, which moves on from a port that is taken.
  { id: 'electron-vite', label: 'electron-vite', role: 'frontend', commands: ['electron-vite', 'electron-vite dev', 'electron-vite serve'], not: ['build', 'preview'], flags: [], port: 5173, caches: VITE_CACHES },
  { id: 'svite', label: 'Svite', role: 'frontend', commands: ['svite'], not: ['build'], flags: ['--port', '{port}'], port: 3000 },
  { id: 'snowpack', label: 'Snowpack', role: 'frontend', commands: ['snowpack dev'], flags: ['--port', '{port}'], port: 8080, caches: ['node_modules/.cache/snowpack'] },
  { id: 'wasp', label: 'Wasp', role: 'frontend', commands: ['wasp start'], both: { backend: 3001, frontend: 3000 }, env: { PORT: '{backend}' } },
  { id: 'redwood', label: 'RedwoodJS', role: 'frontend', commands: ['rw dev', 'redwood dev', 'cedar dev'], both: { backend: 8911, frontend: 8910 } },
  { id: 'redwood', label: 'RedwoodJS', role: 'frontend', commands: ['rw dev web', 'redwood dev web', 'cedar dev web'], flags: [], port: 8910 },
  { id: 'redwood', label: 'RedwoodJS', role: 'backend', commands: ['rw dev api', 'redwood dev api', 'cedar dev api'], flags: [], port: 8911 },
  { id: 'rspress', label: 'Rspress', role: 'frontend', commands: ['rspress', 'rspress dev'], not: ['build', 'preview', 'eject'], flags: PORT_HOST, port: 3000 },
  { id: 'farm', label: 'Farm', role: 'frontend', commands: ['farm', 'farm start', 'farm dev'], not: ['build', 'preview', 'watch', 'clean'], flags: VITE, port: 9000, caches: ['node_modules/.farm'] },
  { id: 'umi', label: 'Umi', role: 'frontend', commands: ['umi dev', 'max dev', 'dumi dev'], port: 8000, caches: BUNDLER_CACHES },
  { id: 'modern', label: 'Modern.js', role: 'frontend', commands: ['modern dev'], port: 8080, caches: BUNDLER_CACHES },
  { id: 'ice', label: 'ice.js', role: 'frontend', commands: ['ice start'], flags: PORT_HOST, port: 3000, caches: BUNDLER_CACHES },
  { id: 'marko', label: 'Marko', role: 'frontend', commands: ['marko-run', 'marko-run dev'], not: ['build', 'preview'], flags: ['--port', '{port}'], readsPort: true, port: 3000 },
  { id: 'one', label: 'One', role: 'frontend', commands: ['one dev'], flags: PORT_HOST, port: 8081 },
  { id: 'ladle', label: 'Ladle', role: 'frontend', commands: ['ladle serve', 'ladle dev'], flags: PORT_HOST, port: 61000 },
  { id: 'histoire', label: 'Histoire', role: 'frontend', commands: ['histoire dev'], flags: ['--port', '{port}'], port: 6006 },
  { id: 'web-dev-server', label: '@web/dev-server', role: 'frontend', commands: ['wds', 'web-dev-server'], flags: ['--port', '{port}', '--hostname', '{host}'], flagsOnce: true, inPlace: portOf('wds|web-dev-server'), port: 8000 },
  { id: 'stencil', label: 'Stencil', role: 'frontend', commands: ['stencil build'], needs: /--serve\b/, flags: ['--port', '{port}', '--address', '{host}'], hostFlag: /--address\b/, port: 3333 },
  { id: 'hexo', label: 'Hexo', role: 'frontend', commands: ['hexo server', 'hexo serve', 'hexo s'], flags: ['-p', '{port}', '-i', '{host}'], hostFlag: /(?:-i|--ip)\b/, port: 4000 },
  { id: 'docsify', label: 'docsify', role: 'frontend', commands: ['docsify serve'], flags: ['--port', '{port}'], port: 3000 },
  { id: 'react-email', label: 'React Email', role: 'frontend', commands: ['email dev', 'react-email dev'], flags: ['--port', '{port}'], port: 3000 },
  { id: 'mintlify', label: 'Mintlify', role: 'frontend', commands: ['mint dev', 'mintlify dev'], flags: ['--port', '{port}'], port: 3000 },
  { id: 'observable', label: 'Observable Framework', role: 'frontend', commands: ['observable preview'], flags: PORT_HOST, port: 3000 },
  { id: 'elm-spa', label: 'elm-spa', role: 'frontend', commands: ['elm-spa server'], port: 1234 },
  { id: 'elm', label: 'Elm', role: 'frontend', commands: ['elm reactor', 'elm-live', 'elm-pages dev'], flags: ['--port', '{port}'], port: 8000 },
  { id: 'gridsome', label: 'Gridsome', role: 'frontend', commands: ['gridsome develop'], flags: ['-p', '{port}', '-h', '{host}'], port: 8080, caches: ['.cache'] },
  { id: 'sirv', label: 'sirv', role: 'frontend', commands: ['sirv'], flags: PORT_HOST, port: 8080, production: true },
];

/** API servers with a command line of their own. */
// biome-ignore format: a table, one line a framework
const backends: Framework[] = [
  { id: 'nest', label: 'NestJS', role: 'backend', commands: ['nest start'], packages: ['@nestjs/core'] },
  // webpack starts what it has built, and hands it the changes.
  { id: 'nest', label: 'NestJS', role: 'backend', commands: ['nest build'], needs: /--watch\b.*webpack|webpack.*--watch\b/ },
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
  { id: 'partykit', label: 'PartyKit', role: 'backend', commands: ['partykit dev'], flags: ['--port', '{port}'], port: 1999 },
  { id: 'fastify', label: 'Fastify', role: 'backend', commands: ['fastify start', 'fastify dev'], flags: ['-p', '{port}', '-a', '{host}'], readsPort: true, hostFlag: /(?:-a|--address)\b/, port: 3000 },
  { id: 'functions-framework', label: 'Functions Framework', role: 'backend', commands: ['functions-framework'], flags: ['--port={port}'], readsPort: true, port: 8080 },
  { id: 'azure-functions', label: 'Azure Functions', role: 'backend', commands: ['func start', 'func host start'], flags: ['--port', '{port}'], port: 7071 },
  { id: 'swa', label: 'Azure Static Web Apps', role: 'frontend', commands: ['swa start'], flags: ['--port', '{port}'], port: 4280 },
  { id: 'sam', label: 'AWS SAM', role: 'backend', commands: ['sam local start-api'], flags: ['--port', '{port}', '--host', '{host}'], port: 3000 },
  { id: 'prism', label: 'Prism', role: 'backend', commands: ['prism mock', 'prism proxy'], flags: ['-p', '{port}', '-h', '{host}'], port: 4010 },
  { id: 'directus', label: 'Directus', role: 'backend', commands: ['directus start'], port: 8055 },
  { id: 'sails', label: 'Sails', role: 'backend', commands: ['sails lift', 'sails debug'], flags: ['--port', '{port}'], readsPort: true, port: 1337 },
  { id: 'egg', label: 'Egg', role: 'backend', commands: ['egg-bin dev', 'midway-bin dev'], flags: ['--port', '{port}'], port: 7001 },
  { id: 'encore', label: 'Encore', role: 'backend', commands: ['encore run'], flags: ['--port', '{port}'], port: 4000 },
  { id: 'mastra', label: 'Mastra', role: 'backend', commands: ['mastra dev'], port: 4111 },
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

/** Compilers that start what they have built. */
// biome-ignore format: a table, one line a framework
const builders: Framework[] = [
  { id: 'tsc-watch', label: 'tsc-watch', role: 'backend', commands: ['tsc-watch'], needs: /--onSuccess(?! npm link)/i },
  { id: 'tsup', label: 'tsup', role: 'backend', commands: ['tsup', 'tsdown'], needs: /--on-?success/i },
];

export const nodeFrameworks: Framework[] = [...frontends, ...backends, ...builders];

/** Frameworks that start through Vite's own command: known by a package beside it. */
// biome-ignore format: a table, one line a framework
export const viteKinds: (Pick<Framework, 'id' | 'label'> & { package: string; caches: string[] })[] = [
  { package: '@sveltejs/kit', id: 'sveltekit', label: 'SvelteKit', caches: ['.svelte-kit'] },
  { package: '@builder.io/qwik-city', id: 'qwik', label: 'Qwik City', caches: [] },
];

/** Caches of build runners, whatever the framework. */
export const sharedCaches = ['.turbo', '.nx/cache'];
