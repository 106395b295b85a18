import path from 'node:path';
import type { Taken, Taking } from './step.ts';

/** What a builder's file starts servers with. */
const SERVES =
  /nodemon|browser-?sync|webserver|live-?server|gulp-connect|grunt-contrib-connect|grunt-express|webpack-dev-server|['"]express['"]/i;
const FILE: Record<string, RegExp> = {
  gulp: /^gulpfile(?:\.babel|\.esm)?\.[cm]?[jt]s$/i,
  grunt: /^gruntfile\.(?:[cm]?[jt]s|coffee)$/i,
};

/** `gulp run`: a builder whose own file also starts the server that it has built. */
export async function builder({ scope, step, words }: Taking): Promise<Taken> {
  const [program = ''] = words;
  const { files } = await scope.project.list(step.dir);
  const file = [...files].find((name) => FILE[program]?.test(name));
  const text = file === undefined ? undefined : await scope.project.text(path.join(step.dir, file));
  return SERVES.test(text ?? '') ? { opaque: `${file} builds and starts in its own way` } : undefined;
}
