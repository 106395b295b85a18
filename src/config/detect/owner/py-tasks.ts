import path from 'node:path';
import type { Project } from '../project.ts';
import { pythonCommand } from '../venv.ts';
import { isRecord, parseToml } from './jsonc.ts';
import { quoted } from './shell.ts';
import { partOf, type Taken, type Taking } from './step.ts';

/** Tasks of pyproject.toml: taskipy's, poe's, PDM's, Rye's and Hatch's. */

const TASKS =
  /^\[tool\.(?:taskipy\.tasks|poe\.tasks|pdm\.scripts|rye\.scripts|hatch\.envs\.default\.scripts)/m;

/** Those of a folder's pyproject.toml that are one line. */
export async function tasksIn(project: Project, dir: string): Promise<[name: string, line: string][]> {
  const text = await project.text(path.join(dir, 'pyproject.toml'));
  if (text === undefined || !TASKS.test(text)) return [];
  const { tool } = (await parseToml(text)) ?? {};
  const at = (...keys: string[]): Record<string, unknown> => {
    const found = keys.reduce<unknown>((one, key) => (isRecord(one) ? one[key] : undefined), tool);
    return isRecord(found) ? found : {};
  };
  const all = [
    at('taskipy', 'tasks'),
    at('poe', 'tasks'),
    at('pdm', 'scripts'),
    at('rye', 'scripts'),
    at('hatch', 'envs', 'default', 'scripts'),
  ];
  return all.flatMap((tasks) =>
    Object.entries(tasks).flatMap(([name, task]): [string, string][] => {
      const line = isRecord(task) ? (task.cmd ?? task.shell) : task;
      return typeof line === 'string' ? [[name, line.trim()]] : [];
    }),
  );
}

/** As its runner would run it: in the project's own environment, behind the variables that the line sets. */
export async function inVenv(project: Project, dir: string, line: string): Promise<string> {
  const [program, ...words] = await pythonCommand(project, dir);
  if (words[0] !== 'run') return line;
  const [set = ''] = /^(?:\w+=\S*\s+)*/.exec(line) ?? [];
  return `${set}${program} run ${line.slice(set.length)}`;
}

/** `poe dev`, `poetry poe dev`, `pdm dev`. */
export async function pyTask({ scope: { project }, step, words, further }: Taking): Promise<Taken> {
  const rest = /^(?:poe|run)$/.test(words[1] ?? '') ? words.slice(2) : words.slice(1);
  if (words[0] === 'poetry' && words[1] !== 'poe') return undefined;
  const [name = '', ...more] = rest;
  const line = (await tasksIn(project, step.dir)).find(([one]) => one === name)?.[1];
  if (line === undefined) return undefined;
  const whole = [line, ...more.map(quoted)].join(' ');
  const own = step.prefix.length > 0 ? whole : await inVenv(project, step.dir, whole);
  const evidence = `${project.relative(path.join(step.dir, 'pyproject.toml'))} task "${name}"`;
  return further(partOf(step, { line: own, evidence, ...(step.name && { name: step.name }) }));
}
