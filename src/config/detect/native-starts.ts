import path from 'node:path';
import type { Project } from './project.ts';
import { typedInReadme } from './typed.ts';

/** A file that serves when it is run. */
export const SINATRA = /^\s*require\s*\(?['"]sinatra['"]|\bSinatra\b[\s\S]*\brun!/m;

/** Where such a file is looked for. */
export const RUBY_FILES = ['app.rb', 'server.rb', 'main.rb', 'web.rb'];

/** The file that uses Sinatra. */
export async function rubyStart(project: Project, dir: string): Promise<[string, ...string[]] | undefined> {
  for (const file of RUBY_FILES) {
    if (!SINATRA.test((await project.text(path.join(dir, file))) ?? '')) continue;
    return (await project.has(dir, 'Gemfile')) ? ['bundle', 'exec', 'ruby', file] : ['ruby', file];
  }
  return undefined;
}

/** Puma by its own settings, which rackup does not read; what `rackup` finds elsewhere. */
export async function rackStart(project: Project, dir: string): Promise<[string, ...string[]]> {
  const gems = (await project.text(path.join(dir, 'Gemfile'))) ?? '';
  const procfile = (await project.text(path.join(dir, 'Procfile'))) ?? '';
  const own = await project.has(path.join(dir, 'config'), 'puma.rb');
  const isPuma = own && (/^\s*gem\s*\(?["']puma["']/m.test(gems) || /\bpuma\b/.test(procfile));
  return ['bundle', 'exec', isPuma ? 'puma' : 'rackup'];
}

/** Wasp takes ports from 0.26 on; before, they are its own. */
export function waspStart(text: string): [string, ...string[]] {
  const [, major, minor] = /\bversion:\s*["'][^\d"']*(\d+)\.(\d+)/.exec(text) ?? [];
  const takes = major === undefined || Number(major) > 0 || Number(minor) >= 26;
  return takes
    ? ['wasp', 'start', '--client-port', '{frontend}', '--server-port', '{backend}']
    : ['wasp', 'start'];
}

/** Redwood, and Cedar that came of it. */
export async function redwoodStart(project: Project, dir: string): Promise<[string, ...string[]]> {
  const cedar = '@cedarjs/core' in ((await project.packageJson(dir))?.deps ?? {});
  // The page’s port alone can be said: the API’s stands in the file.
  return ['yarn', cedar ? 'cedar' : 'rw', 'dev', '--fwd=--port={frontend}'];
}

/** Before 1.3 Phoenix's tasks had its whole name. */
export const phoenixStart = (text: string): [string, ...string[]] => [
  'mix',
  /:phoenix,\s*"[^"\d]*(?:0\.|1\.[0-2](?:\D|$))/.test(text) ? 'phoenix.server' : 'phx.server',
];

/** `dotnet run --launch-profile https`: the profile that the README has people start. */
export async function profileTyped(project: Project, dir: string): Promise<string[]> {
  const settings = (await project.text(path.join(dir, 'Properties/launchSettings.json'))) ?? '';
  for (const { text } of settings === '' ? [] : await typedInReadme(project)) {
    const [, quoted, plain] =
      /^dotnet (?:run|watch)\b.*(?:--launch-profile|-lp)[ =](?:"([^"]+)"|([\w.-]+))/.exec(text) ?? [];
    const name = quoted ?? plain;
    if (name !== undefined && settings.includes(`"${name}"`)) return ['--launch-profile', name];
  }
  return [];
}
