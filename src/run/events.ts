import type { Role } from '../config/types.ts';
import type { ErrorCode } from '../errors.ts';

/** What a run tells: the `--json` objects of the contract, less `time`, which ui/ adds. */
export type RunEvent =
  | {
      type: 'port';
      app: string;
      role: Role | null;
      instance: number;
      port: number;
      requested: number | string;
      moved: boolean;
      /** `app`: claimed for it by another run; `file`: named there, see `avoid`. */
      holder?: { pid?: number; name?: string; cwd?: string; app?: string; file?: string };
    }
  | { type: 'started'; app: string; instance: number; pid: number; port: number }
  | { type: 'output'; app: string; instance: number; stream: 'stdout' | 'stderr'; line: string }
  | { type: 'ready'; app: string; instance: number; url: string; ms: number }
  | {
      type: 'up';
      urls: Partial<Record<Role, string>>;
      ports: Partial<Record<Role, number>>;
      corsOrigins: string[];
      ms: number;
    }
  | {
      type: 'exited';
      app: string;
      instance: number;
      code: number | null;
      signal: string | null;
      expected: boolean;
    }
  | {
      type: 'restarting';
      app: string;
      instance: number;
      /** Which one in a row; 0 when it was asked for. */
      attempt: number;
      /** Milliseconds. */
      delay: number;
      reason: string;
    }
  /** It listens on another port than the one it was given. */
  | { type: 'drift'; app: string; instance: number; port: number; expected: number; hint: string }
  /** A stranger has the port; `using` is the next one where the choice was ours. */
  | {
      type: 'stolen';
      app: string;
      instance: number;
      port: number;
      holder: { pid?: number; name?: string; cwd?: string };
      using?: number;
    }
  | { type: 'stopping'; reason: string }
  | { type: 'warning'; code: string; message: string }
  | { type: 'error'; code: ErrorCode | 'INTERNAL'; message: string; hint?: string }
  | { type: 'down'; code: number };
