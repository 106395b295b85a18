import type { Flags } from './config/options.ts';

/** Values of options by their long names; a repeated one: the last, `many`: all. */
export type Own = Readonly<Record<string, string | boolean | string[] | undefined>>;

/** What a command is given of the world: only this file and config/ readers see process.env and argv. */
export interface Context {
  /** The command's words, checked for their number only. */
  args: string[];
  /** What follows `--`, for a command that takes it. */
  rest: string[];
  /** Options by long name, as typed: where a command has its own, it reads them here. */
  own: Own;
  flags: Flags;
  dryRun: boolean;
  explain: boolean;
  quiet: boolean;
  timestamps: boolean;
  /** Every question is answered with yes. */
  yes: boolean;
  format: LogFormat;
  /** What runs this program again: the executable, then its first words. */
  program: readonly [string, ...string[]];
  /** This process was started to run in the background. */
  background?: Background | undefined;
  env: Record<string, string | undefined>;
  /** The folder that devstart was called in. */
  cwd: string;
  /** Calls back at each SIGINT, SIGTERM and SIGHUP; until then they end the process as usual. */
  onSignal(handle: (signal: NodeJS.Signals) => void): void;
  /** Calls back before the process is stopped by SIGTSTP (Ctrl-Z), and after it goes on. */
  onSuspend(hooks: SuspendHooks): void;
  /** What must be done if we crash: nothing may be left behind by our own bug either. */
  onCrash(cleanUp: () => Promise<unknown>): void;
}

/** How `up` starts a run behind it. */
export interface Background {
  /** Where it is told what becomes of the start: session/background.ts. */
  fd: number;
  /** The terminal's width; 0: there is none. */
  columns: number;
  /** Seconds until all must be ready. */
  timeout: number;
}

export interface SuspendHooks {
  before(): Promise<void>;
  after(): void;
}

export const LOG_FORMATS = ['pretty', 'plain', 'json', 'raw'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];
