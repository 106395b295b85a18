import path from 'node:path';
import { isPort } from './expressions.ts';
import { type AppTrail, openFirst, ownOf } from './facts.ts';
import { settingsIn } from './settings-files.ts';
import type { SourceFile } from './sources.ts';
import type { Own } from './types.ts';

/** A port that stands in a file of settings which the program's own code, command or env file names. */

const ENDINGS = ['yaml', 'yml', 'toml', 'json', 'env', 'ini'];
const FILE = String.raw`[\w./-]*\w\.(?:${ENDINGS.join('|')})`;
const QUOTED = new RegExp(`["'\`/](${FILE})["'\`]`, 'g');
const BARE = new RegExp(String.raw`(?<![\w./-])(${FILE})(?![\w-])`, 'g');
/** What its readers take without an ending: viper's, Rust's `config`. */
const STEM = /\b(?:SetConfigName|with_name)\(\s*&?\s*["`]([\w./-]+)["`]/g;
const FOLDERS = ['', 'config', 'configs', 'conf', 'configuration', 'etc'];
/** What people copy to the file that is not there yet. */
const templates = (base: string, ending: string) => [
  ...['example', 'sample', 'dist', 'template'].flatMap((word) => [
    `${base}.${word}.${ending}`,
    `${base}.${ending}.${word}`,
    `${base}-${word}.${ending}`,
  ]),
  `example.${base}.${ending}`,
];
/** A file for all stages, and that of a developer's machine, which goes before it. */
const FOR_ALL = /^(?:base|default|common)$/;
const STAGES = ['local', 'development', 'dev'];
const MOST = 4;

/** @param sources where the program begins, and what of it reads settings */
export async function portInData(trail: AppTrail, sources: readonly SourceFile[]): Promise<Own[]> {
  for (const named of namesIn(trail, sources).slice(0, MOST)) {
    const file = await openNamed(trail, sources, named);
    const own = file ? ownIn(trail, file) : [];
    if (own.length > 0) return own;
  }
  return [];
}

function namesIn({ program, env }: AppTrail, sources: readonly SourceFile[]): string[] {
  const said = [
    program.line,
    ...Object.values(program.env),
    ...[...env.values.values()].map((one) => one.value),
  ];
  const bare = said.flatMap((text) => [...text.matchAll(BARE)]);
  const inCode = sources.flatMap(({ code }) => [...code.matchAll(QUOTED), ...code.matchAll(STEM)]);
  return [...new Set([...bare, ...inCode].map(([, name = '']) => name))].filter(
    (name) => !/(?:^|\/)(?:package|tsconfig|docker-compose|compose|openapi|swagger)\b/.test(name),
  );
}

async function openNamed(
  trail: AppTrail,
  sources: readonly SourceFile[],
  name: string,
): Promise<SourceFile | undefined> {
  const { dir, base } = path.posix.parse(name);
  const ending = ENDINGS.find((one) => base.endsWith(`.${one}`));
  const stem = ending ? base.slice(0, -ending.length - 1) : base;
  const stems = FOR_ALL.test(stem) ? [...STAGES, stem] : [stem];
  const endings = ending ? [ending] : ENDINGS;
  const files = stems.flatMap((one) => endings.map((end) => `${one}.${end}`));
  const patterns = endings.flatMap((end) => templates(stem, end));
  const added = sources.flatMap(({ code }) =>
    [...code.matchAll(/\bAddConfigPath\(\s*["`]([\w./-]+)["`]/g)].map(([, folder = '']) => folder),
  );
  const besides = sources.map((source) => path.dirname(source.path));
  const folders = dir ? [dir] : [...added, ...FOLDERS, ...besides];
  const places = [...new Set(folders.map((folder) => path.resolve(trail.dir, folder)))];
  for (const all of [files, patterns])
    for (const place of places) {
      const found = await openFirst(trail, place, all);
      if (found) return found;
    }
  return undefined;
}

const KEY =
  /^(?:https?|server|api|app|web|rest|service|listen|bind|backend|application)*(?:port|addr|address|listen|bind)$/;
/** Keys around it that say nothing else than that a server is meant, or a developer's machine. */
const AROUND =
  /^(?:(?:https?|api|web|app|rest)?server|https?|app(?:lication)?|api|web|rest|service|listen(?:er)?|backend|main|default|dev(?:elopment)?|local|fiber|gin|echo)$/;
const VALUE = /^(?:\$\{(\w+):?-?)?(?:tcp:\/\/)?(?:\[?[\w.*:-]*\]?:)?(\d{4,5})\}?$/;

/** The number that no other key of its rank contradicts: what stands less deep goes before. Pure. */
export function ownIn({ env, program }: Pick<AppTrail, 'env' | 'program'>, source: SourceFile): Own[] {
  const plain = (key: string) => key.toLowerCase().replace(/[_-]/g, '');
  const found = settingsIn(source).flatMap(({ keys, value, start }) => {
    const [, name, digits = ''] = VALUE.exec(value) ?? [];
    const names = keys.map(plain);
    if (!isPort(digits) || !KEY.test(names.at(-1) ?? '')) return [];
    if (!names.slice(0, -1).every((key) => AROUND.test(key))) return [];
    const from = start + value.lastIndexOf(digits);
    return [{ keys, name, digits, place: { source, start: from, end: from + digits.length } }];
  });
  const least = Math.min(...found.map(({ keys }) => keys.length));
  const best = found.filter(({ keys }) => keys.length === least);
  const [first] = best;
  if (!first || new Set(best.map(({ digits }) => digits)).size > 1) return [];
  return ownOf({ env, program }, { digits: first.place, name: first.name }, first.keys.join('.'));
}
