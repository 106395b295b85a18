import type { ReadyCheck, RestartPolicy, Role } from '../config/types.ts';

/** The plan of a launch less this run and this machine: what every engine's files are made from. Values only. */

/** Where the processes will be: each in a container of its own, or all on one machine. */
export type Place = 'containers' | 'machine';

/** How a program is built and what serves it in production; words may hold `{port}`, `{host}` and, with a socket, `{fd}`. */
export interface Recipe {
  /** What is in its image: which checks can run inside. */
  runtime: 'node' | 'bun' | 'python' | 'nginx' | 'native' | 'busybox' | 'unknown';
  /** The folder that is sent to the image's build, relative to the project. */
  context: string;
  /** The lines of its Dockerfile, without a header; undefined: the project's own at `dockerfile`. @param args names of build arguments */
  image?: ((args: readonly string[]) => string[]) | undefined;
  /** The project's own Dockerfile, relative to the project. */
  dockerfile?: string;
  /** Shell lines that build it on a machine, in its folder. */
  steps: string[];
  /** What serves it; undefined: the image alone knows. */
  argv: string[] | undefined;
  /** Its words on a machine, where its programs lie in its own folder: `.venv/bin/uvicorn`. */
  local?: (words: readonly string[]) => string[];
  /** The same where the listening socket is handed over as fd 3. */
  handed?: string[] | undefined;
  /** Variables of production: `NODE_ENV`. */
  env: Record<string, string>;
  /** A page without a server of its own: files, and how they are served. */
  site?: Site | undefined;
  /** The page of one program that has both: files, served apart; these paths stay the program's, under one origin. */
  page?:
    | { recipe: Recipe; paths: string[]; env: Record<string, string>; programEnv: Record<string, string> }
    | undefined;
  /** The port inside, where it cannot be told another. */
  port?: number | undefined;
  /** Folders that it writes to, absolute in the image. */
  writes?: string[];
  /** It writes beside its code (a database in a file): its root cannot be read-only. */
  writesCode?: boolean;
  /** Its image checks itself. */
  checksItself?: boolean;
  /** It refuses a Host that it was not told: a check must say the public one. */
  strictHost?: boolean;
  /** Names that its settings ask for, whose values nobody has said. */
  asks?: string[];
  /** What to mind, for people: lines of comment. */
  notes: string[];
}

export interface Site {
  /** Of the built files, relative to its folder: `dist`. */
  folder: string;
  /** Paths whose files carry a hash in their names: `/assets/`. */
  immutable: string | undefined;
  /** Any other path is the page's own business; false: a site of many pages. */
  spa: boolean;
  /** What answers it then; `/index.html`. */
  fallback?: string;
  /** Some of a spa's pages are files all the same: `/about` is about.html. */
  html?: boolean;
}

/** A path of the page's origin that another service answers. */
export interface Route {
  /** `/api` */
  path: string;
  to: string;
  /** The prefix is taken off. */
  strip: boolean;
}

/** A socket that the engine opens and hands over. */
export interface Listener {
  /** In LISTEN_FDNAMES; undefined: whatever. */
  name: string | undefined;
  host: string | undefined;
  port: number;
  fd: number;
  backlog: number | undefined;
  reusePort: boolean;
  /** The program wants O_NONBLOCK set already. */
  nonBlock: boolean;
}

/** One app, all its instances. */
export interface Service {
  /** DNS-1123: `[a-z0-9-]`, at most 63. */
  name: string;
  app: string;
  roles: readonly Role[];
  /** Relative to the project, `.` for the project itself. */
  folder: string;
  instances: number;
  recipe: Recipe;
  /** Nothing here is sure of how it is built: no Dockerfile. */
  unsure: boolean;
  /** One outside for each instance, or one that all share. */
  port: { inside: number; outside: number[] } | undefined;
  /** The port that its code has, whatever it is told. */
  fixedPort?: number | undefined;
  /** Values as on this machine: `http://localhost:8000`; `env.ts` turns them. `{port}` and `{host}` are its own. */
  env: Record<string, string>;
  /** Names that its build is told: `VITE_API_URL`; undefined values come from whoever builds. */
  buildArgs: Record<string, string | undefined>;
  /** Names whose values are the user's. */
  secrets: string[];
  checks: readonly ReadyCheck[];
  /** Seconds. */
  readyTimeout: number;
  restart: RestartPolicy;
  dependsOn: string[];
  stopSignal: string;
  /** Seconds. */
  grace: number;
  user: string | undefined;
  group: string | undefined;
  /** Handed over by the engine where it can; empty: it opens its port itself. */
  sockets: Listener[];
  routes: Route[];
}

export interface Deployment {
  /** DNS-1123. */
  name: string;
  services: Service[];
  /** The page's own origin: `https://shop.example`; undefined: there is no page. */
  frontendUrl: string | undefined;
  /** The backend's as a browser sees it. */
  backendUrl: string | undefined;
  /** By any port that a value may name, the service that it means. */
  ports: ReadonlyMap<number, string>;
  /** A compose file of the project, relative to it, that has services beside ours. */
  composeFile: string | undefined;
}

/** What an engine's files are made of. */
export interface Output {
  /** By name, relative to DIR. */
  files: Map<string, string>;
  /** Of them, what `-` prints. */
  main: string[];
  /** What the engine cannot say: one sentence each. */
  lost: string[];
  /** How to go on, for people. */
  next: string[];
}

/** What an engine is told beside the deployment. */
export interface Target {
  /** From DIR to the project, with `/`: `../..`. */
  toRoot: string;
  /** From the project to DIR: `deploy/compose`. */
  fromRoot: string;
  /** To stdout: one file that needs no other. */
  alone: boolean;
}
