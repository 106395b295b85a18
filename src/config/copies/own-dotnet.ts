import path from 'node:path';
import type { App, Command, Opened } from '../types.ts';
import { type AppTrail, openFirst, ownByPattern, ownOf } from './facts.ts';
import { settingsIn } from './settings-files.ts';
import { expressionEnd } from './text.ts';
import type { Own } from './types.ts';
import { portOf } from './values.ts';

/** .NET's Properties/launchSettings.json: the addresses that each start of the project opens. */

interface Profile {
  commandName?: unknown;
  applicationUrl?: unknown;
}

export interface Launch {
  own: Own[];
  /** By the profiles' names, the one that a start takes first. */
  profiles?: Map<string, Opened[]>;
  /** https:// ports that no start of the project itself opens: Visual Studio's IIS Express. */
  elsewhere: number[];
}

const SETTINGS = 'Properties/launchSettings.json';

/** The folder of the project that a command names: `dotnet run --project src/Api`. */
export async function dotnetFolder({ program, dir, sources }: AppTrail): Promise<string> {
  const named = flagOf(program.words, /^(?:--project|-p)$/);
  if (named === undefined) return dir;
  const place = path.resolve(dir, named);
  return /\.\w+proj$/.test(place) && (await sources.project.has(path.dirname(place), path.basename(place)))
    ? path.dirname(place)
    : place;
}

/**
 * The profile that the command names, or the first that starts the project itself. Where nothing is named, the others
 * are ports of its own too: a page that calls one of them shows which profile its owner starts.
 */
export async function launchSettings(trail: AppTrail): Promise<Launch> {
  const { words } = trail.program;
  const source = await openFirst(trail, trail.dir, [SETTINGS]);
  // Its own words go before every profile.
  if (words.some((word) => word.startsWith('--urls'))) return { own: [], elsewhere: [] };
  let all: Record<string, Profile> = {};
  try {
    all = JSON.parse((source?.code ?? '{}').replace(/^\uFEFF/, '')).profiles ?? {};
  } catch {
    return { own: [], elsewhere: [] };
  }
  const named = flagOf(words, /^(?:--launch-profile|-lp)$/);
  const none = words.includes('--no-launch-profile');
  const starts = Object.entries(all).filter(
    ([name, { commandName }]) => !none && (named === undefined ? commandName === 'Project' : name === named),
  );
  const profiles = new Map(starts.map(([name, { applicationUrl }]) => [name, opened(applicationUrl)]));
  const [first = []] = profiles.values();
  // A plain address before the one with TLS; what a further profile alone opens comes last.
  const others = [...profiles.values()].flat();
  const ports = [...[...first].sort((a, b) => Number(a.secure) - Number(b.secure)), ...others];
  const known = new Set(ports.map(({ port }) => port));
  const own = [...known].flatMap((port) =>
    ownByPattern(source, new RegExp(`:(${port})\\b`), 'applicationUrl', false),
  );
  const secure = (source?.code ?? '').matchAll(/(?:"sslPort"\s*:\s*|\bhttps:\/\/[^/;":]*:)(\d{4,5})\b/g);
  const elsewhere = [...secure].map(([, port]) => Number(port)).filter((port) => !known.has(port));
  return { own, elsewhere, ...(known.size > 0 && { profiles }) };
}

const opened = (urls: unknown): Opened[] =>
  [...String(urls ?? '').matchAll(/\bhttp(s?):\/\/[^/;]*:(\d{4,5})/g)].map(([, s, port]) => ({
    port: Number(port),
    secure: s === 's',
  }));

function flagOf(words: readonly string[], flag: RegExp): string | undefined {
  const at = words.findIndex((word) => flag.test(word.split('=')[0] ?? ''));
  return at === -1 ? undefined : (words[at]?.split(/=(.*)/s)[1] ?? words[at + 1]);
}

/** Where a developer's machine never comes: `if (!app.Environment.IsDevelopment()) {`. */
const ELSEWHERE = /\bIsProduction\b|!\s*[\w.]+\.IsDevelopment\b|IN_CONTAINER|docker/i;
const IN_CODE =
  /\b(?:UseUrls|Urls\.Add|(?:app|host)\.Run(?:Async)?|ListenAnyIP|ListenLocalhost|(?:options|opts?|o|k|kestrel\w*|server\w*)\.Listen)\(\s*/gi;

/**
 * Kestrel's own endpoints in its settings, then what Program.cs has it listen on: both go before every profile. An
 * address that only a variable gives is none where nothing sets that.
 */
export async function fixedAddresses(trail: AppTrail): Promise<{ own: Own[]; reads?: string | undefined }> {
  for (const name of ['appsettings.Development.json', 'appsettings.json']) {
    const source = await openFirst(trail, trail.dir, [name]);
    const kestrel = source && /"Kestrel"\s*:/.test(source.code) ? settingsIn(source) : [];
    const found = kestrel.filter(({ keys }) => /^Kestrel\.Endpoints\.\w+\.Url$/i.test(keys.join('.')));
    // The plain address before the one with TLS.
    const [first] = found.sort((a, b) => a.value.length - b.value.length);
    const [, number] = /:(\d{4,5})\/?$/.exec(first?.value ?? '') ?? [];
    if (source && first && number)
      return { own: ownByPattern(source, new RegExp(`:(${number})\\b`), first.keys.join('.')) };
  }
  const program = await openFirst(trail, trail.dir, ['Program.cs']);
  let reads: string | undefined;
  for (const match of program?.code.matchAll(IN_CODE) ?? []) {
    if (!program || ELSEWHERE.test(conditionAt(program.code, match.index))) continue;
    const from = match.index + match[0].length;
    const said = await portOf(trail, program, from, expressionEnd(program.code, from, program.syntax));
    const own = ownOf(trail, said, match[0].replace(/\W+$/, ''));
    reads ??= said.name;
    if (own.length > 0) return { own, reads };
  }
  // What loads `.env` before the server is made sets what a profile says.
  const loaded = /\bLoad\w*\([\s\S]*\bCreate\w*Builder\(/.test(program?.code ?? '');
  return { own: loaded ? ownOf(trail, { name: URLS }, URLS) : [], reads };
}

const URLS = 'ASPNETCORE_URLS';

/** What has to be so where an offset stands: the conditions of the blocks around it. */
function conditionAt(code: string, at: number): string {
  const [before = ''] = /(?:\bif\s*\(.*\)\s*\{?[^{}]*)?$/.exec(code.slice(Math.max(0, at - 600), at)) ?? [];
  return before.slice(0, before.search(/[{\n]|$/));
}

/** The start that opens the app's port: of several the one that its page calls, which its owner must have named. */
export function startAs(
  { command, awayCommand }: App,
  profiles: ReadonlyMap<string, Opened[]> | undefined,
  port: number | undefined,
): Partial<App> {
  const [usual] = profiles?.keys() ?? [];
  const found =
    [...(profiles ?? [])].find(([, all]) => all.some((one) => one.port === port)) ?? [...(profiles ?? [])][0];
  if (!found) return {};
  const [name, opens] = found;
  const secure = opens.find((one) => one.port === port)?.secure === true;
  const plain = command.kind === 'argv' && command.argv[0] === 'dotnet';
  if (name !== usual && !plain) return {};
  return {
    opens,
    ...(name !== usual &&
      plain && { command: { kind: 'argv', argv: [...command.argv, '--launch-profile', name] } }),
    ...(awayCommand && secure && { awayCommand: withTls(awayCommand) }),
  };
}

/** `--urls https://localhost:{port}`: whoever calls it speaks TLS. */
function withTls(command: Command): Command {
  const tls = (text: string) => text.replace('http://localhost:{port}', 'https://localhost:{port}');
  if (command.kind === 'shell') return { kind: 'shell', line: tls(command.line) };
  const [program, ...words] = command.argv;
  return { kind: 'argv', argv: [program, ...words.map(tls)] };
}
