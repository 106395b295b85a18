import path from 'node:path';
import { type AppTrail, openFirst } from './facts.ts';
import { importsOf, openImport } from './modules.ts';
import type { SourceFile } from './sources.ts';
import { portOfKey, type Said } from './values.ts';

/** Ports that a Node server has from settings of the project's own, in files beside its entry. */

/** Nest's `config.get('app.port')`: the key in the project's own settings, in the file of the first word where there is one. */
export async function ofFactory(trail: AppTrail, entry: SourceFile): Promise<Said> {
  const [, space = '', key] =
    /\.get(?:OrThrow)?(?:<[^>]*>)?\(\s*['"](?:([\w-]+)\.)?(\w*[pP]ort)['"]/.exec(entry.code) ?? [];
  if (key === undefined) return {};
  const { project } = trail.sources;
  const files: string[] = [];
  for (const folder of [
    path.join(trail.dir, 'src/config'),
    path.join(trail.dir, 'config'),
    path.join(trail.dir, 'src'),
  ])
    for (const name of (await project.list(folder)).files)
      if (/\.[jt]s$/.test(name) && (/config/i.test(name) || folder.endsWith('config')))
        files.push(path.join(folder, name));
  files.sort(
    (a, b) => Number(path.basename(b).startsWith(space)) - Number(path.basename(a).startsWith(space)),
  );
  for (const file of files.slice(0, 8)) {
    const source = await trail.sources.open(file);
    const said = source ? await portOfKey(trail, source, key) : {};
    if (said.digits) return said;
  }
  return {};
}

/** Files of a folder of settings that hold for developing, the one that counts first. */
const SETTINGS = [
  'development',
  'dev',
  'local',
  'default',
  'base',
  'common',
  'all',
  'global',
  'server',
  'config',
];

/** `config.port`, which a folder `config` puts together of its files when it runs. */
export async function ofSettings(trail: AppTrail, entry: SourceFile): Promise<Said> {
  for (const taken of importsOf(entry)) {
    const [name] = [...(taken.names?.keys() ?? [])];
    const used =
      /config|settings/i.test(taken.from) && /\b\w*(?:config|settings)\w*\.port\b/i.test(entry.code);
    if (!used || name === undefined) continue;
    for (const { path: file } of await openImport(trail.sources, entry, taken, trail.top)) {
      const folder = path.dirname(file);
      if (folder === path.dirname(entry.path)) continue;
      for (const one of SETTINGS) {
        const source = await openFirst(trail, folder, [`${one}.ts`, `${one}.js`]);
        const said = source ? await portOfKey(trail, source, 'port') : {};
        if (said.digits) return said;
      }
    }
  }
  return {};
}

/** Files that say what the variables must be. */
const SCHEMAS = /(?:config|env|settings?|schema|constants?|valid\w*|module)[\w.-]*$/i;

/** The default of a schema that checks the variables at the start: `PORT: Joi.string().default('5002')`. */
export async function defaultInSchema(trail: AppTrail, entry: SourceFile, name: string): Promise<Said> {
  const waiting = [entry];
  const seen = new Set([entry.file]);
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    const said = await portOfKey(trail, file, name);
    if (said.digits) return { ...said, name };
    for (const taken of importsOf(file)) {
      if (seen.size > 12 || !SCHEMAS.test(path.basename(taken.from))) continue;
      for (const further of await openImport(trail.sources, file, taken, trail.top)) {
        if (!seen.has(further.file)) waiting.push(further);
        seen.add(further.file);
      }
    }
  }
  return {};
}
