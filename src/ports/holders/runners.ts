import path from 'node:path';

/**
 * Programs that only run or watch another: they would start it again, or be left with nothing to do, when it ends.
 * What starts several servers side by side (concurrently, make -j) is told apart by its children.
 */
const RUNNERS = new Set(
  (
    'npm npx npm-cli npx-cli pnpm pnpx yarn yarnpkg bun bunx corepack nodemon tsx ts-node ts-node-dev concurrently ' +
    'next react-scripts cross-env env-cmd dotenv dotenvx watchexec entr air reflex wgo cargo-watch bacon uv uvx ' +
    'poetry pipenv pdm hatch rye make just task go cargo deno env nohup time timeout watchmedo jurigged'
  ).split(' '),
);
const SHELLS = new Set('sh bash dash zsh ash ksh fish busybox cmd cmd.exe'.split(' '));
const INTERPRETERS = /^(node|nodejs|bun|deno|python[\d.]*|ruby|php)(\.exe)?$/;

/** `/usr/lib/node_modules/npm/bin/npm-cli.js` is `npm-cli`. */
const nameOf = (file: string): string =>
  path.posix.basename(file.replaceAll('\\', '/')).replace(/\.(c|m)?js$|\.(cmd|exe|ps1|py)$/, '');

/**
 * Whether the process only runs the child: a package manager, a shell line (not a script, which may go on), a watcher,
 * or a reloader that has started itself again (Django, Flask).
 * @param argv its command line; one word where it has set a title (`npm run dev`)
 * @param child its only child's command line
 */
export function isRunner(argv: readonly string[], child: readonly string[]): boolean {
  const [program = '', ...args] = argv.length === 1 ? (argv[0] ?? '').split(' ') : argv;
  const name = nameOf(program);
  if (SHELLS.has(name.replace(/^-/, ''))) return args.some((arg) => /^-[a-z]*c$/.test(arg));
  if (RUNNERS.has(name)) return true;
  if (!INTERPRETERS.test(path.posix.basename(program))) return false;
  if (args.length > 0 && argv.join('\0') === child.join('\0')) return true;
  if (args.some((arg) => /^--watch(-path|$|=)/.test(arg))) return true;
  const script = args.find((arg) => !arg.startsWith('-'));
  return script !== undefined && RUNNERS.has(nameOf(script));
}
