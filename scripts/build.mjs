// Builds dist/: the program as one minified file with its source map, the rarely used libraries beside it, the API,
// its types and the third-party licences.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { decode, encode } from '@jridgewell/sourcemap-codec';
import { build } from 'esbuild';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const at = (...parts) => path.join(root, ...parts);
const modules = at('node_modules');
const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8'));

/**
 * The libraries load what they might need; a start needs a part of it. Each replacement keeps the interface that the
 * library uses (scripts/lean) and was profiled; docs/speed.md says which releases they fit.
 */
const lean = {
  name: 'lean',
  setup(context) {
    const replace = (filter, target, importer = /./) =>
      context.onResolve({ filter }, (args) => (importer.test(args.importer) ? { path: target } : undefined));
    const inside = (prefix, folder) =>
      context.onResolve({ filter: new RegExp(`^${prefix}/`) }, (args) => ({
        path: path.join(modules, folder, `${args.path.slice(prefix.length + 1)}.js`),
      }));
    replace(/^concurrently$/, at('scripts/lean/concurrently.mjs'));
    inside('concurrently-internal', 'concurrently/dist/src');
    replace(/^rxjs(\/operators)?$/, at('scripts/lean/rxjs.mjs'));
    inside('rxjs-internal', 'rxjs/dist/esm/internal');
    replace(/^y18n$/, at('scripts/lean/y18n.mjs'));
    replace(/^yargs-locale-en$/, path.join(modules, 'yargs/locales/en.json'));
    replace(/^(escalade\/sync|get-caller-file)$/, at('scripts/lean/empty.mjs'));
    replace(/^color-convert$/, at('scripts/lean/color-convert.mjs'));
    replace(/^emoji-regex$/, at('scripts/lean/emoji-regex.mjs'));
    replace(/^assert$/, at('scripts/lean/assert.mjs'), /[/\\](yargs|concurrently)[/\\]/);
    replace(/[.]\/date-format$/, at('scripts/lean/date-format.mjs'), /[/\\]concurrently[/\\]/);
    replace(/^node:fs\/promises$/, at('scripts/lean/fs-promises.mjs'), /[/\\]src[/\\]/);
    replace(/^cliui$/, at('scripts/lean/cliui.mjs'));
    replace(/^cliui-itself$/, fileURLToPath(import.meta.resolve('cliui')));
    replace(/^string-width$/, at('scripts/lean/string-width.mjs'), /yargs[/\\]lib|[/\\]src[/\\]width\.ts$/);
    // sucrase's Flow parser: our configs are TypeScript.
    context.onLoad(
      { filter: /sucrase[/\\]dist[/\\]esm[/\\]parser[/\\]plugins[/\\]flow\.js$/ },
      ({ path: file }) => ({
        contents: [...readFileSync(file, 'utf8').matchAll(/^export function (\w+)/gm)]
          .map(([, name]) => `export function ${name}() {}`)
          .join('\n'),
      }),
    );
    replace(/Options-gen-types(\.js)?$/, at('scripts/lean/sucrase-options.mjs'));
    replace(/^ts-interface-checker$/, at('scripts/lean/ts-interface-checker.mjs'));
    replace(/^yaml-itself$/, path.join(modules, 'yaml/browser/dist/index.js'));
    replace(/^string-width-itself$/, fileURLToPath(import.meta.resolve('string-width')));
  },
};

/**
 * A default import of one of Node's own modules is that module. esbuild would make a copy of its names for each file that
 * imports it: a hundred of node:path alone.
 */
const nodesOwn = {
  name: 'nodes-own',
  setup(context) {
    context.onLoad({ filter: /[/\\]src[/\\].*\.ts$/ }, ({ path: file }) => ({
      contents: readFileSync(file, 'utf8').replaceAll(
        /^import (\w+) from ('node:(?!fs\/promises')[\w/]+');$/gm,
        'const $1 = require($2);',
      ),
      loader: 'ts',
    }));
  },
};

/** What few starts need: files of their own, so that no other start reads them. Named exports only (Node's ESM rules). */
const RARE = ['sucrase', 'yaml', 'jsonc-parser', 'smol-toml'];
/** Of those that are no packages. The validator of configs is the program's own, by a long way its largest file. */
const ENTRIES = { yaml: 'scripts/lean/yaml.mjs', validate: 'src/config/generated/validate.js' };
const rare = {
  name: 'rare',
  setup(context) {
    context.onResolve(
      { filter: new RegExp(`^(?:${RARE.join('|')}|.*/generated/validate\\.js)$`) },
      (args) => ({
        path: `./lib/${path.parse(args.path).name}.cjs`,
        external: true,
      }),
    );
  },
};

/** What starts a project from another program is in the program's own file. */
const besideTheProgram = {
  name: 'program',
  setup(context) {
    context.onResolve({ filter: /^\.\/main\.ts$/ }, () => ({ path: './devstart.cjs', external: true }));
  },
};

const STANDS_IN_STACKS = /[.([`]|\b(?:await|throw|new|yield)\b/;
/** Texts and regular expressions: what is in them neither calls nor reads. */
const LITERAL =
  /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|(?<=^\s*|[=(,:[]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[])+\/[a-z]*/g;

/** Keeps the source map to our own lines: the libraries' would be most of the package's size. */
function withoutLibraries(file) {
  const map = JSON.parse(readFileSync(file, 'utf8'));
  const own = map.sources.map((source) => !source.includes('node_modules'));
  const lines = map.sources.map((source, index) =>
    own[index] ? readFileSync(path.resolve(path.dirname(file), source), 'utf8').split('\n') : [],
  );
  const mappings = decode(map.mappings).map((line) => {
    const kept = [];
    for (const segment of line) {
      const [column, source, sourceLine] = segment;
      const last = kept.at(-1);
      if (source !== undefined && own[source]) {
        // A stack names lines: one segment for each, without its column, which would be an eighth of the map, and none
        // for a line that calls, makes and reads nothing.
        const isNew = last?.[1] !== source || last[2] !== sourceLine;
        if (
          isNew &&
          (last?.[1] !== source ||
            STANDS_IN_STACKS.test((lines[source][sourceLine] ?? '').replace(LITERAL, '')))
        )
          kept.push([column, source, sourceLine, 0]);
      } else if (last?.length > 1) kept.push([column]);
    }
    return kept;
  });
  // Each path without what all of them begin with.
  const sourceRoot = '../src/';
  const sources = map.sources.map((source, index) => (own[index] ? source.replace(sourceRoot, '') : ''));
  writeFileSync(file, JSON.stringify({ ...map, sourceRoot, sources, names: [], mappings: encode(mappings) }));
}

export async function buildBundle() {
  await import(pathToFileURL(at('scripts/generate.mjs')).href);
  rmSync(at('dist'), { recursive: true, force: true });
  const common = {
    absWorkingDir: root,
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  };
  const program = {
    ...common,
    // Code from V8's cache has no import() of its own (Node 20): see src/config/file/import.ts.
    supported: { 'dynamic-import': false },
    mainFields: ['module', 'main'],
    keepNames: false,
    metafile: true,
    inject: ['scripts/lean/globals.mjs'],
    define: { 'import.meta.url': 'importMeta.url', __DEVSTART_VERSION__: JSON.stringify(version) },
  };
  const results = await Promise.all([
    build({
      ...program,
      entryPoints: { devstart: 'src/main.ts' },
      sourcemap: 'linked',
      sourcesContent: false,
      plugins: [rare, nodesOwn, lean],
    }),
    build({
      ...program,
      entryPoints: Object.fromEntries(
        [...RARE, 'validate'].map((name) => [`lib/${name}`, ENTRIES[name] ?? name]),
      ),
      plugins: [lean],
    }),
    // What a config imports, and what a script's `devstart port` needs: a few lines each, apart from the program.
    build({
      ...common,
      entryPoints: { index: 'src/index.ts', port: 'src/cli/quick-port.ts' },
      plugins: [besideTheProgram],
    }),
    // Runs in the users' own processes, on their Node: readable, for who wants to look at it.
    build({
      ...common,
      entryPoints: {
        'follow/preload': 'src/follow/node/preload.ts',
        'follow/let-go': 'src/follow/node/let-go.ts',
        handover: 'src/follow/node/handover.ts',
      },
      target: 'node18',
      minify: false,
      banner: {
        js: '// From devstart: what is done here, and how to turn it off, stands in its docs: follow.md, sockets.md.',
      },
    }),
  ]);
  for (const name of [...RARE, 'validate']) pack(name);
  mkdirSync(at('dist/follow/python'), { recursive: true });
  for (const file of ['sitecustomize.py', 'devstart_web.py'])
    copyFileSync(at('src/follow/python', file), at('dist/follow/python', file));
  withoutLibraries(at('dist/devstart.cjs.map'));
  writeFileSync(at('THIRD_PARTY_LICENSES.txt'), licences(results));
}

/** Rare ones that are compressed, and unpacked by who loads them, in a millisecond: the package stays small. */
function pack(name) {
  const file = at(`dist/lib/${name}.cjs`);
  writeFileSync(at(`dist/lib/${name}.gz`), gzipSync(readFileSync(file), { level: 9 }));
  const text = `require('node:zlib').gunzipSync(require('node:fs').readFileSync(__dirname + '/${name}.gz'))`;
  writeFileSync(file, `'use strict';\nmodule._compile(String(${text}), __filename);\n`);
}

/** The licence of each package that has a line in the bundle; a text that several share stands once. */
function licences(results) {
  const folders = new Set();
  for (const [file, input] of results.flatMap(({ metafile }) => Object.entries(metafile?.inputs ?? {}))) {
    const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file);
    if (found && input.bytes > 0) folders.add(found[1]);
  }
  /** By the text without its copyright lines, white space folded. */
  const texts = new Map();
  for (const folder of [...folders].sort()) {
    const manifest = JSON.parse(readFileSync(at(folder, 'package.json'), 'utf8'));
    const file = readdirSync(at(folder)).find((name) => /^licen[cs]e/i.test(name));
    const text = file ? readFileSync(at(folder, file), 'utf8').trim() : `Licence: ${manifest.license}`;
    const isCopyright = (line) => /^\s*copyright /i.test(line);
    const owners = text
      .split('\n')
      .filter(isCopyright)
      .map((line) => line.trim());
    const terms = text
      .split('\n')
      .filter((line) => !isCopyright(line) && !/^\s*(the )?mit license/i.test(line));
    const key = terms.join(' ').replace(/\s+/g, ' ').trim();
    const entry = texts.get(key) ?? { text: terms.join('\n').trim(), packages: [] };
    entry.packages.push(
      [`${manifest.name} ${manifest.version} (${manifest.license})`, ...owners].join('\n  '),
    );
    texts.set(key, entry);
  }
  const parts = [...texts.values()].map(({ packages, text }) => `${packages.join('\n')}\n\n${text}\n`);
  return `devstart bundles these packages.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildBundle();
  const { execFileSync } = await import('node:child_process');
  if (!process.argv.includes('--no-types')) {
    execFileSync(
      process.execPath,
      [
        require.resolve('dts-bundle-generator/dist/bin/dts-bundle-generator.js'),
        '--silent',
        '--no-check',
        '--project',
        'tsconfig.build.json',
        '-o',
        'dist/index.d.cts',
        'src/index.ts',
      ],
      { cwd: root, stdio: 'inherit' },
    );
  }
}
