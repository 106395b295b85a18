import path from 'node:path';
import type { Project } from './project.ts';
import { rustWord } from './subcommand.ts';

/** A package of a Cargo workspace, or one that stands alone. */
export interface Crate {
  name: string;
  /** Absolute. */
  dir: string;
  /** Its Cargo.toml. */
  text: string;
  /** What `cargo run` could start, the package's own program first. */
  bins: string[];
  /** Its own code, or that of a package beside it that it is made of, is a server's. */
  serves: boolean;
}

const SERVER =
  /^\s*(?:\[dependencies\.)?(?:axum|actix-web|rocket|warp|poem|hyper|tide|salvo|tonic|gotham|ntex|viz|loco-rs|async-graphql|tiny_http|rouille)\b/m;
const MOST = 40;
/** What a Cargo.toml says of its own package: a workspace's table is the members'. */
const ofItsOwn = (text: string): string =>
  text
    .split(/^(?=\[)/m)
    .filter((part) => !/^\[workspace[.\]]/.test(part))
    .join('');

/** A table of a Cargo.toml, with the lists that stand in it. */
const tableOf = (text: string, name: string): string =>
  text.split(/^(?=\[)/m).find((part) => part.startsWith(`[${name}]`)) ?? '';

/** The package that a Cargo.toml is of. */
export const packageName = (text: string): string | undefined =>
  /^name\s*=\s*"([^"]+)"/m.exec(tableOf(text, 'package'))?.[1];

/** The folder's own package, then the members of its workspace; what is no package is none. */
export async function cratesOf(project: Project, dir: string, text: string): Promise<Crate[]> {
  const [, list = ''] = /^members\s*=\s*\[([^\]]*)\]/m.exec(tableOf(text, 'workspace')) ?? [];
  const globs = [...list.matchAll(/"([^"]+)"/g)].map(([, glob]) => glob as string);
  const dirs = new Set([dir]);
  for (const glob of globs) {
    const folder = path.join(dir, glob.replace(/\/?\*+$/, ''));
    if (!glob.endsWith('*')) dirs.add(folder);
    else for (const name of (await project.list(folder)).dirs) dirs.add(path.join(folder, name));
  }
  const found: Crate[] = [];
  for (const folder of [...dirs].slice(0, MOST)) {
    const own = folder === dir ? text : await project.text(path.join(folder, 'Cargo.toml'));
    const alone = folder === dir && !/^\[workspace\]/m.test(text) ? path.basename(dir) : undefined;
    const name = own === undefined ? undefined : (packageName(own) ?? alone);
    if (own === undefined || name === undefined) continue;
    const bins = await binsOf(project, folder, own, name);
    found.push({ name, dir: folder, text: own, bins, serves: SERVER.test(ofItsOwn(own)) });
  }
  for (const crate of found)
    crate.serves ||= (await partsOf(project, crate)).some((part) => SERVER.test(part.text));
  return found;
}

/** The packages beside a crate that it is made of: `api = { path = "../api" }`. */
export async function partsOf(
  project: Project,
  { dir, text }: Pick<Crate, 'dir' | 'text'>,
): Promise<{ name: string; dir: string; text: string }[]> {
  const found: { name: string; dir: string; text: string }[] = [];
  for (const [, name = '', folder = ''] of text.matchAll(
    /^([\w-]+)\s*=\s*\{[^}\n]*\bpath\s*=\s*"([^"]+)"/gm,
  )) {
    const inner = path.resolve(dir, folder);
    const own = await project.text(path.join(inner, 'Cargo.toml'));
    if (own !== undefined) found.push({ name: name.replaceAll('-', '_'), dir: inner, text: own });
  }
  return found;
}

async function binsOf(project: Project, dir: string, text: string, name: string): Promise<string[]> {
  const said = [...text.matchAll(/^\[\[bin\]\][^[]*?^name\s*=\s*"([^"]+)"/gm)].map(
    ([, bin]) => bin as string,
  );
  const { files } = await project.list(path.join(dir, 'src'));
  const bins = new Set(files.has('main.rs') && said.length === 0 ? [name] : said);
  const more = await project.list(path.join(dir, 'src/bin'));
  if (!/^autobins\s*=\s*false/m.test(text)) {
    for (const file of [...more.files].sort()) if (file.endsWith('.rs')) bins.add(file.slice(0, -3));
    for (const folder of [...more.dirs].sort())
      if (await project.has(path.join(dir, 'src/bin', folder), 'main.rs')) bins.add(folder);
  }
  return [...bins];
}

const ROLE_WORDS = ['server', 'backend', 'api', 'web', 'app', 'http'];

/** The words after `cargo run` that start the server; none where Cargo finds it alone, undefined where there is none. */
export async function cargoTarget(
  project: Project,
  dir: string,
  text: string,
  isClient: (crate: Crate) => Promise<boolean>,
): Promise<string[] | undefined> {
  const crates = await cratesOf(project, dir, text);
  const told = async (crate: Crate, words: string[]): Promise<string[]> => {
    const bin = words.includes('--bin') ? words.at(-1) : (DEFAULT_RUN.exec(crate.text)?.[1] ?? crate.bins[0]);
    const word = /\bclap\b/.test(crate.text) ? await rustWord(project, crate.dir, bin ?? crate.name) : [];
    return word.length > 0 ? [...words, '--', ...word] : words;
  };
  const own = crates.find((crate) => crate.dir === dir);
  // A package at the top that is no server stands for its workspace.
  if (own && (own.serves || crates.length === 1)) {
    if (!own.serves || (own.bins.length === 0 && (await isLibrary(project, own)))) return undefined;
    if (own.bins.length === 0) return [];
    if (SERVER.test(ofItsOwn(text)) && (await isClient(own))) return undefined;
    return told(own, own.bins.length === 1 || isSaid(own) ? [] : binary(own));
  }
  const runs = crates.filter(({ bins }) => bins.length > 0);
  const direct: Crate[] = [];
  for (const crate of runs)
    if (SERVER.test(ofItsOwn(crate.text)) && !(await isClient(crate))) direct.push(crate);
  const servers = direct.length > 0 ? direct : runs.filter(({ serves }) => serves);
  const one =
    servers.length === 1 ? servers[0] : ROLE_WORDS.flatMap((word) => servers.find(isCalled(word)) ?? [])[0];
  if (!one) return undefined;
  if (runs.length === 1 && one.bins.length === 1) return told(one, []);
  return told(one, ['-p', one.name, ...(one.bins.length > 1 && !isSaid(one) ? binary(one) : [])]);
}

const DEFAULT_RUN = /^default-run\s*=\s*"([^"]+)"/m;
const isSaid = ({ text }: Crate): boolean => DEFAULT_RUN.test(text);

const isCalled =
  (word: string) =>
  ({ name, dir }: Crate): boolean =>
    [name, path.basename(dir)].some((one) => one.split(/[-_]/).includes(word));

const isLibrary = async (project: Project, { dir }: Crate) =>
  (await project.list(path.join(dir, 'src'))).files.has('lib.rs');

/** Of several programs the one that is called as a server is, else the package's own. */
function binary({ bins, name }: Crate): string[] {
  const said = ROLE_WORDS.flatMap((word) => bins.find((bin) => bin.split(/[-_]/).includes(word)) ?? [])[0];
  return ['--bin', bins.includes(name) ? name : (said ?? (bins[0] as string))];
}
