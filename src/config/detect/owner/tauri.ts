import path from 'node:path';
import { isRecord, readJsonc } from './jsonc.ts';
import { quoted } from './shell.ts';
import { partOf, type Step, type Taken, type Taking } from './step.ts';

/**
 * `tauri dev`: the page's server that it would start first, and the window, which is told where that one listens.
 * A window without a server of ours stays as it is.
 */
export async function tauri({ scope, step, words, further }: Taking): Promise<Taken> {
  const at = words.indexOf('dev');
  if (at === -1) return undefined;
  const { project } = scope;
  for (const home of project.upwards(step.dir)) {
    const config = await readJsonc(project, path.join(home, 'src-tauri', 'tauri.conf.json'));
    if (!config) continue;
    const build = isRecord(config.build) ? config.build : {};
    const before = build.beforeDevCommand;
    const line = isRecord(before) ? before.script : before;
    const key = 'devUrl' in build ? 'devUrl' : 'devPath';
    const url = String(build[key] ?? '');
    if (typeof line !== 'string' || !line || !/^https?:\/\//.test(url)) return undefined;
    const dir = isRecord(before) && typeof before.cwd === 'string' ? path.resolve(home, before.cwd) : home;
    const page: Step = partOf(step, {
      line,
      dir,
      evidence: `${project.relative(home)}/src-tauri/tauri.conf.json`.replace(/^\.\//, ''),
    });
    const told = JSON.stringify({
      build: { beforeDevCommand: '', [key]: url.replace(/^(https?:\/\/[^/:]+)(?::\d+)?/, '$1:{frontend}') },
    });
    const call = words
      .slice(0, at + 1)
      .map(quoted)
      .join(' ');
    const rest = words
      .slice(at + 1)
      .map(quoted)
      .join(' ');
    const window = partOf(step, {
      name: 'window',
      line: `${call} --config ${quoted(told)} ${rest}`.trim(),
      silent: true,
    });
    return [...(await further(page)), window];
  }
  return undefined;
}
