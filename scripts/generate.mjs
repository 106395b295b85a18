// schema.json is the one source: its types and its validator are made here, into src/config/generated/.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import { compile } from 'json-schema-to-typescript';

const folder = new URL('../src/config/generated/', import.meta.url);
const text = await readFile(new URL('../schema.json', import.meta.url), 'utf8');

const note = '// Made from schema.json by scripts/generate.mjs.\n';

/** `exactly one of command and script` is the validator's business: as a type it hides the keys. */
function withoutOneOf(schema) {
  const copy = structuredClone(schema);
  delete copy.definitions.AppConfig.oneOf;
  copy.definitions.AppConfig.properties.command = {
    description: copy.definitions.AppConfig.properties.command.description,
    anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
  };
  return copy;
}

async function types(schema) {
  const made = await compile(withoutOneOf(schema), 'DevstartConfig', {
    bannerComment: '',
    format: false,
    ignoreMinAndMaxItems: true,
  });
  return note + made;
}

function validator(schema) {
  const ajv = new Ajv({
    allErrors: true,
    allowUnionTypes: true,
    strictTypes: false,
    strictRequired: false,
    code: { source: true, esm: true, lines: false },
  });
  const code = standalone.default(ajv, ajv.compile(schema));
  if (/\brequire\(|\bfrom "ajv/.test(code))
    throw new Error('schema.json uses a keyword that needs ajv at run time');
  return `${note}${code.replace('"use strict";', '')}\n`;
}

const declaration = `${note}export interface SchemaError {
  /** A JSON pointer: \`/apps/0/port\`. */
  instancePath: string;
  schemaPath: string;
  keyword: string;
  params: Record<string, unknown>;
  message?: string;
}
declare const validate: { (data: unknown): boolean; errors?: SchemaError[] | null };
export default validate;
`;

/** Whole or not at all: several builds may run at one moment. */
async function put(name, content) {
  const target = new URL(name, folder);
  if ((await readFile(target, 'utf8').catch(() => undefined)) === content) return;
  const temporary = new URL(`${name}.${process.pid}`, folder);
  await writeFile(temporary, content);
  await rename(temporary, target);
}

const schema = JSON.parse(text);
await mkdir(folder, { recursive: true });
await Promise.all([
  put('types.ts', await types(schema)),
  put('validate.js', validator(schema)),
  put('validate.d.ts', declaration),
]);
