/** What stands on the command line, as typed; undefined where it was not given. Values are read in config/. */
export interface Flags {
  backendPort?: string | undefined;
  frontendPort?: string | undefined;
  /** Each `NAME=SPEC`. */
  port?: string[] | undefined;
  basePort?: string | undefined;
  clean?: boolean | undefined;
  host?: string | undefined;
  maxAttempts?: string | undefined;
  strictPort?: boolean | undefined;
  prod?: boolean | undefined;
  corsOrigin?: string[] | undefined;
  portsFile?: string | undefined;
  sticky?: boolean | undefined;
  only?: string[] | undefined;
  killTimeout?: string | undefined;
  keepGoing?: boolean | undefined;
  open?: boolean | undefined;
  config?: string | undefined;
  cwd?: string | undefined;
}
