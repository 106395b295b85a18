import path from 'node:path';
import type { Project } from './project.ts';

/** The word without which a command line program serves nothing: `serve`, `server`. Read from what declares its words. */

/** The likeliest first. */
const SERVING = ['serve', 'server', 'start', 'run', 'web', 'api', 'http', 'listen'];
const pick = (words: string[]): string[] => SERVING.filter((word) => words.includes(word)).slice(0, 1);

const RUST_FILES = 'main cli cli/mod args opts opt cmd cmd/mod command commands commands/mod'.split(' ');
const ENUM = /#\[derive\(([^)]*)\)\]\s*(?:#\[[^\]]*\]\s*)*(?:pub(?:\([^)]*\))?\s+)?enum\s+(\w+)\s*\{/g;
const FIELD =
  /derive\([^)]*\bParser\b[^)]*\)\](?:\s*#\[[^\]]*\])*\s*(?:pub\s+)?struct\s+\w+\s*\{[^{}]*?#\[(?:command|clap)\(subcommand[^\]]*\)\]\s*(?:pub\s+)?\w+\s*:\s*(Option<\s*)?(?:\w+::)*(\w+)/;

/** Of clap's enum that a program demands a word of. @param bin its name, where it lies in `src/bin` */
export async function rustWord(project: Project, dir: string, bin: string): Promise<string[]> {
  const names = [`bin/${bin}`, `bin/${bin}/main`, ...RUST_FILES];
  const files = names.map((name) => path.join(dir, 'src', `${name}.rs`));
  const read = await Promise.all(files.map((file) => project.text(file)));
  const text = read.map((one) => one?.replace(/^\s*\/\/.*$/gm, '') ?? '').join('\n');
  const [, optional, name] = FIELD.exec(text) ?? [];
  if (optional) return [];
  for (const match of text.matchAll(ENUM)) {
    const isOwn = name === undefined ? /\bParser\b/.test(match[1] ?? '') : match[2] === name;
    if (!isOwn) continue;
    const body = outermost(text, match.index + match[0].length).replace(/#\[[^\]]*\]/g, '');
    return pick([...body.matchAll(/(?:^|,)\s*([A-Z]\w*)/g)].map(([, variant = '']) => kebab(variant)));
  }
  return [];
}

const kebab = (name: string): string => name.replace(/(?<=[a-z\d])[A-Z]/g, '-$&').toLowerCase();

/** What stands between the brace before `start` and its end, without what inner brackets hold. */
function outermost(text: string, start: number): string {
  let depth = 0;
  let found = '';
  for (let i = start; i < text.length && depth >= 0; i++) {
    const char = text[i] ?? '';
    if (/[})]/.test(char)) depth--;
    else if (/[{(]/.test(char)) depth++;
    else if (depth === 0) found += char;
  }
  return found;
}

const COBRA = /^\s*(?:require\s+)?github\.com\/spf13\/cobra\s+v[^\s/]+\s*$/m;
const COBRA_FOLDERS = ['cmd', 'internal/cmd', 'pkg/cmd', 'cli', 'internal/cli'];
const MOST = 40;
const MOST_OF_ONE = 2000;
/** By itself it says what its words are. */
const HELPS = /\bRunE?\s*:\s*func\([^{]*\{\s*(?:_\s*=\s*|return\s+)?\w+\.(?:Help|Usage)\(\)/;

/** Of Cobra's commands, where the first one does nothing itself. @param main the folder of its main package */
export async function goWord(project: Project, dir: string, module: string, main: string): Promise<string[]> {
  if (!COBRA.test(module)) return [];
  const folders = [main, path.join(main, 'cmd'), ...COBRA_FOLDERS.map((name) => path.join(dir, name))];
  const files: string[] = [];
  for (const folder of new Set(folders))
    for (const name of (await project.list(folder)).files)
      if (/(?<!_test)\.go$/.test(name)) files.push(path.join(folder, name));
  const read = await Promise.all(files.slice(0, MOST).map((file) => project.text(file)));
  const text = read.map((one) => one?.replace(/^\s*\/\/.*$/gm, '') ?? '').join('\n');
  for (const [, root = ''] of text.matchAll(/\b(\w+)\.Execute(?:Context|C)?\(/g)) {
    const made = new RegExp(`\\b${root}\\s*:?=\\s*&?cobra\\.Command\\s*\\{`).exec(text);
    if (!made) continue;
    const own = outermost(text, made.index + made[0].length);
    const helps = HELPS.test(text.slice(made.index, made.index + MOST_OF_ONE));
    if ((/\bRunE?\s*:/.test(own) && !helps) || new RegExp(`\\b${root}\\.RunE?\\s*=`).test(text)) return [];
    return pick([...text.matchAll(/\bUse:\s*"([\w-]+)/g)].map(([, word = '']) => word));
  }
  return [];
}
