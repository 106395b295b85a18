import path from 'node:path';
import type { Project } from './project.ts';

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
