import path from 'node:path';
import type { Candidate, Scope } from '../candidate.ts';
import { candidatesOf } from './candidates.ts';

const APPS = /\.Add(?:Npm|Vite|JavaScript|Node|Pnpm|Yarn|Bun|NextJs)App\(/;

/** .NET Aspire: one project, called `….AppHost`, starts the others, and knows their ports and containers. */
export async function aspireHost(scope: Scope): Promise<Candidate[] | undefined> {
  const { project } = scope;
  let level = [project.root];
  for (let depth = 0; depth < 3; depth++) {
    const lists = await Promise.all(level.map(async (dir) => ({ dir, ...(await project.list(dir)) })));
    const inner = lists.flatMap(({ dir, dirs }) =>
      [...dirs]
        .filter((name) => !/^(?:\.|node_modules$|bin$|obj$|tests?$|templates?$)/.test(name))
        .map((name) => path.join(dir, name)),
    );
    const host = inner.find((dir) => /AppHost$/i.test(path.basename(dir)));
    const file = host && [...(await project.list(host)).files].find((name) => /\.(?:cs|fs)proj$/.test(name));
    const text = host && file && (await project.text(path.join(host, file)));
    if (text && /Aspire\.AppHost\.Sdk|<IsAspireHost>\s*true/i.test(text)) {
      const folder = project.relative(host);
      const step = {
        line: `dotnet run --project ${folder}`,
        dir: project.root,
        env: {},
        prefix: [],
        setup: [],
        needs: [],
        evidence: `${folder}/${file}`,
        name: 'aspire',
        opaque: 'Aspire starts the projects that it names',
      };
      const all = await candidatesOf(scope, [step], project.root);
      const names = ['Program.cs', 'AppHost.cs', 'apphost.cs'];
      const texts = await Promise.all(names.map((name) => project.text(path.join(host, name))));
      // It starts the pages, too: nothing of the project is beside it.
      if (texts.some((one) => APPS.test(one ?? ''))) scope.whole = true;
      return all;
    }
    level = inner.slice(0, 40);
  }
  return undefined;
}
