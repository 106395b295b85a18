import path from 'node:path';
import { asideLines } from '../detect/typed.ts';
import { type AppTrail, openFirst, ownByPattern } from './facts.ts';
import { foundAt, type SourceFile } from './sources.ts';
import { escaped } from './text.ts';
import type { Call, Found, Own } from './types.ts';
import { addressesIn } from './urls.ts';

/** Where commands are written down, when they are no script of a package.json. */
const COMMAND_FILES =
  'Procfile.dev Procfile composer.json Taskfile.yml Makefile justfile mise.toml deno.json dev.sh start.sh run.sh scripts/dev.sh scripts/start.sh bin/dev pyproject.toml README.md'.split(
    ' ',
  );

/** The port that the command's own line says: `vite --port 4000`, `PORT=3001 node server.js`. */
export async function ownOfCommand(trail: AppTrail): Promise<Own[]> {
  const { program } = trail;
  if (program.pinned === undefined) return ofVariable(trail);
  const digits = String(program.pinned);
  const found = (await placeInFiles(trail, digits)) ?? nowhere(program.pinned);
  const isOwn = program.script !== undefined && program.line.includes(digits);
  return [{ found, label: isOwn ? `script "${program.script}"` : 'its command', fixed: false }];
}

/** `--port ${API_PORT:-8001}`: the default that stands in the line itself. */
async function ofVariable(trail: AppTrail): Promise<Own[]> {
  const [, digits] = /(?:--port|-p|--bind|-b)[ =][^\s]*\$\{\w+:?-(\d{4,5})\}/.exec(trail.program.line) ?? [];
  const found = digits && (await placeInFiles(trail, digits));
  return found ? [{ found, label: 'its command', fixed: false }] : [];
}

/** A number that stands in no file that we read. */
export const nowhere = (port: number): Found => ({
  file: '',
  line: 0,
  columns: [0, 0],
  port,
  kind: 'script',
});

/** Where the command's own line has these digits, or a script that leads to it. */
export async function placeInFiles(trail: AppTrail, digits: string): Promise<Found | undefined> {
  const { program } = trail;
  const within = program.line.search(new RegExp(`(?<!\\d)${digits}(?!\\d)`));
  const { root } = trail.sources.project;
  const files = [program.lineDir, root].flatMap((dir) =>
    ['package.json', ...COMMAND_FILES].map((name) => [dir, name] as const),
  );
  // Without the Python that was put before it.
  const inner = program.line.slice(Math.max(0, program.line.search(/(?<=\s(?:run|-m) )\w/)));
  for (const [dir, name] of within < 0 ? [] : files) {
    const source = await openFirst(trail, dir, [name]);
    const start = source ? lineStart(source, program.line) : -1;
    const own = source && start < 0 ? source.text.indexOf(inner) : -1;
    if (!source || (start < 0 && own < 0)) continue;
    const at = source.text.indexOf(digits, start < 0 ? own : start + within);
    if (at >= 0) return foundAt({ source, start: at, end: at + digits.length }, 'script');
  }
  const said = new RegExp(`(?:[A-Z_]*PORT=|--port[= ]|\\s-p[= ]?)["'\\\\]*(${digits})(?!\\d)`);
  const [own] = ownByPattern(
    await openFirst(trail, program.lineDir, ['package.json']),
    said,
    'script',
    false,
  );
  return own && { ...own.found, kind: 'script' };
}

/** Where a command's line stands in a file, as it is or in a JSON text. */
function lineStart({ text }: SourceFile, line: string): number {
  const quoted = text.indexOf(JSON.stringify(line).slice(1, -1));
  return quoted >= 0 ? quoted : text.indexOf(line);
}

/** What its scripts wait for or open: `wait-on http://localhost:3001`, `tcp:3001`. */
export async function callsOfScripts(trail: AppTrail): Promise<Call[]> {
  const source = await openFirst(trail, trail.program.lineDir, ['package.json']);
  if (!source) return [];
  const lines = source.text.split('\n');
  // What tests wait for they have started themselves, a preview most often.
  const places = placesInScripts(source).filter(({ line }) => !TESTS.test(lines[line - 1] ?? ''));
  return places.map((found) => ({ found, weight: 1 }));
}

const TESTS = /^\s*"(?:[\w-]+:)?(?:test|e2e|cypress|cy|playwright|preview|ci)\b/;

/** The ports that the scripts of a package.json name. Pure. */
export function placesInScripts(source: SourceFile): Found[] {
  const block = /"scripts"\s*:\s*\{/.exec(source.text);
  if (!block) return [];
  const end = source.text.indexOf('}', block.index);
  const to = end < 0 ? source.text.length : end;
  const places = addressesIn(source, block.index, to).map(({ digits, host }) =>
    foundAt(digits, 'script', { host }),
  );
  for (const match of source.text
    .slice(block.index, to)
    .matchAll(
      /\b(?:wait-on|wait-port|start-server-and-test|tcp:)[^"&|]*?(?<=tcp:|wait-port |wait-on |:)(\d{4,5})\b/g,
    )) {
    const start = block.index + match.index + match[0].length - (match[1] as string).length;
    const found = foundAt({ source, start, end: start + (match[1] as string).length }, 'script');
    if (!places.some(({ line, columns }) => line === found.line && columns[0] === found.columns[0]))
      places.push(found);
  }
  return places;
}

/** Where people write down how each part is started. */
const PROSE = [
  ['Makefile', 'makefile'],
  ['justfile', 'Justfile'],
  ['README.md', 'readme.md', 'Readme.md'],
];

const COMPOSE = [
  'compose.yaml',
  'compose.yml',
  'docker-compose.yml',
  'docker-compose.yaml',
  'docker-compose.dev.yml',
];

/** The command for this very app in the compose file, a task or the README: where nothing else says its port. */
export async function ownOfProse(trail: AppTrail): Promise<Own[]> {
  const { sources, dir, program } = trail;
  const words = program.words.filter((word) => !word.startsWith('-'));
  const named = words.slice(0, 2).filter((word) => !/^(?:run|dev|serve)$/.test(word));
  if (named.length === 0) return [];
  const [tool = ''] = named;
  // `rails s -p 3001`: its verb has a short form; `php -S localhost:8001` has none.
  const target = /^(?:rails|php)$/.test(tool) ? '' : named[1];
  for (const folder of new Set([dir, sources.project.root])) {
    const compose = await openFirst(trail, folder, COMPOSE);
    const service = compose && serviceOf(compose, sources.project.relative(dir));
    const found =
      (compose && service && portInCommand(compose, service, tool)) ??
      (await proseFile(trail, folder, tool, target));
    if (found) return [{ found, label: found.file, fixed: false }];
  }
  return [];
}

/** `npm run dev -- --port 5174` in the README, which never says it without: how its owner starts the page. */
export async function ownOfTyped({ sources, program }: AppTrail): Promise<Own[]> {
  const { script } = program;
  if (script === undefined) return [];
  const { root } = sources.project;
  const call = new RegExp(`^\\W*(?:npm|pnpm|yarn|bun)(?: run)? ${escaped(script)}(?![\\w:-])(.*)$`, 'gm');
  const name = [...(await sources.project.list(root)).files].find((one) => /^readme\.md$/i.test(one));
  const readme = name === undefined ? undefined : await sources.open(path.join(root, name));
  const said = [...(readme?.text.matchAll(call) ?? [])].map((match) => {
    const [, digits = ''] = /(?:--port|-p)[= ](\d{4,5})\b/.exec(match[1] ?? '') ?? [];
    return { digits, start: match.index + match[0].lastIndexOf(digits) };
  });
  const [first] = said;
  if (!readme || !first || said.some(({ digits }) => digits === '' || digits !== first.digits)) return [];
  const { digits, start } = first;
  const found = foundAt({ source: readme, start, end: start + digits.length }, 'script');
  return [{ found, label: found.file, fixed: false }];
}

/** What the README gives the variable that its code reads: before its command, or in the env file that people write. */
export async function ownOfReadme(
  { sources, dir, program: { script } }: AppTrail,
  reads: string,
): Promise<Own[]> {
  const given = new RegExp(`^.*(?<![\\w$-])${escaped(reads)}[ \\t]*=[ \\t]*["'\`]?(\\d{4,5})\\b(.*)$`, 'gm');
  for (const folder of new Set([dir, sources.project.root])) {
    const name = [...(await sources.project.list(folder)).files].find((one) => /^readme\.md$/i.test(one));
    const readme = name === undefined ? undefined : await sources.open(path.join(folder, name));
    const aside = readme?.text.includes(reads) ? asideLines(readme.text) : new Set();
    const places = [...(readme?.text.matchAll(given) ?? [])].flatMap(
      ([line, digits = '', rest = ''], i, all) => {
        const start = (all[i]?.index ?? 0) + line.length - rest.length - digits.length;
        const [, called] = /^\s+(?:npm|pnpm|yarn|bun)(?: run)? ([\w:-]+)/.exec(rest) ?? [];
        const isOther = /docker/.test(line) || (called !== undefined && called !== script);
        return readme && !isOther
          ? [foundAt({ source: readme, start, end: start + digits.length }, 'script')]
          : [];
      },
    );
    const [found, ...more] = places.filter(({ line }) => !aside.has(line));
    if (found && more.every(({ port }) => port === found.port))
      return [{ found, label: reads, fixed: false }];
  }
  return [];
}

async function proseFile(trail: AppTrail, folder: string, tool: string, target: string | undefined) {
  const telling = target ?? (trail.app.framework === undefined ? undefined : '');
  if (telling === undefined) return undefined;
  const pattern = new RegExp(`^[^\\n]*\\b${escaped(tool)}\\b[^\\n]*${escaped(telling)}[^\\n]*$`, 'gm');
  for (const names of PROSE) {
    const prose = await openFirst(trail, folder, names);
    for (const match of prose?.text.matchAll(pattern) ?? []) {
      if (await isElsewhere(trail, folder, match[0])) continue;
      const found = prose && portInCommand(prose, [match.index, match.index + match[0].length], tool);
      if (found) return found;
    }
  }
  return undefined;
}

/** Its `cd` leads to another folder that is there. */
async function isElsewhere({ sources, dir }: AppTrail, folder: string, line: string): Promise<boolean> {
  const [, inner] = /\bcd\s+["']?([\w./-]+)/.exec(line) ?? [];
  const place = path.resolve(folder, inner ?? '.');
  return inner !== undefined && place !== dir && (await sources.project.list(place)).files.size > 0;
}

/** `uvicorn main:app --port 8001`, `gunicorn -b 0.0.0.0:5000`, `["uvicorn", "main:app", "--port", "8001"]`. */
function portInCommand(source: SourceFile, [from, to]: [number, number], tool: string): Found | undefined {
  const text = source.text.slice(from, to);
  const flag = new RegExp(
    `\\b${escaped(tool)}\\b[^\\n#]*?(?:--port|-p|-b|--bind|--server\\.port|runserver|-S|server:\\w+)["']?[\\s=,]+["']?(?:[\\w.*[\\]]*:)?(\\d{4,5})\\b`,
  );
  const match = flag.exec(text);
  if (!match?.[1]) return undefined;
  const end = from + match.index + match[0].length;
  return foundAt({ source, start: end - match[1].length, end }, 'script');
}

/** What the compose file gives the variable that its code reads: in its own service, else one number wherever it stands. */
export async function ownOfContainer(trail: AppTrail, reads: string): Promise<Own[]> {
  const { sources, dir } = trail;
  const given = new RegExp(
    `^[ \\t]*-?[ \\t]*["']?${escaped(reads)}["']?[ \\t]*[:=][ \\t]*["']?(?:\\$\\{\\w+:-)?(\\d{4,5})\\b`,
    'gm',
  );
  for (const folder of new Set([dir, sources.project.root])) {
    const compose = await openFirst(trail, folder, COMPOSE);
    if (!compose?.text.includes(reads)) continue;
    const [from, to] = serviceOf(compose, sources.project.relative(dir)) ?? [0, compose.text.length];
    // Each service may have a PORT.
    if (reads === 'PORT' && from === 0) continue;
    const all = [...compose.text.slice(from, to).matchAll(given)];
    const [first] = all;
    if (!first?.[1] || new Set(all.map(([, digits]) => digits)).size > 1) continue;
    const end = from + first.index + first[0].length;
    const found = foundAt({ source: compose, start: end - first[1].length, end }, 'script');
    return [{ found, label: reads, fixed: false }];
  }
  return [];
}

/** The lines of the service that is built from a folder. */
function serviceOf({ text }: SourceFile, folder: string): [number, number] | undefined {
  const services = /^services:[^\n]*\n/m.exec(text);
  if (!services) return undefined;
  const pattern = /^( {2}|\t)[\w-]+:[^\n]*\n(?:\1[ \t]+[^\n]*(?:\n|$)|[ \t]*\n)*/gm;
  pattern.lastIndex = services.index + services[0].length;
  const place = folder === '.' ? '\\.' : `(?:\\./)?${escaped(folder)}`;
  const built = new RegExp(`\\b(?:build|context):\\s*["']?${place}/?["']?\\s*(?:[,}\\n]|$)`);
  for (let match = pattern.exec(text); match; match = pattern.exec(text))
    if (built.test(match[0])) return [match.index, match.index + match[0].length];
  return undefined;
}
