import { nativeFrameworks } from './native.ts';
import { nodeFrameworks, sharedCaches, viteKinds } from './node.ts';
import { pythonFrameworks } from './python.ts';
import { taskFrameworks } from './tasks.ts';
import type { Framework } from './types.ts';

export const frameworks: Framework[] = [
  ...nodeFrameworks,
  ...pythonFrameworks,
  ...nativeFrameworks,
  ...taskFrameworks,
];

/** Every cache folder of the table, relative to an app's folder. */
export const knownCaches: string[] = [
  ...new Set([
    '.web',
    ...frameworks.flatMap((f) => f.caches ?? []),
    ...viteKinds.flatMap((f) => f.caches),
    ...sharedCaches,
  ]),
];

/** By program, so that a look-up reads a handful of lines and not the whole table. */
const byProgram = new Map<string, { words: string[]; framework: Framework }[]>();
for (const framework of frameworks) {
  for (const command of framework.commands ?? []) {
    const words = command.split(' ');
    const program = words[0] ?? '';
    const entries = byProgram.get(program) ?? [];
    entries.push({ words, framework });
    byProgram.set(program, entries);
  }
}

/** The framework whose command these words are; the longest match wins, then the one with more demands. */
export function matchCommand(words: string[]): Framework | undefined {
  const line = words.join(' ');
  let best: { framework: Framework; rank: number } | undefined;
  for (const { words: wanted, framework } of byProgram.get(words[0] ?? '') ?? []) {
    if (!wanted.every((word, i) => words[i] === word)) continue;
    if (wanted.length === 1 && framework.not?.includes(words[1] ?? '')) continue;
    if (framework.needs && !framework.needs.test(line)) continue;
    const rank = wanted.length * 2 + (framework.needs ? 1 : 0);
    if (!best || rank > best.rank) best = { framework, rank };
  }
  return best?.framework;
}
