import { existsSync, readFileSync } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { detectProject, minimalConfig } from '../config/detect/index.ts';
import { findConfig } from '../config/file/config-file.ts';
import type { LeftOut } from '../config/types.ts';
import type { Context } from '../context.ts';
import { DevstartError } from '../errors.ts';
import { ask } from '../ui/ask.ts';
import { describeLeftOut } from '../ui/left-out.ts';
import { printSync } from '../ui/print.ts';

const SCHEMA = './node_modules/devstart/schema.json';

/** `devstart init`: writes the smallest config for what it finds, and offers `.ports.json` to .gitignore. */
export async function init(context: Context): Promise<number> {
  const root = path.resolve(context.cwd, context.flags.cwd ?? '.');
  if (context.own.agents) return (await import('./init-agents.ts')).initAgents(root, context);
  const existing = await findConfig(root);
  if (existing) {
    throw new DevstartError('CONFIG_EXISTS', `${path.basename(existing.file)} exists already`, {
      hint: 'It was left as it is; remove it first, or edit it.',
    });
  }
  const { apps, notes, leftOut } = await detectProject(root, { prod: false, env: context.env });
  const file = path.join(root, 'devstart.config.json');
  const schema = existsSync(path.join(root, SCHEMA)) ? { $schema: SCHEMA } : {};
  const config = { ...schema, ...minimalConfig(apps) };
  try {
    // wx: never over a file that came in between.
    await writeFile(file, `${JSON.stringify(config, null, 2)}\n`, { flag: 'wx' });
  } catch (error) {
    throw new DevstartError('CONFIG_EXISTS', `could not write ${file}: ${(error as Error).message}`);
  }
  const written = apps.filter(({ once }) => !once);
  printSync(1, `wrote devstart.config.json: ${written.map((app) => app.name).join(', ')}\n`);
  const before = apps.filter(({ once }) => once).map(({ name, evidence }) => beforeOf(name, evidence));
  const lines = [...notes, ...[...before, ...leftOut].map(describeLeftOut)];
  if (lines.length > 0) printSync(1, `${lines.join('\n')}\n`);
  await offerGitignore(root, context.yes);
  return 0;
}

/** What ends before the servers start: a config has no word for it. */
const beforeOf = (what: string, file: string): LeftOut => ({
  what,
  file,
  why: 'it runs before the servers start, for which a config has no word: run it yourself first',
});

async function offerGitignore(root: string, yes: boolean): Promise<void> {
  const file = path.join(root, '.gitignore');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (text.split(/\r?\n/).some((line) => /^\/?\.ports\.json$/.test(line.trim()))) return;
  if (!existsSync(path.join(root, '.git')) && text === '') return;
  if (!yes && !(await ask('Add .ports.json to .gitignore? [Y/n] ', true))) {
    printSync(
      1,
      'Add .ports.json to .gitignore: it names ports of this machine (devstart init --yes does it).\n',
    );
    return;
  }
  await appendFile(file, `${text === '' || text.endsWith('\n') ? '' : '\n'}.ports.json\n`);
  printSync(1, 'added .ports.json to .gitignore\n');
}
