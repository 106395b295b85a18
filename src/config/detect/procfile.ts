import path from 'node:path';
import { partOf, type Step, type Taken, type Taking } from './owner/step.ts';
import type { Project } from './project.ts';

export interface ProcfileLine {
  name: string;
  line: string;
}

/** Lines that run once, or by hand: no part of a start. */
const NEVER_STARTED = /^(?:release|console|postdeploy|debug|shell)$/;

/** The processes of a Procfile; undefined where there is none. */
export async function readProcfile(project: Project, file: string): Promise<ProcfileLine[] | undefined> {
  const text = await project.text(file);
  if (text === undefined) return undefined;
  return text.split(/\r?\n/).flatMap((raw) => {
    const [, name, line] = /^([\w-]+):\s*(\S.*)$/.exec(raw.trim()) ?? [];
    return name && line && !NEVER_STARTED.test(name) ? [{ name, line }] : [];
  });
}

/** Foreman's first port, and how far apart the others' are. */
const FIRST_PORT = 5000;
const PORT_STEP = 100;

/** `foreman start -f Procfile.dev`, `overmind s`, `honcho start web`, `heroku local`: each line an app. */
export async function procfileCall({ scope, step, words, further }: Taking): Promise<Taken> {
  const call = callOf(words);
  if (!call) return undefined;
  const file = path.resolve(step.dir, call.file ?? 'Procfile');
  const lines = await readProcfile(scope.project, file);
  if (!lines) return undefined;
  const evidence = scope.project.relative(file);
  const handsEnv = call.env === undefined && (await scope.project.has(path.dirname(file), '.env'));
  const first = call.port ?? portOf(step) ?? (await ownPort(scope.project, step.dir)) ?? FIRST_PORT;
  const chosen = lines.filter(({ name }) => call.only.length === 0 || call.only.includes(name));
  const parts = chosen.map(({ name, line }, index): Step => {
    const port = first + index * PORT_STEP;
    const setup = step.setup.filter((one) => !/\bPORT=/.test(one.line));
    return partOf(
      { ...step, setup },
      {
        name,
        line,
        evidence: `${evidence} "${name}"`,
        port,
        dir: path.dirname(file),
        ...(handsEnv && { procfile: true }),
      },
    );
  });
  return (await Promise.all(parts.map(further))).flat();
}

/** `.foreman` has foreman's options: `port: 7001`. */
async function ownPort(project: Project, dir: string): Promise<number | undefined> {
  const text = (await project.has(dir, '.foreman')) ? await project.text(path.join(dir, '.foreman')) : '';
  const [, port] = /^port:\s*["']?(\d{2,5})\b/m.exec(text ?? '') ?? [];
  return port === undefined ? undefined : Number(port);
}

interface Call {
  file?: string;
  /** In place of `.env`: Rails' bin/dev gives /dev/null. */
  env?: string;
  port?: number;
  only: string[];
}

/** The verb may stand behind options: `nf -j Procfile.dev -p 4533 start`. */
function callOf(words: string[]): Call | undefined {
  const [program = ''] = words;
  const call: Call = { only: [] };
  const plain: string[] = [];
  for (let i = 1; i < words.length; i++) {
    const [option = '', inline] = words[i]?.startsWith('-') ? (words[i] ?? '').split(/=(.*)/s) : [];
    const value = () => inline ?? words[++i] ?? '';
    if (/^(?:-f|--procfile|-j)$/.test(option)) call.file = value();
    else if (/^(?:-p|--port)$/.test(option)) call.port = Number(value()) || FIRST_PORT;
    else if (/^(?:-l|--processes|--formation)$/.test(option) && program !== 'foreman')
      call.only.push(...value().split(','));
    else if (/^(?:-e|--env)$/.test(option)) call.env = value();
    else if (/^(?:-m|--formation|-t|--timeout|-d|--root|-c|--color|-N|-s|--socket|-i|-x)$/.test(option))
      value();
    else if (!option) plain.push(words[i] ?? '');
  }
  if (program === 'hivemind') return plain[0] === undefined ? call : { ...call, file: plain[0] };
  const [verb = '', ...chosen] = plain;
  if (program === 'heroku' ? verb !== 'local' : !/^(?:start|s|check)$/.test(verb)) return undefined;
  call.only.push(...chosen.filter((name) => /^[\w-]+$/.test(name)));
  return call;
}

/** What the script around it says: `export PORT="${PORT:-3000}"` of Rails' bin/dev. */
function portOf({ setup, env }: Step): number | undefined {
  const said = [...setup.map(({ line }) => line), `PORT=${env.PORT ?? ''}`];
  const found = said.map((line) => /\bPORT=["']?(?:\$\{PORT:?-)?(\d+)/.exec(line)?.[1]).find((one) => one);
  return found ? Number(found) : undefined;
}
