// Builds dist/devstart.cjs: one minified file, its source map, the types and the third-party licences.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const at = (...parts) => path.join(root, ...parts);
const modules = at('node_modules');
const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8'));

/**
 * The libraries load what they might need; a start needs a part of it. Each replacement keeps the interface
 * that the library uses (scripts/lean) and was profiled: rxjs by file, yargs in English without file look-ups,
 * help's layout when help is shown.
 */
const lean = {
  name: 'lean',
  setup(context) {
    const replace = (filter, target, importer = /./) =>
      context.onResolve({ filter }, (args) => (importer.test(args.importer) ? { path: target } : undefined));
    replace(/^rxjs(\/operators)?$/, at('scripts/lean/rxjs.mjs'));
    context.onResolve({ filter: /^rxjs-internal\// }, (args) => ({
      path: path.join(modules, 'rxjs/dist/esm/internal', `${args.path.slice('rxjs-internal/'.length)}.js`),
    }));
    replace(/^y18n$/, at('scripts/lean/y18n.mjs'));
    replace(/^yargs-locale-en$/, path.join(modules, 'yargs/locales/en.json'));
    replace(/^(escalade\/sync|get-caller-file)$/, at('scripts/lean/empty.mjs'));
    replace(/^cliui$/, at('scripts/lean/cliui.mjs'));
    replace(/^cliui-itself$/, fileURLToPath(import.meta.resolve('cliui')));
    replace(/^string-width$/, at('scripts/lean/string-width.mjs'), /yargs[/\\]lib/);
    replace(/^string-width-itself$/, fileURLToPath(import.meta.resolve('string-width')));
  },
};

export async function buildBundle() {
  await import(pathToFileURL(at('scripts/generate.mjs')).href);
  rmSync(at('dist'), { recursive: true, force: true });
  const result = await build({
    absWorkingDir: root,
    entryPoints: { devstart: 'src/main.ts' },
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    mainFields: ['module', 'main'],
    minify: true,
    keepNames: false,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    inject: ['scripts/lean/import-meta.mjs'],
    define: { 'import.meta.url': 'importMetaUrl', __DEVSTART_VERSION__: JSON.stringify(version) },
    plugins: [lean],
  });
  writeFileSync(at('THIRD_PARTY_LICENSES.txt'), licences(result.metafile));
  return result;
}

/** The licence text of each package that has a line in the bundle. */
function licences(metafile) {
  const folders = new Set();
  for (const [file, input] of Object.entries(metafile.inputs)) {
    const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file);
    if (found && input.bytes > 0) folders.add(found[1]);
  }
  const parts = [...folders].sort().map((folder) => {
    const manifest = JSON.parse(readFileSync(at(folder, 'package.json'), 'utf8'));
    let text = `Licence: ${manifest.license}`;
    for (const name of [
      'LICENSE',
      'LICENSE.md',
      'LICENSE.txt',
      'LICENCE',
      'license',
      'license.md',
      'LICENSE-MIT.txt',
    ]) {
      try {
        text = readFileSync(at(folder, name), 'utf8').trim();
        break;
      } catch {
        // the next name
      }
    }
    return `${manifest.name} ${manifest.version} (${manifest.license})\n\n${text}\n`;
  });
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
