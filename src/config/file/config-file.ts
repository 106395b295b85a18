import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { DevstartError } from '../../errors.ts';
import { shownPath } from '../source.ts';
import { type ConfigFile, type ConfigFormat, placeAt, syntaxError } from './locate.ts';

const EXTENSIONS = ['ts', 'mts', 'js', 'mjs', 'cjs', 'json', 'yaml', 'yml', 'toml'];
const NAMES = new Set(EXTENSIONS.map((extension) => `devstart.config.${extension}`));

/**
 * The project's config: `devstart.config.*` or `devstart` in package.json; undefined where there is none.
 * @throws DevstartError CONFIG_INVALID where there are several
 */
export async function findConfig(root: string): Promise<ConfigFile | undefined> {
  const names = (await readdir(root)).filter((name) => NAMES.has(name) || name === 'package.json');
  const found: ConfigFile[] = [];
  for (const name of names.sort()) {
    const config = await readConfigFile(path.join(root, name), root);
    if (name !== 'package.json' || hasOurKey(config.text)) found.push(config);
  }
  if (found.length > 1) {
    const all = found.map((config) => (config.prefix.length > 0 ? 'devstart in package.json' : config.file));
    throw new DevstartError('CONFIG_INVALID', `There are ${found.length} configs: ${all.join(' and ')}`, {
      hint: 'Keep one of them, or name it with --config FILE.',
    });
  }
  return found[0];
}

/** package.json is the project's own: broken, it is not ours to complain about. */
function hasOurKey(text: string): boolean {
  if (!text.includes('"devstart"')) return false;
  try {
    return Object.hasOwn(JSON.parse(text), 'devstart');
  } catch {
    return false;
  }
}

/**
 * Reads one config file, by its extension.
 * @throws DevstartError CONFIG_NOT_FOUND, or CONFIG_INVALID for an extension that is none of ours
 */
export async function readConfigFile(file: string, root: string): Promise<ConfigFile> {
  const shown = shownPath(root, file);
  const extension = path.extname(file).slice(1);
  if (!EXTENSIONS.includes(extension)) {
    throw new DevstartError(
      'CONFIG_INVALID',
      `${shown} is not a config file: its name ends with none of ours`,
      {
        hint: `A config file ends with ${EXTENSIONS.map((known) => `.${known}`).join(', ')}.`,
      },
    );
  }
  const format =
    extension === 'yml'
      ? 'yaml'
      : /^(json|yaml|toml)$/.test(extension)
        ? (extension as ConfigFormat)
        : 'script';
  const prefix = path.basename(file) === 'package.json' ? ['devstart'] : [];
  try {
    const text = (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
    return { path: file, file: shown, format, text, prefix };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new DevstartError('CONFIG_NOT_FOUND', `There is no config file ${shown}`, { cause: error });
    }
    throw new DevstartError('CONFIG_INVALID', `${shown} cannot be read (${code ?? String(error)})`, {
      cause: error,
    });
  }
}

/** What the file says, not validated yet. @throws DevstartError CONFIG_INVALID with the place */
export async function parseConfig(config: ConfigFile): Promise<unknown> {
  if (config.format === 'script') return (await import('./script.ts')).importConfig(config);
  if (config.format === 'yaml') return parseYaml(config);
  if (config.format === 'toml') return parseToml(config);
  let value: unknown;
  try {
    value = JSON.parse(config.text);
  } catch (error) {
    throw await jsonError(config, error);
  }
  return config.prefix.length > 0 ? (value as { devstart: unknown }).devstart : value;
}

async function jsonError(config: ConfigFile, cause: unknown): Promise<DevstartError> {
  const { parse, printParseErrorCode } = await import('jsonc-parser');
  const errors: import('jsonc-parser').ParseError[] = [];
  parse(config.text, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  if (!first) return syntaxError(config, 'this is not JSON', undefined, cause);
  const words = printParseErrorCode(first.error)
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase();
  const sentence = words === 'invalid comment token' ? 'JSON has no comments' : `this is not JSON: ${words}`;
  const place = placeAt(config.text, first.offset, first.offset + Math.max(1, first.length));
  return syntaxError(config, sentence, place, cause);
}

async function parseYaml(config: ConfigFile): Promise<unknown> {
  const { parseDocument, visit } = await import('yaml');
  const document = parseDocument(config.text, { prettyErrors: false, merge: true });
  const [error] = document.errors;
  if (error) {
    const place = placeAt(config.text, error.pos[0], error.pos[1]);
    throw syntaxError(config, `this is not YAML: ${error.message}`, place, error);
  }
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document)) return;
      const place = alias.range ? placeAt(config.text, alias.range[0], alias.range[1]) : undefined;
      throw syntaxError(config, `there is no anchor &${alias.source} before this`, place);
    },
  });
  try {
    return document.toJS();
  } catch (error) {
    // A merge of what is no map, or aliases without end.
    const at = config.text.indexOf('<<');
    const place = at < 0 ? undefined : placeAt(config.text, at, at + 2);
    throw syntaxError(config, `this is not YAML: ${(error as Error).message}`, place, error);
  }
}

async function parseToml(config: ConfigFile): Promise<unknown> {
  const { parse, TomlError } = await import('smol-toml');
  try {
    // Its objects have no prototype, unlike everybody else's.
    return structuredClone(parse(config.text));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [first = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n');
    const place = { line: error.line, column: error.column, length: 1 };
    throw syntaxError(config, `this is not TOML: ${first}`, place, error);
  }
}
