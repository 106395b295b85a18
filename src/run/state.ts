import type { Child, Exit } from '../launch/child.ts';
import type { ChildHandle } from '../launch/concurrently.ts';
import type { Verdict } from '../ready/watch.ts';
import type { Terminator } from '../terminate/terminate.ts';

/** A process of an instance, from its start to its last byte. */
export interface Life {
  readonly child: Child;
  /** Undefined when it could not be started. */
  readonly terminator: Terminator | undefined;
  /** How concurrently sees it. */
  readonly handle: ChildHandle;
  /** Ends the watch over it. */
  readonly over: AbortController;
  /** performance.now() */
  readonly startedAt: number;
}

/** What made a life end, or is making it end. */
export type Why =
  /** Another life was asked for: by a person, or because what it was told has changed. */
  | { kind: 'asked'; reason: string }
  /** The run stops. */
  | { kind: 'run' }
  /** What was found while it was watched: its port is another's, it was not ready in time. */
  | { kind: 'found'; verdict: Verdict }
  /** It ended by itself. */
  | { kind: 'exited'; exit: Exit };

/**
 * What an instance is doing; each state has its own data, and nothing else is known of it.
 *
 *      ┌──────────────────────── asked again ───────────────────────┐
 *      ▼                                                            │
 *   waiting ──► starting ──► ready ──► stopping ──► backing-off     │
 *      │           ▲ └───────────────────▲ │ │           │          │
 *      │           ├───────────────────────┘ │           ├► stopped ┤
 *      │           └─────────────────────────┼───────────┤          │
 *      │                                     ├───────────┼► failed ─┘
 *      └─────────────────────────────────────┴───────────┘
 *
 * Every life ends by way of `stopping`, also one that ends by itself: until its last byte and its last process are
 * gone. There it may still be asked for another life, or be told that none follows.
 */
export type InstanceState =
  /** For the launch, or for those that it depends on. */
  | { name: 'waiting' }
  | { name: 'starting'; life: Life }
  | { name: 'ready'; life: Life }
  | { name: 'stopping'; life: Life; next: 'again' | 'end'; why: Why }
  /** Until the next start; `wake` ends the wait. */
  | { name: 'backing-off'; attempt: number; wake: AbortController }
  | { name: 'stopped'; why: 'exited' | 'run' | 'asked' }
  | { name: 'failed'; how: string };

export type StateName = InstanceState['name'];

const EDGES: Readonly<Record<StateName, readonly StateName[]>> = {
  waiting: ['starting', 'stopped', 'failed'],
  starting: ['ready', 'stopping'],
  ready: ['stopping'],
  stopping: ['stopping', 'starting', 'backing-off', 'stopped', 'failed'],
  'backing-off': ['starting', 'stopped'],
  stopped: ['waiting'],
  failed: ['waiting'],
};

/** @throws Error for a move that is not drawn: a bug of ours */
export function checkMove(from: StateName, to: StateName): void {
  if (!EDGES[from].includes(to)) throw new Error(`an instance cannot go from ${from} to ${to}`);
}

export const lifeOf = (state: InstanceState): Life | undefined => ('life' in state ? state.life : undefined);

/** No life follows by itself. */
export const hasEnded = ({ name }: InstanceState): boolean => name === 'stopped' || name === 'failed';

/** It is ending because that was asked for. */
export const isWanted = (state: InstanceState): boolean =>
  state.name === 'stopping' && (state.why.kind === 'asked' || state.why.kind === 'run');
