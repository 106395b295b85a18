import path from 'node:path';
import { isServerPort } from './env-files.ts';
import { type AppTrail, openFirst, ownByPattern } from './facts.ts';
import { languageOf } from './languages.ts';
import { withImported } from './modules.ts';
import { foundAt, type SourceFile } from './sources.ts';
import { expressionEnd } from './text.ts';
import type { Own } from './types.ts';
import { portOf, type Said } from './values.ts';

const SETTINGS = /config|settings?|env|args|cli|opts?/i;

/** Where a Rust server's code begins, and the port that stands in it. */

/** What the program begins in, its library, and the packages beside it that it is made of. */
export async function rustEntries(trail: AppTrail): Promise<SourceFile[]> {
  const { program, dir } = trail;
  const line = program.words.join(' ');
  const [, member] = /(?:-p|--package)[ =](\S+)/.exec(line) ?? [];
  const [, binary] = /--bin[ =](\S+)/.exec(line) ?? [];
  const [, manifest] = /--manifest-path[ =](\S+?)\/?Cargo\.toml/.exec(line) ?? [];
  const { cratesOf, partsOf } = await import('../detect/cargo.ts');
  const { project } = trail.sources;
  const text = (await project.text(path.join(dir, 'Cargo.toml'))) ?? '';
  const isGroup = /^\[workspace\]/m.test(text) && !/^\[package\]/m.test(text);
  const crates = member || isGroup ? await cratesOf(project, dir, text) : [];
  // Where none is said there is but one that runs.
  const isMeant = (name: string, bins: readonly string[]) =>
    binary ? name === binary || bins.includes(binary) : bins.length > 0;
  const crate = crates.find(({ name, bins }) => (member ? name === member : isMeant(name, bins)));
  const home = crate ? path.relative(dir, crate.dir).replaceAll(path.sep, '/') : undefined;
  const tops = [manifest, home, member, member && `crates/${member}`, ''].filter((top) => top !== undefined);
  const names = tops.flatMap((top) =>
    [...(binary ? [`src/bin/${binary}.rs`] : []), 'src/main.rs', 'src/bin/server.rs', 'src/bin/main.rs'].map(
      (name) => path.posix.join(top, name),
    ),
  );
  const main = await openFirst(trail, dir, names);
  const lib = await openFirst(
    trail,
    dir,
    tops.map((top) => path.posix.join(top, 'src/lib.rs')),
  );
  const parts: SourceFile[] = [];
  // `api::main()`: a package beside it, of which it is only the beginning.
  for (const part of main ? await partsOf(project, crate || { dir, text }) : []) {
    if (!new RegExp(`\\b${part.name}::`).test(main?.code ?? '')) continue;
    const inner = await openFirst(trail, part.dir, ['src/lib.rs']);
    if (inner) parts.push(inner);
  }
  return [main, lib, ...parts].filter((file) => file !== undefined);
}

/** `"0.0.0.0:8081"` in the entry or in its settings: where the program itself listens, if it is the only one. */
export async function boundLiteral({ sources, top }: AppTrail, entries: SourceFile[]): Promise<Own[]> {
  const all = await withImported(sources, entries, SETTINGS, top);
  const found = all.flatMap((source) =>
    [...source.code.matchAll(/"(?:0\.0\.0\.0|127\.0\.0\.1|\[::1?\]):(\d{4,5})"/g)].map((match): Own => {
      const end = match.index + match[0].length - 1;
      const place = { source, start: end - (match[1] as string).length, end };
      return { found: foundAt(place, 'literal'), label: 'address', fixed: true };
    }),
  );
  return new Set(found.map(({ found: { port } }) => port)).size === 1 ? found.slice(0, 1) : [];
}

/** `#[builder(default = "17170")] pub http_port: u16`, `name = "SHOP_HTTP_PORT", default = 5080`, in the entry or in its settings. */
export async function fieldDefault({ sources, top }: AppTrail, entries: SourceFile[]): Promise<Own[]> {
  for (const source of await withImported(sources, entries, SETTINGS, top)) {
    const [own] = ownByPattern(
      source,
      /\bname\s*=\s*"[A-Z\d]*_?HTTP_PORT"\s*,\s*default\s*=\s*"?(\d{4,5})\b/,
      'default',
    );
    if (own) return [own];
    const [set] = ownByPattern(
      source,
      /\bset_default\(\s*"(?:server|app|application|http|web|api)[\w.]*port"\s*,\s*"?(\d{4,5})\b/,
      'set_default',
      false,
    );
    if (set) return [set];
    const [field] = ownByPattern(
      source,
      /\bdefault(?:_value(?:_t)?)?\s*=\s*"?(\d{4,5})"?[^\]\n]*\)\]\s*(?:#\[[^\]]*\]\s*)*(?:pub(?:\([^)]*\))?\s+)?(?:http|web|api|server)_port\s*:/,
      'default',
    );
    if (field) return [field];
  }
  return [];
}

/** Rocket's `Config { port: var("APP_PORT").unwrap().parse().unwrap(), .. }`: the variable. */
export const configured = (entry: SourceFile | undefined): string | undefined =>
  /\bport\s*:\s*(?:\w+::)*var\(\s*"(\w+)"\s*\)/.exec(entry?.code ?? '')?.[1];

const SERVES = /^[\w:]*(?:api|server?|serve|http|web|app|listen)/i;

/** `create_api(pool, 1111).await`: the one number that the program hands to what serves. */
export function handedOn(entry: SourceFile | undefined): Own[] {
  const call =
    /(?<![\w.!])(?:\w+::)*(?:create|start|run|serve|launch|listen)(?:_(?:api|server|app|http|web\w*))?\((?:[^()\n]*,)?\s*(\d{4,5})(?:_?u16)?\s*\)/g;
  const found = entry ? [...entry.code.matchAll(call)].filter(([text]) => SERVES.test(text)) : [];
  const [match] = found;
  if (!entry || !match || found.length > 1) return [];
  const start = match.index + match[0].lastIndexOf(match[1] as string);
  const place = { source: entry, start, end: start + (match[1] as string).length };
  return [{ found: foundAt(place, 'literal'), label: match[0].split('(')[0] as string, fixed: true }];
}

/** The one variable of a server's usual names that its settings read, wherever the value goes from there. */
export async function variableRead(trail: AppTrail, entries: SourceFile[]): Promise<Said> {
  const first = await withImported(trail.sources, entries, SETTINGS, trail.top);
  // `config/mod.rs` that is made of further files.
  const all = await withImported(trail.sources, first, SETTINGS, trail.top);
  const found = all.flatMap((source) =>
    [...source.code.matchAll(languageOf('rust').env)]
      .map((match) => ({ source, at: match.index, name: match[1] ?? match[2] ?? '' }))
      .filter(({ name }) => isServerPort(name)),
  );
  const [one] = found;
  if (!one || new Set(found.map(({ name }) => name)).size > 1) return {};
  const { source, at, name } = one;
  return { name, ...(await portOf(trail, source, at, expressionEnd(source.code, at, source.syntax))) };
}
