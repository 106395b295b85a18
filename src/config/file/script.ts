import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { DevstartError } from '../../errors.ts';
import { hook } from './hooks.ts';
import { importModule } from './import.ts';
import { type ConfigFile, type Place, placeAt, syntaxError } from './locate.ts';
import type { CompileError } from './typescript.ts';

/**
 * Runs a JavaScript or TypeScript config and gives what it exports. `devstart` itself resolves to a `defineConfig` of
 * ours, so that a config works where only npx brought devstart.
 * @throws DevstartError CONFIG_INVALID
 */
export async function importConfig(config: ConfigFile): Promise<unknown> {
  const hooked = /\.m?ts$/.test(config.path) || /(['"])devstart\1/.test(config.text);
  const unhook = hooked ? await hook() : undefined;
  const quiet = speakOnStderr();
  try {
    const namespace = (await importModule(pathToFileURL(config.path).href)) as Record<string, unknown>;
    let value: unknown = namespace.default;
    // What a compiler made of `export default`.
    if (isRecord(value) && value.__esModule === true && 'default' in value) value = value.default;
    if (value === undefined) throw syntaxError(config, 'it has no default export', undefined);
    return await (typeof value === 'function' ? value() : value);
  } catch (error) {
    throw isRecord(error) && error.name === 'DevstartError' ? error : await runError(config, error);
  } finally {
    quiet();
    unhook?.();
  }
}

/** What a config prints is for people: stdout may be one JSON document, or a URL that a script reads. */
function speakOnStderr(): () => void {
  const { log, info, debug, error } = console;
  Object.assign(console, { log: error, info: error, debug: error });
  return () => Object.assign(console, { log, info, debug });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** With the place in the config itself, as far as the error tells one; else with that in another file. */
async function runError(config: ConfigFile, error: unknown): Promise<DevstartError> {
  if (!(error instanceof Error)) return syntaxError(config, `it threw ${String(error)}`, undefined, error);
  const message = (error.message.split('\n')[0] ?? '').replace(/ imported from .*$/, '');
  const words = error.name === 'SyntaxError' ? message : `it threw ${error.name}: ${message}`;
  const { file, loc } = error as Partial<CompileError>;
  const stack = error.stack ?? '';
  if (file !== undefined && file !== config.path) {
    const where = loc ? `:${loc.line}:${loc.column}` : '';
    return syntaxError(
      config,
      `${path.relative(path.dirname(config.path), file)}${where}: ${words}`,
      undefined,
      error,
    );
  }
  const place =
    (loc && { ...loc, length: 1 }) ??
    stackPlace(config, stack) ??
    importPlace(config, message) ??
    (error.name === 'SyntaxError' ? await parsePlace(config) : undefined);
  const elsewhere = place ? undefined : otherFrame(config, stack);
  return syntaxError(config, elsewhere ? `${words} (${elsewhere})` : words, place, error);
}

function stackPlace(config: ConfigFile, stack: string): Place | undefined {
  const url = pathToFileURL(config.path).href;
  // V8 puts the place of a syntax error before its message: `file:3`, the line, the underline.
  const head = /^(\S+):(\d+)\n(.*)\n(\s*)(\^+)/.exec(stack);
  if (head && (head[1] === url || head[1] === config.path))
    return { line: Number(head[2]), column: (head[4] ?? '').length + 1, length: (head[5] ?? '^').length };
  for (const name of [url, config.path]) {
    const at = stack.indexOf(`${name}:`);
    const numbers = at < 0 ? undefined : /^:(\d+):(\d+)/.exec(stack.slice(at + name.length));
    if (numbers) return { line: Number(numbers[1]), column: Number(numbers[2]), length: 1 };
  }
  return undefined;
}

/** Where a module that was not found, or wants to be imported otherwise, is asked for. */
function importPlace({ path: file, text }: ConfigFile, message: string): Place | undefined {
  const [, url = ''] = /^Module "(file:[^"]+)"/.exec(message) ?? [];
  const [, missing = ''] = /^Cannot find (?:package|module) '([^']+)'/.exec(message) ?? [];
  const name = url === '' ? missing : fileURLToPath(url);
  const written = path.isAbsolute(name) ? `./${path.relative(path.dirname(file), name)}` : name;
  const at = name === '' ? -1 : Math.max(text.indexOf(`'${written}`), text.indexOf(`"${written}`));
  return at < 0 ? undefined : placeAt(text, at + 1, at + 1 + written.length);
}

/** The first line of the stack in a file of the project: `lib/ports.ts:3:7`. */
function otherFrame(config: ConfigFile, stack: string): string | undefined {
  const folder = `${pathToFileURL(path.dirname(config.path)).href}/`;
  const at = stack.indexOf(folder);
  const [frame] = at < 0 ? [] : (/^[^\s()]+:\d+:\d+/.exec(stack.slice(at + folder.length)) ?? []);
  return frame?.includes('node_modules/') ? undefined : frame;
}

/** Node keeps the place of a module's syntax error to itself: sucrase, or V8 with the same as a script, finds it again. */
async function parsePlace({ path: file, text }: ConfigFile): Promise<Place | undefined> {
  const [{ transform }, { Script }] = await Promise.all([import('sucrase'), import('node:vm')]);
  const typed: 'typescript'[] = /\.m?ts$/.test(file) ? ['typescript'] : [];
  const head = '(async () => {';
  try {
    const { code } = transform(text, { transforms: [...typed, 'imports'], disableESTransforms: true });
    new Script(`${head}${code}\n})`, { filename: file });
    return undefined;
  } catch (error) {
    const { loc, stack = '' } = error as Error & { loc?: { line: number; column: number } };
    if (loc) return { ...loc, length: 1 };
    const [, line = '', read = '', before = '', mark = ''] = /:(\d+)\n(.*)\n(\s*)(\^+)/.exec(stack) ?? [];
    const written = text.split('\n')[Number(line) - 1];
    if (written === undefined) return undefined;
    // The words themselves: what sucrase has taken out before them has moved them.
    const word = read.slice(before.length, before.length + mark.length);
    const column = Math.max(0, written.lastIndexOf(word, before.length)) + 1;
    return { line: Number(line), column, length: mark.length };
  }
}
