import { scriptCall, splitLine, unwrap } from './commandline.ts';

/** One of several commands that a script starts side by side. */
export interface CompositePart {
  /** What `-n` calls it. */
  name?: string;
  /** A script of the same package, or a line of its own. */
  script?: string;
  line?: string;
}

/** Options of concurrently that take a value. */
const VALUED = new Set(
  '-n --names -c --prefix-colors -p --prefix -l --prefix-length -s --success -m --max-processes --restart-tries --restart-after --kill-timeout --kill-signal -t --timestamp-format --default-input-target --name-separator --hide --teardown'.split(
    ' ',
  ),
);

/**
 * The parts of a script that starts several commands: concurrently, npm-run-all, run-p, `a & b`.
 * @returns undefined for any other line; `before` is what the line does first
 */
export function compositeParts(
  line: string,
  scripts: Record<string, string>,
  depth = 0,
): { parts: CompositePart[]; before: string[] } | undefined {
  const commands = splitLine(line);
  if (commands.some((c) => c.next === '&')) return background(line, scripts);
  const last = commands.at(-1);
  if (!last) return undefined;
  const before = commands.slice(0, -1).map((c) => c.text);
  const { words } = unwrap(last.words);
  const program = words[0] ?? '';
  if (program === 'concurrently' || program === 'conc') {
    return { parts: concurrentlyParts(words.slice(1), scripts), before };
  }
  if (program === 'run-p' || program === 'npm-run-all' || program === 'npm-run-all2') {
    const parallel =
      program === 'run-p' ? 0 : words.findIndex((w) => /^(?:-p|--parallel|-lp|-pl|-pr|-rp)$/.test(w));
    if (parallel === -1) return undefined;
    const first = words.slice(1, Math.max(1, parallel)).filter((w) => !w.startsWith('-'));
    const patterns = words.slice(parallel + 1).filter((w) => !w.startsWith('-'));
    const names = patterns.flatMap((p) => matching(p.split(' ')[0] ?? '', scripts, true));
    return { parts: [...new Set(names)].map((script) => ({ script })), before: [...before, ...first] };
  }
  const call = scriptCall(words);
  const inner = call && !call.dir && !call.workspace && !call.all ? scripts[call.script] : undefined;
  if (inner === undefined || depth > 3) return undefined;
  const found = compositeParts(inner, scripts, depth + 1);
  return found && { ...found, before: [...before, ...found.before] };
}

/** `npm run server & npm run client`, `(cd api && npm start) & (cd web && npm start)`. */
function background(line: string, scripts: Record<string, string>) {
  const parts: CompositePart[] = [];
  let group: string[] = [];
  for (const command of splitLine(line)) {
    if (command.words[0] !== 'wait' && command.words[0] !== 'trap')
      group.push(command.text.replace(/^\(|\)$/g, '').trim());
    if (command.next === '&' || command.next === '') {
      if (group.length > 0) parts.push(lineOrScript(group.join(' && '), scripts));
      group = [];
    }
  }
  return parts.length > 1 ? { parts, before: [] } : undefined;
}

function concurrentlyParts(words: string[], scripts: Record<string, string>): CompositePart[] {
  let names: string[] = [];
  let separator = ',';
  const commands: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--') {
      commands.push(...words.slice(i + 1));
      break;
    }
    if (!word.startsWith('-')) {
      commands.push(word);
      continue;
    }
    const at = word.startsWith('--') ? word.indexOf('=') : -1;
    // Short options may be joined: `-kn api,web`; only the last of them can take a value.
    const option = at > 0 ? word.slice(0, at) : /^-\w{2,}$/.test(word) ? `-${word.at(-1)}` : word;
    if (!VALUED.has(option)) continue;
    const value = at > 0 ? word.slice(at + 1) : (words[++i] ?? '');
    if (option === '-n' || option === '--names') names = [value];
    if (option === '--name-separator') separator = value;
  }
  names = names.flatMap((list) => list.split(separator)).map((name) => name.trim());
  return commands.flatMap((command, i): CompositePart[] => {
    const name = names[i] ? { name: names[i] } : {};
    const short = /^(?:npm|pnpm|yarn|bun|node|deno):(\S+)/.exec(command)?.[1];
    if (!short) return [{ ...lineOrScript(command, scripts), ...name }];
    const found = matching(short, scripts, false);
    return found.map((script) => ({ script, ...(found.length === 1 ? name : {}) }));
  });
}

/** `npm run server` alone is the script itself; anything more stays a line. */
function lineOrScript(line: string, scripts: Record<string, string>): CompositePart {
  const commands = splitLine(line);
  const only = commands.length === 1 ? commands[0] : undefined;
  const call = only && scriptCall(only.words);
  const plain = call && !call.dir && !call.workspace && !call.all && !only.words.includes('--');
  return plain && call.script in scripts ? { script: call.script } : { line };
}

/** `dev:*`; npm-run-all's star stops at a colon, concurrently's does not; `(!test)` leaves out. */
function matching(pattern: string, scripts: Record<string, string>, stopAtColon: boolean): string[] {
  const [, glob = pattern, omit] = /^(.*?)(?:\(!(.*)\))?$/.exec(pattern) ?? [];
  if (!glob.includes('*')) return glob in scripts ? [glob] : [];
  const source = glob
    .split(/\*+/)
    .map((piece) => piece.replace(/[.+^${}()|[\]\\]/g, '\\$&'))
    .join(stopAtColon && !glob.includes('**') ? '[^:]*' : '.*');
  const left = omit ? new RegExp(omit) : undefined;
  return Object.keys(scripts).filter(
    (name) => new RegExp(`^${source}$`).test(name) && !left?.test(name.slice(glob.indexOf('*'))),
  );
}
