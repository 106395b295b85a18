import path from 'node:path';
import type { Framework } from './frameworks/types.ts';
import type { Project } from './project.ts';

/** The file that each reads where its words name none. */
const CONFIGS: Record<string, string | undefined> = { gunicorn: 'gunicorn.conf.py', hypercorn: undefined };

/** `bind = "0.0.0.0:8044"`, alone or the first of a list; the host is words, without a name to fill in. */
const BIND = /^bind\s*=\s*\[?\s*f?["'](\[[^\]"'\n]+\]|[^"':{}\n]*):(?!\/)(.*)$/m;

/** What it listens on by its own file stays its address: a port is told with that, and no more is reachable by it. */
export async function boundBy(
  project: Project,
  dir: string,
  words: readonly string[],
  framework: Framework,
): Promise<Framework> {
  if (!(framework.id in CONFIGS)) return framework;
  const text = await ownFile(project, dir, words, CONFIGS[framework.id]);
  if (!text || !/^(?:bind|daemon)\b/m.test(text)) return framework;
  const { socket, flags, ...rest } = framework;
  const { proven: _, ...unproven } = socket ?? { hosts: [] };
  const [, host, more = ''] = BIND.exec(text) ?? [];
  // A daemon closes what it is handed; of several one would be left.
  const taken = /^daemon\b/m.test(text) || /["']\s*,\s*f?["']/.test(more) ? unproven : socket;
  if (host === undefined || host === 'unix' || host === 'fd') return { ...framework, socket: unproven };
  const address = host || '0.0.0.0';
  return {
    ...rest,
    ...(flags && { flags, hostless: flags.map((flag) => flag.replace('{host}', address)) }),
    ...(taken && { socket: { ...taken, hosts: [address.replace(/^\[|\]$/g, '')] } }),
  };
}

async function ownFile(
  project: Project,
  dir: string,
  words: readonly string[],
  usual: string | undefined,
): Promise<string | undefined> {
  const at = words.findIndex((word) => /^(?:-c|--config)(?:=|$)/.test(word));
  const word = words[at] ?? '';
  const named = at === -1 ? usual : word.includes('=') ? word.slice(word.indexOf('=') + 1) : words[at + 1];
  return named && project.text(path.resolve(dir, named.replace(/^(?:file|python):/, '')));
}
