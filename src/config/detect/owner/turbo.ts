import path from 'node:path';
import type { Scope } from '../candidate.ts';
import { look } from '../look.ts';
import { isRecord, readJsonc, strings } from './jsonc.ts';
import { dependenciesOf, type Package, packagesOf, selectPackages } from './packages.ts';
import { partOf, type Step, scriptStep, type Taken, type Taking } from './step.ts';

/** Options of turbo that take a value. */
const VALUED =
  /^(?:--filter|-F|--scope|--concurrency|--cache-dir|--cache|--cwd|--log-order|--output-logs|--ui|--env-mode|--log-prefix|--framework-inference|--summarize|--graph|--team|--token|--api|--remote-cache-timeout|--root-turbo-json)$/;
const OTHER =
  /^(?:prune|link|unlink|login|logout|gen|generate|ls|daemon|bin|query|info|config|scan|telemetry|completion|boundaries|devtools|docs)$/;

interface Call {
  /** `turbo watch` runs again what ends, when a file changes. */
  watch: boolean;
  tasks: string[];
  filters: string[];
  args: string[];
}

interface Task {
  dependsOn: string[];
  with: string[];
  persistent: boolean;
}

/** `turbo run dev --filter=web...`: each package's script, after the builds on which it depends. */
export async function turbo({ scope, step, words, further }: Taking): Promise<Taken> {
  const call = turboCall(words);
  if (!call || call.tasks.length === 0) return undefined;
  const { project } = scope;
  const all = await packagesOf(project);
  const here = all.find(({ dir }) => dir === step.dir && dir !== project.root);
  const filters = call.filters.length === 0 && here?.name ? [here.name] : call.filters;
  const chosen = selectPackages(all, filters, project.root);
  if (!chosen) return { opaque: 'turbo is asked for the packages that git knows to have changed' };
  const runs = await runsOf(scope, all, chosen, call.tasks);
  if (runs.length === 0) return undefined;
  const needs = await buildsOf(scope, step, all, runs, call.tasks);
  const parts = await Promise.all(
    runs.map(async ({ of, task }) => {
      const script = { name: task, args: call.args };
      const found = await further(scriptStep(step, of.dir, task, { script, needs }));
      return { of, task, steps: found };
    }),
  );
  if (!call.watch) return parts.flatMap(({ steps }) => steps);
  const listening = await Promise.all(parts.map(({ steps }) => someListens(scope, steps)));
  const rest = parts.filter((_, i) => !listening[i]);
  const servers = parts.filter((_, i) => listening[i]).flatMap(({ steps }) => steps);
  return rest.length === 0 ? servers : [...servers, watcher(step, rest)];
}

/** What only compiles stays turbo's, which does it again at each change. */
function watcher(step: Step, rest: { of: Package; task: string }[]): Step {
  const tasks = [...new Set(rest.map(({ task }) => task))].join(' ');
  const filters = [...new Set(rest.map(({ of }) => `--filter=${of.name ?? of.dir}`))].join(' ');
  return partOf(step, {
    name: 'turbo',
    scripted: true,
    line: `turbo watch ${tasks} ${filters}`,
    silent: true,
  });
}

async function someListens({ project }: Scope, steps: Step[]): Promise<boolean> {
  const seen = await Promise.all(
    steps.map(async ({ script, line, dir, opaque }) => {
      const text = script ? ((await project.packageJson(dir))?.scripts[script.name] ?? '') : line;
      return opaque !== undefined || (await look(project, text, dir)).framework?.role !== 'task';
    }),
  );
  return seen.includes(true);
}

function turboCall(words: string[]): Call | undefined {
  const [, verb = ''] = words;
  if (OTHER.test(verb)) return undefined;
  const call: Call = { watch: verb === 'watch', tasks: [], filters: [], args: [] };
  for (let i = verb === 'run' || verb === 'watch' ? 2 : 1; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--') {
      call.args = words.slice(i + 1);
      break;
    }
    const [option = '', inline] = word.startsWith('-') ? word.split(/=(.*)/s) : [];
    if (!option) call.tasks.push(word);
    else if (VALUED.test(option)) {
      const value = inline ?? words[++i] ?? '';
      if (/^(?:--filter|-F|--scope)$/.test(option)) call.filters.push(value);
    }
  }
  return call;
}

/** The scripts that the tasks come to: those that stay, and what turbo starts `with` them. */
async function runsOf(
  scope: Scope,
  all: Package[],
  chosen: Package[],
  tasks: string[],
): Promise<{ of: Package; task: string }[]> {
  const runs: { of: Package; task: string }[] = [];
  const add = (of: Package | undefined, task: string) => {
    if (of && task in of.scripts && !runs.some((one) => one.of === of && one.task === task))
      runs.push({ of, task });
  };
  for (const name of tasks) {
    const [owner, own] = name.split('#');
    if (own !== undefined)
      add(
        all.find((one) => one.name === owner),
        own,
      );
    else for (const of of chosen) add(of, name);
  }
  const said = await Promise.all(runs.map(({ of, task }) => taskOf(scope, of, task)));
  // `turbo run build dev`: what ends is no server.
  const stays = runs.filter((_, i) => said[i]?.persistent);
  if (stays.length > 0 && tasks.length > 1) runs.splice(0, runs.length, ...stays);
  for (const name of said.flatMap((one) => one.with)) {
    const [owner = '', own] = name.split('#');
    if (own !== undefined)
      add(
        all.find((one) => one.name === owner),
        own,
      );
  }
  return runs;
}

/** `dependsOn` of what is started, as one call of turbo that ends before it. */
async function buildsOf(
  scope: Scope,
  step: Step,
  all: Package[],
  runs: { of: Package; task: string }[],
  tasks: string[],
): Promise<Step[]> {
  const wanted = new Map<string, Set<string>>();
  const want = (of: Package, task: string) => {
    if (!(task in of.scripts) || runs.some((run) => run.of === of && run.task === task)) return;
    wanted.set(task, (wanted.get(task) ?? new Set()).add(of.name ?? `./${scope.project.relative(of.dir)}`));
  };
  for (const task of tasks) {
    // `turbo run build dev`
    const ends = !runs.some((run) => run.task === task);
    for (const { of } of ends ? runs : []) want(of, task);
  }
  for (const { of, task } of runs) {
    for (const name of (await taskOf(scope, of, task)).dependsOn) {
      const [owner = '', own] = name.split('#');
      if (name.startsWith('^')) for (const one of dependenciesOf(all, [of])) want(one, name.slice(1));
      else if (own === undefined) want(of, name);
      else for (const one of all.filter((x) => x.name === owner)) want(one, own);
    }
  }
  return [...wanted].map(([task, names]) => {
    const filters = [...names].map((name) => `--filter=${name}`).join(' ');
    return partOf(step, {
      name: task,
      scripted: true,
      line: `turbo run ${task} ${filters}`,
      dir: scope.project.root,
    });
  });
}

/** What turbo.json says of a package's task: its own file over the root's. */
async function taskOf({ project }: Scope, of: Package, task: string): Promise<Task> {
  const root = tasksIn(await readConfig(project.root));
  const own = tasksIn(await readConfig(of.dir));
  const found = { ...record(root[task]), ...record(root[`${of.name}#${task}`]), ...record(own[task]) };
  const inherited = strings(record(root[task]).dependsOn);
  const listed = strings(found.dependsOn);
  return {
    dependsOn: listed
      .flatMap((one) => (one === '$TURBO_EXTENDS$' ? inherited : one))
      .filter((one) => !one.startsWith('$')),
    with: strings(found.with).filter((one) => one.includes('#')),
    persistent: found.persistent === true,
  };

  async function readConfig(dir: string) {
    return (
      (await readJsonc(project, path.join(dir, 'turbo.json'))) ??
      (await readJsonc(project, path.join(dir, 'turbo.jsonc'))) ??
      {}
    );
  }
}

const record = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});
const tasksIn = (config: Record<string, unknown>) => record(config.tasks ?? config.pipeline);
