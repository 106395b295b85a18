import { packagesOf, selectPackages } from './packages.ts';
import { scriptStep, type Taken, type Taking } from './step.ts';

/** `lerna run dev --parallel --scope=@x/web`: each package's script. */
export async function lerna({ scope, step, words, further }: Taking): Promise<Taken> {
  if (words[1] !== 'run')
    return words[1] === 'exec' ? { opaque: 'lerna exec runs one command everywhere' } : undefined;
  let task: string | undefined;
  const filters: string[] = [];
  const args: string[] = [];
  for (let i = 2; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--') {
      args.push(...words.slice(i + 1));
      break;
    }
    const [option = '', inline] = word.startsWith('-') ? word.split(/=(.*)/s) : [];
    if (!option) task ??= word;
    else if (/^--(?:scope|ignore|concurrency|since|loglevel)$/.test(option)) {
      const value = inline ?? words[++i] ?? '';
      if (option === '--since')
        return { opaque: 'lerna is asked for the packages that git knows to have changed' };
      if (option === '--scope' || option === '--ignore')
        filters.push(option === '--scope' ? value : `!${value}`);
    }
  }
  const name = task;
  if (!name) return undefined;
  const chosen = selectPackages(await packagesOf(scope.project), filters, scope.project.root) ?? [];
  const having = chosen.filter(({ scripts }) => name in scripts);
  if (having.length === 0) return undefined;
  const parts = having.map(({ dir }) => scriptStep(step, dir, name, { script: { name, args } }));
  return (await Promise.all(parts.map(further))).flat();
}
