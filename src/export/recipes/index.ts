import type { Recipe } from '../types.ts';
import { bunRecipe } from './bun.ts';
import type { Looked } from './looked.ts';
import { folderRecipe, goRecipe, rustRecipe } from './native.ts';
import { plainNode } from './node.ts';
import { ownDockerfile } from './own-dockerfile.ts';
import { pageRecipe } from './pages.ts';
import { pythonRecipe } from './python.ts';

export { type Looked, lookAt, wordsOf } from './looked.ts';
export { whatIsMissing } from './missing.ts';

/** How an app is built and served in production; undefined: detection is not sure. */
export async function recipeOf(looked: Looked): Promise<Recipe | undefined> {
  const known = await byFramework(looked);
  const own = await ownDockerfile(looked);
  if (!own) return known;
  const { image: _, ...rest } = known ?? UNKNOWN;
  return {
    ...rest,
    ...own,
    port: own.port ?? rest.port,
    runtime: own.runtime ?? rest.runtime,
    notes: [`${own.dockerfile} is the project's own: it is used as it is.`],
  };
}

/** All that is known of what nothing is known of. */
export const UNKNOWN: Recipe = {
  runtime: 'unknown',
  context: '.',
  steps: [],
  argv: undefined,
  env: {},
  notes: [],
};

const PYTHON_WORKER = /^(?:celery|rq|rqworker|dramatiq|huey_consumer|arq|taskiq|faust)$/;

async function byFramework(looked: Looked): Promise<Recipe | undefined> {
  const { app } = looked;
  if (app.framework === 'static') return folderRecipe(looked);
  if (app.framework === 'go') return goRecipe(looked);
  if (app.framework === 'rust') return rustRecipe(looked);
  const page = await pageRecipe(looked);
  if (page) return page;
  // A bundler that is not in the table, and is no server either.
  if (app.python || PYTHON_WORKER.test(looked.words[0] ?? '')) return pythonRecipe(looked);
  return looked.words[0] === 'bun' ? bunRecipe(looked) : plainNode(looked);
}
