import path from 'node:path';
import type { Candidate, Scope } from './candidate.ts';
import { isRecord, readJsonc } from './owner/jsonc.ts';
import type { Project } from './project.ts';

/** The applications of Nest's own monorepo, by name the file that each begins with; and the one that `nest start` takes. */
interface NestApps {
  entries: Map<string, string>;
  standard: string | undefined;
}

/** Undefined: the folder has a single application. @param dir absolute, as the entries are */
export async function nestApps(project: Project, dir: string): Promise<NestApps | undefined> {
  const config = await readJsonc(project, path.join(dir, 'nest-cli.json'));
  if (!config || !isRecord(config.projects)) return undefined;
  const entryOf = ({ sourceRoot, root, entryFile = 'main' }: Record<string, unknown>): string =>
    path.join(dir, `${sourceRoot ?? path.posix.join(String(root), 'src')}`, `${entryFile}.ts`);
  const apps = Object.entries(config.projects).flatMap(([name, one]) =>
    isRecord(one) && one.type === 'application' ? [[name, entryOf(one)] as const] : [],
  );
  if (apps.length === 0) return undefined;
  const standard = apps.find(([, entry]) => entry === entryOf(config))?.[0];
  return { entries: new Map(apps), standard };
}

/** Which of them a command starts: `nest start api --watch`. */
export const nestApp = ({ entries, standard }: NestApps, words: readonly string[]): string | undefined =>
  words.find((word) => entries.has(word)) ?? standard;

/** `nest start` starts one of the monorepo's applications: the others are said. */
export async function mentionNest({ project, leftOut }: Scope, found: readonly Candidate[]): Promise<void> {
  const nests = found.filter(({ app }) => app.framework === 'nest');
  for (const dir of new Set(nests.map(({ home }) => home))) {
    const apps = await nestApps(project, dir);
    if (!apps) continue;
    const file = project.relative(path.join(dir, 'nest-cli.json'));
    const started = nests
      .filter(({ home }) => home === dir)
      .map(({ look }) => nestApp(apps, look?.words ?? []));
    for (const name of apps.entries.keys())
      if (!started.includes(name))
        leftOut.push({ what: name, file, why: `"nest start ${name}" starts it; a config can add it` });
  }
}
