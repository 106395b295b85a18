import type { Scope } from '../candidate.ts';
import { splitLine, unwrap } from '../commandline.ts';
import type { Setup } from './shell.ts';

/** Words that stand before each command of a wrapped line: `dotenv -e .env --`. */
export interface Prefix {
  words: string[];
  /** Where they were written: their relative files are meant from there. */
  dir: string;
}

/** One command of the owner's, in its place. */
export interface Step {
  /** What its owner calls it. */
  name?: string;
  /** As a shell would run it in `dir`. */
  line: string;
  dir: string;
  /** Set on the way to it: `cross-env A=1 concurrently …`. */
  env: Record<string, string>;
  prefix: Prefix[];
  /** What a shell does before it. */
  setup: Setup[];
  /** A package manager is on the way to it: node_modules/.bin is on its PATH. */
  scripted?: boolean;
  /** A package.json script of `dir` stands for the line, with words of its own. */
  script?: { name: string; args: string[] };
  /** Whose word it is: `package.json script "dev"`. */
  evidence: string;
  /** What has to end before it starts. */
  needs: Step[];
  /** Starts several and cannot be taken apart: why. */
  opaque?: string;
  /** With `opaque`: ports that its own files publish. */
  publishes?: number[];
  /** The port that its runner gives it (foreman). */
  port?: number;
  /** Its runner hands it the .env beside its file: a line of a Procfile, a recipe that exports it. */
  procfile?: boolean;
  /** Listens nowhere, as its runner's files say. */
  silent?: boolean;
  /** What it is like, where its own words say nothing: `vite` for `nx run web:serve`. */
  like?: Like;
}

export interface Like {
  line: string;
  dir: string;
  /** The port that its runner's files give it. */
  port?: number;
  /** The flags of `line` in the runner's form. */
  flags(flags: string[]): string[];
}

/** What a runner's reader is given. */
export interface Taking {
  scope: Scope;
  /** The runner's own call: its `dir`, `env`, `prefix` and `needs` are those of what it starts. */
  step: Step;
  /** The runner's words, wrappers taken off. */
  words: string[];
  /** Takes one of its parts further apart. */
  further(step: Step): Promise<Step[]>;
}

/** Its parts; `opaque`: it starts several, which ones only it knows; undefined: it is one program. */
export type Taken = Step[] | { opaque: string } | undefined;

/** A part of a step: what surrounds the step surrounds it too. */
export function partOf(step: Step, part: Partial<Step> & Pick<Step, 'line'>): Step {
  const { name: _, script: __, opaque: ___, like: ____, port: _____, silent: ______, ...frame } = step;
  return {
    ...frame,
    ...part,
    env: { ...step.env, ...part.env },
    needs: [...step.needs, ...(part.needs ?? [])],
  };
}

/** A package.json script as a step. */
export const scriptStep = (step: Step, dir: string, name: string, more: Partial<Step> = {}): Step =>
  partOf(step, { line: '', dir, script: { name, args: [] }, ...more });

/** Wrappers that leave no trace in what they start, but for its PATH. */
const TRACELESS =
  /^(?:npx|bunx|pnpx|npm|pnpm|yarn|bun|exec|dlx|x|time|cross-env|cross-env-shell|env|--|-y|--yes|-m|bundle|(?:.*\/)?(?:node|py|python[\d.]*))$/;

export interface Peeled {
  /** The program's own words. */
  words: string[];
  /** The program as it is written: `./scripts/dev.sh`. */
  program: string;
  env: Record<string, string>;
  prefix: string[];
  /** One of the wrappers is a package manager's. */
  scripted: boolean;
}

/** Takes a command's wrappers off, and keeps what they do: variables, or the words themselves. */
export function peel(line: string): Peeled {
  const input = splitLine(line)[0]?.words ?? [];
  const { words, env } = unwrap(input);
  const outer = input.slice(0, input.length - words.length);
  const program = input[outer.length] ?? '';
  const scripted = outer.some((word) => /^(?:npx|bunx|pnpx|npm|pnpm|yarn|bun)$/.test(word));
  const plain = Object.values(env).every((value) => !/[$`%]/.test(value));
  if (plain && outer.every((word) => TRACELESS.test(word) || /^[A-Za-z_]\w*=/.test(word))) {
    return { words, program, scripted, env, prefix: [] };
  }
  const whole = /^[A-Za-z_]\w*=/.test(outer[0] ?? '') ? ['env', ...outer] : outer;
  // Without a `--` dotenv would keep the options of what it starts.
  const prefix = whole.includes('dotenv') && !whole.includes('--') ? [...whole, '--'] : whole;
  return { words, program, scripted, env: {}, prefix };
}

const VERBS = 'dev|start|serve|watch|run|develop|up';
/** `dev:api`, `start-web`: what is left without the verb; nothing of `dev` alone. */
export const shortName = (script: string): string =>
  script
    .replace(new RegExp(`^(?:${VERBS})(?:[:_.-]|$)`), '')
    .replace(new RegExp(`(?:^|[:_.-])(?:${VERBS})$`), '');
