/**
 * Loaded where NODE_OPTIONS has --inspect, before everything else: what only starts another program lets go of the
 * inspector's port, so that the server itself gets it.
 */
const STARTERS =
  /^(?:np[mx](?:-cli)?|p?npx|pnpm|yarn(?:pkg|-[\w.-]+)?|corepack|nodemon|conc(?:urrently)?|turbo|nx|lerna|wireit|tsx|ts-node-dev|tsnd|cross-env(?:-shell)?|dotenvx?|env-cmd|wait-on|run-[ps]|npm-run-all2?|nest|react-scripts|wrangler)(?:\.[cm]?js)?$/;

// `.bin/nodemon` is a link, tsx's own file is called cli.mjs.
const main = (process.argv[1] ?? '').replaceAll('\\', '/');
if (STARTERS.test(main.slice(main.lastIndexOf('/') + 1)) || main.includes('/tsx/dist/cli.'))
  (require('node:inspector') as typeof import('node:inspector')).close();
