import path from 'node:path';
import { assignRoles, type Candidate, draftApp, type Scope } from './candidate.ts';
import { recognise } from './recognise.ts';

/** `Procfile.dev`: each line an app, with the project's `.env`. `$PORT` in it works: such a line gets its PORT. */
export async function procfile(scope: Scope): Promise<Candidate[] | undefined> {
  const { project, context } = scope;
  if (context.prod) return undefined;
  const text = await project.text(path.join(project.root, 'Procfile.dev'));
  if (text === undefined) return undefined;
  const found: Candidate[] = [];
  const hasEnv = await project.has(project.root, '.env');
  for (const raw of text.split(/\r?\n/)) {
    const [, name, line] = /^([\w-]+):\s*(\S.*)$/.exec(raw.trim()) ?? [];
    if (!name || !line) continue;
    const draft = {
      ...draftApp(name, { kind: 'shell', line }, project.root, `Procfile.dev "${name}"`),
      ...(hasEnv && { procfile: true }),
    };
    // The line places its port itself: a flag appended would only stand beside it.
    const places = /\$\{?PORT\b/.test(line);
    const { app, look } = await recognise(project, draft, context);
    found.push({
      app: places ? { ...app, command: draft.command } : app,
      home: look.dir,
      task:
        look.framework?.role === 'task' ||
        /^(?:yarn|npm run|pnpm(?: run)?|bun run) (?:run )?(?:build|watch)/.test(line),
    });
  }
  const ready = found.map((c) => (c.task ? { ...c, app: { ...c.app, ready: [] } } : c));
  return found.some((c) => !c.task) ? assignRoles(ready) : undefined;
}
