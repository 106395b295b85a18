import type { Candidate, Scope } from './candidate.ts';
import { entryOf } from './listening.ts';
import { RESTARTS, type ScriptCandidate, scriptCandidate } from './scripts.ts';

/** What a compiler leaves. */
export const BUILT = /^(?:\.\/)?(?:dist|build|out|lib)\//;
const COMPILES = /\btsc\b|\bswc\b|\btsup\b|\besbuild\b/;

/**
 * A script that runs what was built, with what builds it: the script that builds and then calls it (`tsc && npm run
 * dev`), or the watcher in the second terminal (`tsc -w` beside `nodemon dist/index.js`).
 */
export async function withItsBuild(scope: Scope, dir: string, one: ScriptCandidate): Promise<Candidate> {
  if (scope.context.prod || one.task || !BUILT.test(entryOf(one.look))) return one;
  const scripts = (await scope.project.packageJson(dir))?.scripts ?? {};
  const calls = new RegExp(`&&\\s*(?:npm|pnpm|yarn|bun)(?: run)? ${one.script}\\s*$`);
  const around = Object.keys(scripts).find(
    (name) => calls.test(scripts[name] ?? '') && COMPILES.test(scripts[name] ?? ''),
  );
  if (around !== undefined) return scriptCandidate(scope, dir, around, one.app.name);
  // What starts once and does not look again has been compiled before.
  if (!RESTARTS.test(one.look.line)) return one;
  const watch = Object.keys(scripts).find((name) => /^tsc\b.*\s(?:-w|--watch)\b/.test(scripts[name] ?? ''));
  if (watch === undefined) return one;
  const watcher = await scriptCandidate(scope, dir, watch, watch);
  return watcher.task ? { ...one, companions: [...(one.companions ?? []), watcher] } : one;
}
