import { DevstartError, type ErrorCode } from '../../errors.ts';
import { width } from '../../width.ts';
import { type KeyPath, locateInScript, locateInToml, type Span } from './literal.ts';
import { spellings } from './spelling.ts';

export type ConfigFormat = 'json' | 'yaml' | 'toml' | 'script';

/** A config file as it stands on the disk. */
export interface ConfigFile {
  /** Absolute. */
  path: string;
  /** As a person would write it: relative to the project. */
  file: string;
  format: ConfigFormat;
  text: string;
  /** Where the config begins: `['devstart']` in package.json. */
  prefix: readonly string[];
}

/** One thing wrong with a config. */
export interface Issue {
  /** `['apps', 0, 'port']`. */
  keys: KeyPath;
  /** One sentence without the place. */
  message: string;
  /** The key is wrong, not its value. */
  atKey?: boolean;
  code?: ErrorCode;
  hint?: string;
}

/** 1-based, columns in characters. */
export interface Place {
  line: number;
  column: number;
  length: number;
}

/** Where the value (or the key) of a path stands in the config; the nearest parent where it is absent. */
export async function locate(config: ConfigFile, keys: KeyPath, atKey = false): Promise<Place | undefined> {
  const find = await finder(config);
  const written = spellings(keys);
  for (let length = keys.length; length >= 0; length--) {
    for (const path of written) {
      const span = find([...config.prefix, ...path.slice(0, length)]);
      if (!span) continue;
      const [start, end] = (atKey || length < keys.length ? span.key : undefined) ?? span.value;
      return placeAt(config.text, start, end);
    }
  }
  return undefined;
}

async function finder(config: ConfigFile): Promise<(keys: KeyPath) => Span | undefined> {
  const { text } = config;
  if (config.format === 'toml') return (keys) => locateInToml(text, keys);
  if (config.format === 'yaml') return yamlFinder(text);
  if (config.format === 'script') return (keys) => locateInScript(text, keys);
  const { parseTree, findNodeAtLocation } = await import('jsonc-parser');
  const tree = parseTree(text);
  return (keys) => {
    const node = tree && findNodeAtLocation(tree, [...keys]);
    if (!node) return undefined;
    const value: [number, number] = [node.offset, node.offset + node.length];
    const key = node.parent?.type === 'property' ? node.parent.children?.[0] : undefined;
    return key ? { value, key: [key.offset, key.offset + key.length] } : { value };
  };
}

async function yamlFinder(text: string): Promise<(keys: KeyPath) => Span | undefined> {
  const { isAlias, isMap, isNode, isScalar, isSeq, parseDocument } = await import('yaml');
  const document = parseDocument(text, { merge: true });
  const rangeOf = (node: unknown): [number, number] | undefined =>
    isNode(node) && node.range ? [node.range[0], node.range[1]] : undefined;
  const real = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  /** An entry as `[key, value]`: the node's own, else what is merged into it. */
  const entry = (node: unknown, key: string | number): [unknown, unknown] | undefined => {
    const parent = real(node);
    if (isSeq(parent)) return key in parent.items ? [undefined, parent.items[Number(key)]] : undefined;
    if (!isMap(parent)) return undefined;
    const named = (name: string) => (pair: { key: unknown }) =>
      isScalar(pair.key) && (String(pair.key.value) === name || isMergeKey(pair.key.value, name));
    const own = parent.items.find(named(String(key)));
    if (own) return [own.key, own.value];
    for (const { value } of parent.items.filter(named('<<'))) {
      const merged = real(value);
      for (const source of isSeq(merged) ? merged.items : [merged]) {
        const found = entry(source, key);
        if (found) return found;
      }
    }
    return undefined;
  };
  return (keys) => {
    let found: [unknown, unknown] | undefined = [undefined, document.contents];
    for (const name of keys) found = found && entry(found[1], name);
    const key = rangeOf(found?.[0]);
    const value = rangeOf(found?.[1]) ?? key;
    return value && (key ? { value, key } : { value });
  };
}

/** The library reads `<<` as a symbol. */
const isMergeKey = (value: unknown, name: string): boolean =>
  typeof value === 'symbol' && value.description === name;

export function placeAt(text: string, start: number, end: number = start + 1): Place {
  const before = text.slice(0, start);
  const line = before.split('\n').length;
  const column = start - (before.lastIndexOf('\n') + 1) + 1;
  const lineEnd = text.indexOf('\n', start);
  const until = Math.min(end, lineEnd < 0 ? text.length : lineEnd);
  return { line, column, length: Math.max(1, text.slice(start, until).trimEnd().length) };
}

const WIDTH = 100;

/** The line with the place underlined: two lines. Long ones are cut to the part that matters. */
export function excerpt(text: string, place: Place): string {
  const full = (text.split('\n')[place.line - 1] ?? '').replace(/\r$/, '').replace(/\t/g, ' ');
  const cut = place.column > WIDTH - 20 ? place.column - 40 : 0;
  const line = full.slice(cut, cut + WIDTH);
  const length = Math.max(1, Math.min(place.length, line.length - (place.column - 1 - cut)));
  const before = line.slice(0, place.column - 1 - cut);
  const marked = line.slice(before.length, before.length + length);
  return `${line}\n${' '.repeat(width(before))}${'^'.repeat(Math.max(1, width(marked)))}`;
}

/** The error for a config that says something wrong: the first issue in full, the others a line each. */
export async function configError(config: ConfigFile, issues: readonly Issue[]): Promise<DevstartError> {
  const placed = await Promise.all(
    issues.map(async (issue) => ({ issue, place: await locate(config, issue.keys, issue.atKey) })),
  );
  placed.sort((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0));
  const [first, ...others] = placed.map(({ issue, place }) => ({
    issue,
    place,
    line: `${config.file}${place ? `:${place.line}:${place.column}` : ''}: ${issue.message}`,
  }));
  if (!first) throw new Error('configError wants an issue');
  const hint = [
    first.place && excerpt(config.text, first.place),
    first.issue.hint,
    ...others.map((other) => other.line),
  ];
  return new DevstartError(first.issue.code ?? 'CONFIG_INVALID', first.line, {
    hint: hint.filter((line) => line !== undefined).join('\n') || undefined,
  });
}

/** The error for a config that cannot be parsed or run. */
export function syntaxError(
  config: ConfigFile,
  message: string,
  place: Place | undefined,
  cause?: unknown,
): DevstartError {
  const where = place ? `:${place.line}:${place.column}` : '';
  return new DevstartError('CONFIG_INVALID', `${config.file}${where}: ${message}`, {
    hint: place && excerpt(config.text, place),
    cause,
  });
}
