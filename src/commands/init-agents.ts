import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Context } from '../context.ts';
import { DevstartError } from '../errors.ts';
import { replaceFile } from '../system/files.ts';
import { ask } from '../ui/ask.ts';
import { printSync } from '../ui/print.ts';

const MARK = '<!-- devstart -->';

/** What agents are told of the project: ten lines. */
const SECTION = `${MARK}
## Dev servers

This project's servers run by [devstart](https://www.npmjs.com/package/devstart). Start no server in another way, and kill none.

- Start: \`npx devstart up --json\`. It returns when all are ready; where they run already it tells of them.
- URLs and ports: in its answer, in \`.ports.json\`, and by \`npx devstart url [NAME]\`. Never guess a port.
- Output: \`npx devstart logs [NAME] -n 50\`. State: \`npx devstart list --json\`, \`npx devstart info NAME\`.
- After a change that needs it: \`npx devstart restart NAME\`. At the end: \`npx devstart stop\`.
- A command against the servers: \`npx devstart exec -- npm test\`.
`;

/**
 * `devstart init --agents`: a section in AGENTS.md, and entries where files of other tools exist. What a file says
 * already stays as it is, to the byte; a second call changes nothing.
 */
export async function initAgents(root: string, { yes }: Pick<Context, 'yes'>): Promise<number> {
  addSection(path.join(root, 'AGENTS.md'));
  for (const { file, describe, add } of ENTRIES)
    await offer(path.join(root, file), { name: file, describe, add, yes });
  return 0;
}

function addSection(file: string): void {
  const text = read(file) ?? '';
  if (text.includes(MARK)) {
    printSync(1, 'AGENTS.md has its section already\n');
    return;
  }
  const gap = text === '' ? '' : text.endsWith('\n') ? '\n' : '\n\n';
  write(file, `${text}${gap}${SECTION}`);
  printSync(1, `${text === '' ? 'wrote AGENTS.md' : 'added a section to AGENTS.md'}\n`);
}

/** A file of JSON, as it would be with the entry; undefined: it is there, or the file has another form. */
type Add = (content: Record<string, unknown>) => Record<string, unknown> | undefined;

const ENTRIES: { file: string; describe: string; add: Add }[] = [
  {
    file: '.claude/launch.json',
    describe: 'a configuration "devstart"',
    add(content) {
      const { configurations = [] } = content;
      if (!Array.isArray(configurations) || JSON.stringify(configurations).includes('devstart'))
        return undefined;
      const entry = {
        name: 'devstart',
        runtimeExecutable: 'npx',
        runtimeArgs: ['devstart'],
        port: 3000,
        autoPort: true,
      };
      return { ...content, configurations: [...configurations, entry] };
    },
  },
  {
    file: 'conductor.json',
    describe: 'scripts.run',
    add(content) {
      const { scripts = {} } = content;
      if (typeof scripts !== 'object' || scripts === null || 'run' in scripts) return undefined;
      return { ...content, scripts: { ...scripts, run: 'npx devstart' } };
    },
  },
];

/** Where the file exists and lacks the entry. @throws DevstartError CONFIG_INVALID for what is no JSON */
async function offer(
  file: string,
  { name, describe, add, yes }: { name: string; describe: string; add: Add; yes: boolean },
): Promise<void> {
  const text = read(file);
  if (text === undefined) return;
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new DevstartError('CONFIG_INVALID', `${name} is no JSON: ${(error as Error).message}`, {
      hint: 'It was left as it is.',
    });
  }
  const isObject = typeof content === 'object' && content !== null && !Array.isArray(content);
  const next = isObject ? add(content as Record<string, unknown>) : undefined;
  if (!next) return;
  if (!yes && !(await ask(`Add ${describe} to ${name}? [Y/n] `, true))) {
    printSync(1, `${name} could have ${describe} (devstart init --agents --yes adds it).\n`);
    return;
  }
  const indent = /^([ \t]+)"/m.exec(text)?.[1] ?? 2;
  write(file, `${JSON.stringify(next, null, indent)}${text.endsWith('\n') ? '\n' : ''}`);
  printSync(1, `added ${describe} to ${name}\n`);
}

const read = (file: string): string | undefined =>
  existsSync(file) ? readFileSync(file, 'utf8') : undefined;

function write(file: string, text: string): void {
  try {
    replaceFile(file, text);
  } catch (error) {
    throw new DevstartError('CONFIG_EXISTS', `could not write ${file}: ${(error as Error).message}`);
  }
}
