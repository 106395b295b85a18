/** What a user can cause. The exit code of each stands in `exitCodeOf`. */
export type ErrorCode =
  | 'USAGE' // an unknown flag, command or value
  | 'PORT_INVALID' // a port spec that is not one
  | 'CONFIG_INVALID' // a config file that cannot be read, parsed or validated
  | 'CONFIG_NOT_FOUND'
  | 'CONFIG_EXISTS' // `init` over an existing config
  | 'NOTHING_FOUND' // no app detected
  | 'AMBIGUOUS' // two candidates for one role
  | 'PROD_UNSAFE' // --prod without explicit ports or origins
  | 'PORTS_EXHAUSTED' // no free port in the range tried
  | 'PORT_IN_USE' // an exact port is taken
  | 'PORT_STOLEN' // a stranger took it after the start, and it was not ours to choose another
  | 'NOT_HANDED' // an instance does not serve from the socket that it was handed
  | 'PORT_DRIFT' // with --strict-port: an instance listens elsewhere
  | 'READY_TIMEOUT'
  | 'CRASH_LOOP' // restarted too often
  | 'DEPENDENCY_FAILED'
  | 'PROGRAM_NOT_FOUND' // the server's program is missing
  | 'SPAWN_FAILED'
  | 'CLEAN_FAILED'
  | 'STOP_FAILED' // a process could not be ended
  | 'START_FAILED' // of start(): a server ended before all were ready
  | 'FILE_EDITED' // `export` over a file that somebody has edited
  | 'EXPORT_FAILED'
  | 'STOPPING' // a change of a run that stops
  | 'BUSY' // more changes of a run wait than it takes
  | 'NOT_FOUND' // nothing that runs is called so
  | 'NO_ANSWER' // a run lives, and cannot be reached
  | 'ALREADY_RUNNING'; // in this project, and no further copy was asked for

/** What a user is told of while the run goes on: the codes of `warning` events. */
export type WarningCode =
  | 'BACKGROUND' // a server has gone into the background
  | 'CLAIMS_BROKEN' // the registry of ports was damaged, and is set aside
  | 'CLAIMS_OFF' // it cannot be written
  | 'CONTROL_OFF' // a run that cannot be steered from elsewhere
  | 'COMMAND' // exec's command could not be started
  | 'CORS_ORIGIN_IGNORED' // an entry of the project's own list that is none
  | 'CORS_WILDCARD'
  | 'DEV_LOCK' // a dev server that allows one of its kind runs here already
  | 'FRONTEND_URL_IGNORED'
  | 'LEFT_OUT' // a server of the project that is not started
  | 'LEFTOVERS' // of a run that was killed
  | 'LOG_OFF'
  | 'NOT_HANDED' // an instance does not serve from its socket, and opens its own
  | 'NO_LISTENER' // a guessed port on which nothing of it listens
  | 'NEEDS_SERVICE' // nobody answers where a server will look for it
  | 'NOT_EXPRESSED' // an engine has no word for it
  | 'NOT_READY' // it takes its time
  | 'OPEN_FAILED' // the browser
  | 'PORTS_FILE' // .ports.json cannot be written
  | 'PORTS_FILE_IGNORED' // one that was there cannot be used
  | 'PORT_COLLISION' // of a command that is run as it stands
  | 'PORT_STILL_TAKEN' // after the end
  | 'PROCESSES_HIDDEN' // the system does not tell of our servers' processes
  | 'STRAY_PORT' // a place in the project names a port that has moved, and cannot follow
  | 'ROLE_MISSING'; // a port for a role that the project lacks

const usageCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'USAGE',
  'PORT_INVALID',
  'CONFIG_INVALID',
  'CONFIG_NOT_FOUND',
  'CONFIG_EXISTS',
  'FILE_EDITED',
  'NOTHING_FOUND',
  'AMBIGUOUS',
  'PROD_UNSAFE',
]);

export interface DevstartErrorOptions {
  /** What the user can do about it: one or more lines. */
  hint?: string | undefined;
  cause?: unknown;
}

/**
 * The one error type for what users can cause; rendered once, in ui/.
 * Anything else that is thrown is a bug of ours and keeps its stack.
 */
export class DevstartError extends Error {
  override readonly name = 'DevstartError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: DevstartErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }

  /** 2: wrong use or wrong configuration, nothing started; 1: a failure. */
  get exitCode(): 1 | 2 {
    return usageCodes.has(this.code) ? 2 : 1;
  }
}
