import { appOf, type InstanceId, numberOf } from '../config/instance-id.ts';
import type { Role } from '../config/types.ts';
import type { ErrorCode, WarningCode } from '../errors.ts';
import type { StreamName } from '../output/types.ts';
import type { LaunchPlan } from '../plan/types.ts';
import type { PortOwner } from '../ports/types.ts';
import type { TreeRoot } from '../system/processes.ts';

/** What a run tells. Inside, an instance has one key; `toJson` gives the objects of the contract. */
export type RunEvent =
  | {
      type: 'port';
      id: InstanceId;
      role: Role | null;
      port: number;
      requested: number | string;
      moved: boolean;
      /** Nobody gave it: it was found to listen there. */
      found?: true;
      /** `app`: claimed for it by another run; `file`: named there, see `avoid`. */
      holder?: PortOwner;
    }
  /** Another plan from now on: ports have moved. */
  | { type: 'planned'; plan: LaunchPlan }
  /** `root`, for this process alone: what is the instance's. `beside`: the one that runs goes on meanwhile. */
  | { type: 'started'; id: InstanceId; pid: number; port: number; root: TreeRoot; beside?: true }
  /** The life that was started beside has taken the place of the other, which ends now. */
  | { type: 'replaced'; id: InstanceId; pid: number }
  | { type: 'output'; id: InstanceId; stream: StreamName; line: string; more?: true }
  /** What was tried last to see whether it is ready, and what came of it: `/health (status 403)`. */
  | { type: 'tried'; id: InstanceId; tried: readonly string[] }
  | { type: 'ready'; id: InstanceId; url: string; ms: number }
  | {
      type: 'up';
      urls: Partial<Record<Role, string>>;
      ports: Partial<Record<Role, number>>;
      corsOrigins: string[];
      ms: number;
    }
  | {
      type: 'exited';
      id: InstanceId;
      pid: number;
      code: number | null;
      signal: string | null;
      expected: boolean;
    }
  /** No life follows. `failed`: not as it should end. */
  | { type: 'ended'; id: InstanceId; failed: boolean }
  | {
      type: 'restarting';
      id: InstanceId;
      /** Which one in a row; 0 when it was asked for. */
      attempt: number;
      /** Milliseconds. */
      delay: number;
      reason: string;
    }
  /** It listens on another port than the one it was given. */
  | { type: 'drift'; id: InstanceId; port: number; expected: number; hint: string }
  /** A stranger has the port; `using` is the next one where the choice was ours. */
  | { type: 'stolen'; id: InstanceId; port: number; holder: PortOwner; using?: number }
  /** A place that names a port that has moved, and follows it. */
  | { type: 'followed'; app: string; file: string; line: number; from: number; to: number; kind: string }
  | { type: 'stopping'; reason: string }
  | { type: 'warning'; code: WarningCode; message: string }
  | { type: 'error'; code: ErrorCode | 'INTERNAL'; message: string; hint?: string }
  | { type: 'down'; code: number };

/** For this process alone. */
const INNER: ReadonlySet<RunEvent['type']> = new Set(['planned', 'tried', 'ended', 'stopping', 'replaced']);

/** The event as the contract has it; undefined for those that stay inside. Pure. @param time when it happened */
export function toJson(event: RunEvent, time: Date): object | undefined {
  return INNER.has(event.type) ? undefined : asJson(event, time);
}

/** The same of those that stay inside; the plan itself is left out. Pure. */
export function innerJson(event: RunEvent, time: Date): object | undefined {
  if (!INNER.has(event.type)) return undefined;
  return asJson(event, time);
}

function asJson(event: RunEvent, time: Date): object {
  const { type, plan: _plan, ...rest } = { plan: undefined, ...event };
  const head = { type, time: time.toISOString() };
  if (!('id' in rest)) return { ...head, ...rest };
  const { id, root: _, ...more } = { root: undefined, ...rest };
  return { ...head, app: appOf(id), instance: numberOf(id), ...more };
}
