import path from 'node:path';
import type { Project } from '../project.ts';
import { typedInReadme } from '../typed.ts';
import type { Taken, Taking } from './step.ts';

/** What a builder's file starts servers with. */
const SERVES =
  /nodemon|browser-?sync|webserver|live-?server|gulp-connect|grunt-contrib-connect|grunt-express|webpack-dev-server/i;
const FILE: Record<string, RegExp> = {
  gulp: /^gulpfile(?:\.babel|\.esm)?\.[cm]?[jt]s$/i,
  grunt: /^gruntfile\.(?:[cm]?[jt]s|coffee)$/i,
};
/** Its tasks stand in files that it finds in a folder: the packages say what they do. */
const FINDS = /require-?dir|wrench|readdir|load-?grunt-config|gulp-hub|\bglob\b/i;

interface Builder {
  program: string;
  file: string;
  text: string;
}

/** The builder of a folder, where its own file also starts servers. */
async function serving(project: Project, dir: string, program: string): Promise<Builder | undefined> {
  const file = [...(await project.list(dir)).files].find((name) => FILE[program]?.test(name));
  const text = file && (await project.text(path.join(dir, file)));
  if (!file || !text) return undefined;
  const { deps = {} } = FINDS.test(text) ? ((await project.packageJson(dir)) ?? {}) : {};
  const serves = /['"]express['"]/.test(text) || SERVES.test([text, ...Object.keys(deps)].join(' '));
  return serves ? { program, file, text } : undefined;
}

/** `gulp run`: a builder whose own file also starts the server that it has built. */
export async function builder({ scope, step, words }: Taking): Promise<Taken> {
  const found = await serving(scope.project, step.dir, words[0] ?? '');
  return found && { opaque: `${found.file} builds and starts in its own way` };
}

/** Tasks that start servers, the likeliest first. */
const TASKS = ['serve', 'dev', 'start', 'develop', 'server', 'run', 'watch', 'default'];

/**
 * The builder that starts the project where no script calls it: by the README's word, or by a task's name where the
 * package has no start of another kind.
 */
export async function builderCall(project: Project): Promise<{ line: string; evidence: string } | undefined> {
  const { root } = project;
  for (const program of Object.keys(FILE)) {
    const found = await serving(project, root, program);
    if (!found) continue;
    const typed = (await typedInReadme(project)).find(({ text }) => {
      const [tool, task = 'default', ...more] = text.split(' ');
      return tool === program && more.length === 0 && TASKS.includes(task);
    });
    const { scripts = {} } = (await project.packageJson(root)) ?? {};
    const lone = !['dev', 'start', 'serve'].some((name) => name in scripts);
    const named = (task: string) =>
      new RegExp(`ask\\(\\s*['"]${task}['"]|\\bexports?[. ]${task}\\b`).test(found.text);
    const task = typed ? typed.text.split(' ')[1] : lone ? TASKS.find(named) : undefined;
    if (!typed && task === undefined) continue;
    const call = [program, ...(task === undefined || task === 'default' ? [] : [task])].join(' ');
    return { line: `npx ${call}`, evidence: `${found.file} "${task ?? 'default'}"` };
  }
  return undefined;
}
