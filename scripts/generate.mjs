// Made here: from schema.json its types and its validator (src/config/generated/), from src/guard/guard.sh the string that
// a shell is started with (src/guard/generated/).
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import { compile } from 'json-schema-to-typescript';

const at = (name) => new URL(`../${name}`, import.meta.url);

const note = '// Made from schema.json by scripts/generate.mjs.\n';

/** The schema that types are made from: what is the validator's business hides the keys, or loses an array's items. */
function forTypes(schema) {
  if (Array.isArray(schema)) return schema.map(forTypes);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { oneOf: _, patternProperties: __, ...rest } = schema;
  if (Array.isArray(rest.type) && rest.type.includes('array')) {
    const { type, items, description } = rest;
    return {
      description,
      anyOf: type.map((one) => (one === 'array' ? { type: one, items } : { type: one })),
    };
  }
  return Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, forTypes(inner)]));
}

async function types(schema) {
  const made = await compile(forTypes(schema), 'DevstartConfig', {
    bannerComment: '',
    format: false,
    ignoreMinAndMaxItems: true,
  });
  const extended = made.replace(
    /(interface (?:DevstartConfig|AppConfig) \{\n)/g,
    '$1[extension: `x-${string}`]: unknown;\n',
  );
  return note + extended;
}

/** The keys of each object that is ours, by its place: `apps[].ready`. */
function keys(schema) {
  const found = {};
  const visit = (node, place) => {
    const { $ref, properties, items, additionalProperties } = node;
    if ($ref) return visit(schema.definitions[$ref.split('/').at(-1)], place);
    if (items) visit(items, `${place}[]`);
    // Keys that are the user's own, each with an object of ours.
    if (typeof additionalProperties === 'object' && additionalProperties.$ref)
      visit(additionalProperties, `${place}.*`);
    if (!properties || additionalProperties !== false) return;
    found[place] = Object.keys(properties).filter((key) => key !== '$schema');
    for (const [key, inner] of Object.entries(properties)) visit(inner, place ? `${place}.${key}` : key);
  };
  visit(schema, '');
  return `${note}export const KEYS: Record<string, readonly string[]> = ${JSON.stringify(found)};\n`;
}

/** What only people read would stand in the program, too. */
function withoutWords(schema) {
  const text = JSON.stringify(schema, (key, value) =>
    (key === 'description' || key === 'title') && typeof value === 'string' ? undefined : value,
  );
  return JSON.parse(text);
}

/** A property's own schema that is longer, as text, is a function of its own. */
const SMALL = 20;

/** Each property a function of its own: V8 compiles what a config has, and a config has few of them. */
function apart(schema) {
  const definitions = {};
  const visit = (node, place) => {
    if (Array.isArray(node)) return node.map((inner, index) => visit(inner, `${place}.${index}`));
    if (typeof node !== 'object' || node === null) return node;
    const { properties = {}, ...rest } = node;
    const copy = Object.fromEntries(
      Object.entries(rest).map(([key, inner]) => [key, visit(inner, `${place}.${key}`)]),
    );
    if (!node.properties) return copy;
    copy.properties = {};
    for (const [key, inner] of Object.entries(properties)) {
      const name = `${place}.${key}`;
      const own = visit(inner, name);
      const isSmall = JSON.stringify(inner).length <= SMALL;
      if (!isSmall) definitions[name] = own;
      copy.properties[key] = isSmall ? own : { $ref: `#/definitions/${name}` };
    }
    return copy;
  };
  const { definitions: named, ...whole } = visit(schema, '');
  return { ...whole, definitions: { ...named, ...definitions } };
}

function validator(schema) {
  const ajv = new Ajv({
    allErrors: true,
    inlineRefs: false,
    allowUnionTypes: true,
    strictTypes: false,
    strictRequired: false,
    // The sentences are ours.
    messages: false,
    code: { source: true, esm: true, lines: false },
  });
  const code = standalone.default(ajv, ajv.compile(apart(withoutWords(schema))));
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
export declare const validate: { (data: unknown): boolean; errors?: SchemaError[] | null };
`;

/** Without the comments: it waits in memory for as long as a run lasts. Its name is for who meets it in `ps`. */
function guardScript(text) {
  const lines = ["# devstart's guard", ...text.split('\n').filter((line) => !/^\s*(#|$)/.test(line))];
  return `// Made from guard.sh by scripts/generate.mjs.\nexport const GUARD_SCRIPT = ${JSON.stringify(lines.join('\n'))};\n`;
}

/** Whole or not at all: several builds may run at one moment. */
async function put(name, content) {
  const target = at(name);
  if ((await readFile(target, 'utf8').catch(() => undefined)) === content) return;
  const temporary = at(`${name}.${process.pid}`);
  await mkdir(new URL('.', target), { recursive: true });
  await writeFile(temporary, content);
  await rename(temporary, target);
}

const schema = JSON.parse(await readFile(at('schema.json'), 'utf8'));
const script = await readFile(at('src/guard/guard.sh'), 'utf8');
await Promise.all([
  put('src/config/generated/types.ts', await types(schema)),
  put('src/config/generated/keys.ts', keys(schema)),
  put('src/config/generated/validate.js', validator(schema)),
  put('src/config/generated/validate.d.ts', declaration),
  put('src/guard/generated/script.ts', guardScript(script)),
]);
