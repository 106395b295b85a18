import path from 'node:path';
import { scriptCall, splitLine, unwrap } from '../detect/commandline.ts';
import { workspaceDir } from '../detect/package-manager.ts';
import type { Project } from '../detect/project.ts';
import type { App } from '../types.ts';

/** The lines that the owner's own commands run, through package.json's scripts and what stands before and after them. */

export const lineOf = ({ command }: Pick<App, 'command'>): string =>
  command.kind === 'shell'
    ? command.line
    : command.argv.map((word) => (/\s/.test(word) ? `'${word}'` : word)).join(' ');

/** The folder in which an app's program runs, whatever its command goes through. */
export const homeOf = ({ runs, cwd }: Pick<App, 'runs' | 'cwd'>): string => runs?.dir ?? cwd;

/** Scripts that start the whole, of which detection may have taken the servers alone. */
const WHOLE = /^(?:pre)?(?:dev|start|serve|develop|up|watch)(?::(?:dev|all|full|local))?$/;

export async function commandLines(project: Project, apps: readonly App[]): Promise<string[]> {
  const lines: string[] = [];
  const seen = new Set<string>();
  const runScript = async (dir: string, script: string, depth: number): Promise<void> => {
    const key = `${dir}\0${script}`;
    if (seen.has(key) || depth > 6) return;
    seen.add(key);
    const scripts = (await project.packageJson(dir))?.scripts ?? {};
    for (const name of [`pre${script}`, script, `post${script}`]) {
      const line = scripts[name];
      if (line !== undefined) await runLine(dir, line, depth + 1);
    }
  };
  const runLine = async (dir: string, line: string, depth: number): Promise<void> => {
    lines.push(line);
    for (const part of splitLine(line)) {
      const { words } = unwrap(part.words);
      const call = scriptCall(words);
      if (call && !call.all) {
        const target = call.workspace
          ? await workspaceDir(project, call.workspace)
          : path.resolve(dir, call.dir ?? '');
        if (target) await runScript(target, call.script, depth);
      }
      // `concurrently "npm:db" "npm run dev"`: each a line of its own.
      if (/^(?:concurrently|conc|run-p|run-s|npm-run-all2?)$/.test(words[0] ?? '')) {
        for (const word of words.slice(1)) {
          const script = /^(?:npm|pnpm|yarn|bun):(\S+)$/.exec(word)?.[1] ?? word;
          if (/\s/.test(word)) await runLine(dir, word, depth + 1);
          else if (!word.startsWith('-')) await runScript(dir, script, depth);
        }
      }
    }
  };
  for (const app of apps) await runLine(app.cwd, lineOf(app), 0);
  const own = (await project.packageJson(project.root))?.scripts ?? {};
  for (const script of Object.keys(own)) if (WHOLE.test(script)) await runScript(project.root, script, 0);
  const procfile = (await project.list(project.root)).files.has('Procfile.dev') ? 'Procfile.dev' : 'Procfile';
  const text = (await project.has(project.root, procfile))
    ? await project.text(path.join(project.root, procfile))
    : '';
  for (const [, line = ''] of (text ?? '').matchAll(/^[\w-]+:\s*(\S.*)$/gm)) lines.push(line);
  return lines;
}
