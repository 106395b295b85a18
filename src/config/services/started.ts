import { splitLine, unwrap } from '../detect/commandline.ts';
import { kindOf, kindOfImage, kinds } from './kinds.ts';

/** What the owner's own commands start of the services: `docker compose up -d db && …`. Pure. */

export interface Started {
  /** `docker compose up` without names, or a script of which the inside is not known. */
  all: boolean;
  /** Compose services by name. */
  services: Set<string>;
  /** Ids of kinds. */
  kinds: Set<string>;
}

/** Options of `docker compose up` that take a value. */
const VALUED = new Set(
  '-t --timeout --scale --wait-timeout --pull --exit-code-from --attach --no-attach --pull'.split(' '),
);
/** A make target or a script whose name says that it starts what the servers need. */
const SAYS =
  /(?:^|[-_:./\s])(?:db|dbs|database|databases|services?|infra|infrastructure|docker|compose|containers?|deps|dependencies|up|postgres|mysql|redis|mongo|sail)(?=$|[-_:./\s])/i;
const RUNNERS = /^(?:make|just|task|mise|sh|bash|zsh|sail|devbox|devenv|tilt|skaffold|.*\.sh)$/;

export function readStarted(lines: readonly string[]): Started {
  const started: Started = { all: false, services: new Set(), kinds: new Set() };
  for (const line of lines) {
    for (const part of splitLine(line)) readWords(unwrap(part.words).words, started);
  }
  return started;
}

function readWords(words: string[], started: Started): void {
  const [program = '', second = ''] = words;
  const compose = /^(?:docker|podman|nerdctl)$/.test(program) && second === 'compose';
  if (compose || /^(?:docker|podman)-compose$/.test(program)) composeUp(words, started);
  else if (/^(?:docker|podman|nerdctl)$/.test(program)) {
    for (const word of words.slice(2)) {
      const kind = second === 'run' ? kindOfImage(word) : kindOf(word.replace(/^(?:my|local)[-_]/, ''));
      if (kind && /^(?:run|start)$/.test(second)) started.kinds.add(kind.id);
    }
  }
  const kind = kinds.find((one) => one.program?.test(program));
  if (kind) started.kinds.add(kind.id);
  // Its stack has a database of its own.
  if (program === 'supabase') started.kinds.add('postgres');
  if (program === 'brew' || program === 'systemctl' || program === 'service') {
    for (const one of kinds)
      if (words.some((word) => one.image.test(word.split('@')[0] ?? ''))) started.kinds.add(one.id);
  }
  if (RUNNERS.test(program) && SAYS.test(words.join(' '))) started.all = true;
}

function composeUp(words: string[], started: Started): void {
  const at = words.findIndex((word) => /^(?:up|start|restart|run)$/.test(word));
  if (at === -1) return;
  const names: string[] = [];
  for (let i = at + 1; i < words.length; i++) {
    const word = words[i] ?? '';
    if (VALUED.has(word)) i++;
    else if (/^[\w.-]+$/.test(word) && !word.startsWith('-')) names.push(word);
  }
  if (names.length === 0) started.all = true;
  for (const name of names) started.services.add(name);
}
