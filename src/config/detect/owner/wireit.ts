import path from 'node:path';
import type { Scope } from '../candidate.ts';
import type { WireitScript } from '../project.ts';
import { partOf, type Step, scriptStep } from './step.ts';

interface Node {
  dir: string;
  name: string;
  /** Undefined: a plain script. */
  own: WireitScript | undefined;
}

/**
 * A wireit script's services, each run by wireit itself, which sees to what it depends on. A command that has services
 * beside it is run without wireit: it would start them once more.
 * @returns the command of the script itself where it starts nothing beside itself
 */
export async function wireit(scope: Scope, step: Step, name: string): Promise<Step[]> {
  const seen = new Set<string>();
  return gather({ dir: step.dir, name, own: await find(step.dir, name) }, step, true);

  async function find(dir: string, script: string): Promise<WireitScript | undefined> {
    return (await scope.project.packageJson(dir))?.wireit[script];
  }

  async function gather(node: Node, parent: Step, first: boolean): Promise<Step[]> {
    const key = `${node.dir}:${node.name}`;
    if (seen.has(key)) return [];
    seen.add(key);
    const needed = await Promise.all(
      dependenciesOf(node).map(async (one) => ({ ...one, own: await find(one.dir, one.name) })),
    );
    const beside: Step[] = [];
    const needs: Step[] = [];
    for (const one of needed) {
      // Only a service stays; a script without a command stands for those that it names.
      if (one.own && (one.own.service || one.own.command === undefined))
        beside.push(...(await gather(one, parent, false)));
      else needs.push(scriptStep(parent, one.dir, one.name));
    }
    const { command } = node.own ?? {};
    if (command === undefined) return beside;
    if (beside.length === 0 && !first) return [scriptStep(parent, node.dir, node.name)];
    const file = scope.project.relative(path.join(node.dir, 'package.json'));
    const evidence = `${file} wireit "${node.name}"`;
    return [...beside, partOf(parent, { line: command, dir: node.dir, needs, evidence, scripted: true })];
  }
}

function dependenciesOf({ dir, own }: Node): { dir: string; name: string }[] {
  return (own?.dependencies ?? []).flatMap((one) => {
    const text = typeof one === 'string' ? one : one.script;
    const [, folder, script] = /^(\.{1,2}\/[^:#]*)[:#](.+)$/.exec(text) ?? [];
    return { dir: folder === undefined ? dir : path.resolve(dir, folder), name: script ?? text };
  });
}
