import type { ReadyCheck, Role, Takes } from '../../types.ts';

/** One line of the table: how a dev server is recognised, and how it is told its port. */
export interface Framework {
  id: string;
  /** For people: `Vite`. */
  label: string;
  /** `frontend` serves pages, `backend` an API; `task` listens nowhere (a compiler, a watcher). */
  role: Role | 'task';
  /**
   * The first words of a command line, wrappers (`cross-env`, `npx`, `uv run`) taken off.
   * The longest match wins: `vite preview` before `vite`.
   */
  commands?: string[];
  /** Second words after which a one-word command is something else: `vite build`. */
  not?: string[];
  /** A word that must be there too: `--watch`. */
  needs?: RegExp;
  /** Appended to the command. Placeholders as in `App.command`; the address goes where nobody gave one. */
  flags?: string[];
  /** The same without an address, where it cannot simply be left out: `tcp://{host}:{port}`. */
  hostless?: string[];
  /** The flags would take other addresses of its own away: told where its port is none of these. */
  flagsAway?: true;
  /** A port said twice ends it (Vue CLI, http-server), or opens both (serve): `inPlace` is where the first one is. */
  flagsOnce?: true;
  /** It reads PORT although it has flags: told where these cannot reach it. */
  readsPort?: boolean;
  /** Flags that stand anywhere in a script and pin a port or a host. */
  portFlag?: RegExp;
  hostFlag?: RegExp;
  /** A port that stands where no flag can override it: group 1 before it, group 2 the port. */
  inPlace?: RegExp;
  /** The framework's own variables; a port is told there where it is not the server's own choice. */
  env?: Record<string, string>;
  /** Where it listens when nobody says; absent: its role's default. */
  port?: number;
  /** One process that serves both roles, on a port each. */
  both?: Record<Role, number>;
  /** Caches only, relative to its folder: never build results, never a user's data. */
  caches?: string[];
  stopSignal?: 'SIGINT';
  ready?: ReadyCheck[];
  /** What `--prod` runs, and dev mode only when there is nothing else (`vite preview`). */
  production?: boolean;
  /** How it takes a socket that it is handed; its flags are in place of those that say a port. */
  socket?: Pick<
    Takes,
    'flags' | 'env' | 'hosts' | 'hostName' | 'noPid' | 'noDelay' | 'selects' | 'respawn' | 'proven'
  >;
  /** Packages that say which server a plain `node server.js` is. */
  packages?: string[];
}
