import path from 'node:path';
import type { App, Command, Opened } from '../types.ts';
import { type AppTrail, openFirst, ownByPattern } from './facts.ts';
import type { Own } from './types.ts';

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
