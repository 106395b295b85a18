/** Where a project writes down a port. Values only. */

/**
 * `proxy`: a proxy's or rewrite's target; `env`: an env file's value; `default`: beside a variable's name in code;
 * `literal`: in code or a config with no variable beside it; `cors`: a list of allowed origins; `script`: a command.
 */
export type CopyKind = 'proxy' | 'env' | 'default' | 'literal' | 'cors' | 'script';

/** A port as it stands in a file. */
export interface Found {
  /** Relative to the project, with `/`. */
  file: string;
  /** 1-based. */
  line: number;
  /** Where its digits stand in that line: 0-based, the end exclusive. */
  columns: [number, number];
  port: number;
  kind: CopyKind;
  /** Of a URL: `localhost`, `127.0.0.1`. */
  host?: string;
  /** The variable under which its reader looks for the value: `VITE_API_URL`, `PORT`. */
  name?: string;
  /** Where a variable has it, or would have it: the whole value as its reader gets it, `http://localhost:3001/api`. */
  value?: string;
  /** Apart from its host, where both come together later: `const PORT = 8000`. */
  bare?: true;
}

/** A port that is one of this project's apps'. */
export interface Copy extends Found {
  /** The app that reads it. */
  by: string;
  /** The app whose port it is. */
  of: string;
  /** A browser runs it, and no Node server sends it. */
  browser?: true;
  /** The config's own `env` has it, which wins over all others. */
  config?: true;
  /** The variable is exported by the user's shell: the place is where it is read. */
  shell?: true;
}

/** `maybe`: only its own code, when it runs, can say. */
export type Tls = 'yes' | 'maybe' | undefined;

/** What an app itself says of the port it listens on. */
export interface Own {
  found: Found;
  /** What says it, for people: `PORT`, `server.port`, `app.run`. */
  label: string;
  /** The user's shell exports it: nothing in the project's files. */
  shell?: true;
  /** Its variable holds a colon before the number: `:8080`. */
  colon?: true;
  /** Another number is of no use to it: a literal that neither a flag nor a variable reaches. */
  fixed: boolean;
}

/** A port that an app calls, or says that it calls. */
export interface Call {
  found: Found;
  /** How surely it is the project's own backend: 3 a proxy or an API's variable, 2 a URL in code, 1 a hint, 0 none. */
  weight: 0 | 1 | 2 | 3;
  /** The path that a proxy hands on: `/api`. */
  path?: string;
}

/** Looks all over the project for further places that name these ports. @param owners the app whose each port is */
export type WideLook = (owners: ReadonlyMap<number, string>) => Promise<Copy[]>;

/** Where the project has this number, the folder of the program that wants it first. @param dir absolute */
export type NumberLook = (port: number, dir: string) => Promise<Found | undefined>;

/** What is looked for only where it is asked for. */
export interface Looks {
  lookWidely: WideLook;
  lookForNumber: NumberLook;
}
