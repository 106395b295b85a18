// Configs that are programs: as the published program runs them, on this Node, without a loader.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { build } from 'esbuild';

let base: string;
let bundle: string;
before(async () => {
  base = await realpath(await mkdtemp(path.join(tmpdir(), 'devstart config ü ')));
  bundle = path.join(base, 'load.cjs');
  // Scripts are loaded as the published program does it: one CommonJS bundle, no loader in the process.
  await build({
    stdin: {
      contents: `import { parseConfig, readConfigFile } from './src/config/file/config-file.ts';
        const [file, root] = process.argv.slice(2);
        readConfigFile(file, root).then(parseConfig).then(
          (value) => console.log(JSON.stringify({ value })),
          ({ code, message, hint }) => console.log(JSON.stringify({ code, message, hint })));`,
      resolveDir: path.resolve(import.meta.dirname, '../../../..'),
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.19',
    mainFields: ['module', 'main'],
    outfile: bundle,
  });
});
after(() => rm(base, { recursive: true, force: true }));

let count = 0;
async function project(files: Record<string, string>): Promise<string> {
  const root = path.join(base, `p${++count}`);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
  return root;
}

async function run(root: string, file: string): Promise<Record<string, unknown>> {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [bundle, path.join(root, file), root],
    {
      env: { PATH: process.env.PATH },
    },
  );
  assert.equal(stderr, '');
  return JSON.parse(stdout);
}

const WANTED = { basePort: 5000, apps: [{ name: 'api', command: 'node api.js', port: '8000-8003' }] };
const object = JSON.stringify(WANTED);
const SCRIPTS: Record<string, Record<string, string>> = {
  'devstart.config.mjs': { 'devstart.config.mjs': `export default ${object}` },
  'devstart.config.cjs': {
    'devstart.config.cjs': `const { defineConfig } = require('devstart');\nmodule.exports = defineConfig(${object})`,
  },
  'devstart.config.js': { 'devstart.config.js': `module.exports = () => (${object})` },
  'devstart.config.mts': { 'devstart.config.mts': `export default (async () => (${object})) as unknown` },
  'devstart.config.ts': {
    'devstart.config.ts': `import { type AppConfig, defineConfig, DevstartConfig } from 'devstart';
import { Base, name } from './lib/ports';
import './lib/other.js';
import { range } from './lib';
import pkg from 'pkg';
const app: AppConfig = { name, command: pkg.command, port: range };
export default defineConfig(async () => ({ basePort: Base.First, apps: [app] }) satisfies DevstartConfig);`,
    'lib/ports.ts': `export enum Base { First = 5000 }\nexport const name: string = 'api';`,
    'lib/other.ts': 'export {};',
    'lib/index.ts': `export const range = '8000-8003' as const;`,
    'node_modules/pkg/package.json': '{"name":"pkg","main":"main.js"}',
    'node_modules/pkg/main.js': `module.exports = { command: 'node api.js' };`,
  },
};
for (const [name, files] of Object.entries(SCRIPTS)) {
  test(`runs ${name} without a loader, also where nothing can be written`, async () => {
    const root = await project(files);
    await chmod(root, 0o555);
    assert.deepEqual(await run(root, name), { value: WANTED });
    await chmod(root, 0o755);
  });
}

test('a TypeScript config with module.exports', async () => {
  const root = await project({ 'devstart.config.ts': `module.exports = { host: 'a' as string };` });
  assert.deepEqual(await run(root, 'devstart.config.ts'), { value: { host: 'a' } });
});

// What TypeScript projects write and Node alone does not run; each gives `host`.
const TYPED: Record<string, Record<string, string>> = {
  'enum and const enum': {
    'devstart.config.ts': `enum A { x = 'a' }\nconst enum B { y = 1 }\nexport default { host: A.x + B.y };`,
  },
  '__dirname and __filename': {
    'devstart.config.ts': `import path from 'node:path';
export default { host: path.basename(__dirname).slice(0, 1) === 'p' && path.basename(__filename) };`,
  },
  'its own __dirname': {
    'devstart.config.ts': `import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRequire } from 'node:module';
const __filename: string = fileURLToPath(import.meta.url), __dirname = path.dirname(__filename);
const require = createRequire(import.meta.url);
let module: number;
function exports() {}
export default { host: require('./a.json').host + typeof __dirname + typeof exports + typeof module };`,
    'a.json': '{"host":"json"}',
  },
  'names taken apart': {
    'devstart.config.ts': `import { a as require } from './a';
const { b: { module }, __dirname = 'd' } = { b: { module: 'm' } } as any;
export default { host: require + module + __dirname };`,
    'a.ts': `export const a = 'a';`,
  },
  require: {
    'devstart.config.ts': `const pkg = require('./package.json') as { name: string };
import fs = require('node:fs');
export default { host: pkg.name + typeof fs.readFileSync };`,
    'package.json': '{"name":"shop"}',
  },
  'module.exports beside an import': {
    'devstart.config.ts': `import path from 'node:path';\nmodule.exports = { host: path.posix.sep };`,
  },
  'export =': { 'devstart.config.ts': `const config: object = { host: 'a' };\nexport = config;` },
  'a namespace of types': {
    'devstart.config.ts': `namespace T { export interface A { a: 1 }\n export type B = string }
const host: T.B = 'b';
export default { host };`,
  },
  'paths of tsconfig.json': {
    'devstart.config.ts': `import { a } from '@/ports';
import { b } from '~lib/deep/b.js';
import { c } from '#c';
export default { host: a + b + c };`,
    'tsconfig.json': `{ // as tsc takes it
  "extends": "./tsconfig.base.json", "include": ["src/**/*"], }`,
    'tsconfig.base.json':
      '{ "compilerOptions": { "paths": { "@/*": ["./nowhere/*", "./src/*"], "~lib/*": ["./lib/*"], "#c": ["./c.ts"] } } }',
    'src/ports/index.ts': `export { a } from './a';`,
    'src/ports/a.ts': `export const a: string = 'a';`,
    'lib/deep/b.ts': `export const b: string = 'b';`,
    'c.ts': `export const c: string = 'c';`,
  },
  'baseUrl of tsconfig.json': {
    'devstart.config.ts': `import { a } from 'src/a';\nexport default { host: a };`,
    'tsconfig.json': '{ "compilerOptions": { "baseUrl": "." } }',
    'src/a.ts': `export const a: string = 'a';`,
  },
};
const HOSTS: Record<string, string> = {
  'enum and const enum': 'a1',
  '__dirname and __filename': 'devstart.config.ts',
  'its own __dirname': 'jsonstringfunctionundefined',
  'names taken apart': 'amd',
  require: 'shopfunction',
  'module.exports beside an import': '/',
  'export =': 'a',
  'a namespace of types': 'b',
  'paths of tsconfig.json': 'abc',
  'baseUrl of tsconfig.json': 'a',
};
for (const [name, files] of Object.entries(TYPED)) {
  test(`TypeScript: ${name}`, async () => {
    assert.deepEqual(await run(await project(files), 'devstart.config.ts'), { value: { host: HOSTS[name] } });
  });
}

test('an error in a file that the config imports names that file', async () => {
  const config = `import { a } from './lib/a';\nexport default { host: a };`;
  for (const [lib, message] of [
    ["export const b = 'a' 'b';", 'lib/a.ts:1:22: Unexpected token'],
    [
      'namespace A {\n  const a = 1;\n}\nexport const a = A;',
      "lib/a.ts:1:1: TypeScript's namespace is not supported",
    ],
    ["export const a: number = 1;\nthrow new Error('boom');", 'it threw Error: boom (lib/a.ts:2:7)'],
  ] as const) {
    const got = await run(
      await project({ 'devstart.config.ts': config, 'lib/a.ts': lib }),
      'devstart.config.ts',
    );
    assert.equal(got.code, 'CONFIG_INVALID');
    assert.ok(String(got.message).startsWith(`devstart.config.ts: ${message}`), String(got.message));
  }
});

const BROKEN_SCRIPTS: [string, string, string, string | undefined][] = [
  [
    'devstart.config.ts',
    "export default {\n  host: 'a' 'b',\n}",
    'devstart.config.ts:2:13: Unexpected token',
    "  host: 'a' 'b',\n            ^",
  ],
  [
    'devstart.config.mjs',
    "export default {\n  host: 'a' 'b',\n}",
    'devstart.config.mjs:2:13: Unexpected string',
    "  host: 'a' 'b',\n            ^",
  ],
  [
    'devstart.config.ts',
    'export default {\n  host: foo,\n}',
    'devstart.config.ts:2:9: it threw ReferenceError: foo',
    '  host: foo,\n        ^',
  ],
  [
    'devstart.config.ts',
    'type A = 1;\nfunction named(a: unknown, b: unknown) {}\n@named class B {}\nexport default {}',
    'devstart.config.ts:3:1: Invalid or unexpected token',
    '@named class B {}\n^',
  ],
  [
    'devstart.config.ts',
    'const a: number = 1;\n  const a = await 2;\nexport default {}',
    "devstart.config.ts:2:9: Identifier 'a' has already been declared",
    '  const a = await 2;\n        ^',
  ],
  [
    'devstart.config.mjs',
    'let a = 1;\nlet a = 2;\nexport default {}',
    "devstart.config.mjs:2:5: Identifier 'a' has already been declared",
    'let a = 2;\n    ^',
  ],
  [
    'devstart.config.ts',
    "import ports from './ports.json';\nexport default { host: ports }",
    'devstart.config.ts:1:20: it threw TypeError: Module',
    "import ports from './ports.json';\n                   ^^^^^^^^^^^^",
  ],
  [
    'devstart.config.cjs',
    "\nthrow new Error('boom')",
    'devstart.config.cjs:2:7: it threw Error: boom',
    "throw new Error('boom')\n      ^",
  ],
  ['devstart.config.ts', 'export const a = 1', 'devstart.config.ts: it has no default export', undefined],
  [
    'devstart.config.ts',
    'type A = 1;\n export namespace P.Q {\n  export const a = 1;\n}\nexport default {}',
    "devstart.config.ts:2:9: TypeScript's namespace is not supported in a config",
    ' export namespace P.Q {\n        ^',
  ],
  [
    'devstart.config.ts',
    "import { a } from '@/ports';\nexport default { host: a }",
    "devstart.config.ts:1:20: it threw Error: Cannot find package '@/ports'",
    "import { a } from '@/ports';\n                   ^^^^^^^",
  ],
  [
    'devstart.config.ts',
    "import { a } from './lib/ports';\nexport default { host: a }",
    'devstart.config.ts:1:20: it threw Error: Cannot find module',
    "import { a } from './lib/ports';\n                   ^^^^^^^^^^^",
  ],
];
for (const [file, text, message, hint] of BROKEN_SCRIPTS) {
  test(`a script that fails: ${message}`, async () => {
    const got = await run(await project({ [file]: text, 'ports.json': '{}' }), file);
    assert.equal(got.code, 'CONFIG_INVALID');
    assert.ok(String(got.message).startsWith(message), String(got.message));
    assert.equal(got.hint, hint);
  });
}
