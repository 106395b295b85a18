import { chosenBy, end, type Orders, remove, restart, start } from './orders.ts';
import { reload, scale } from './rollout.ts';
import type { Change, Outcome } from './types.ts';

/** Does what was ordered. @throws DevstartError */
export function carryOut(change: Change, run: Orders): Promise<Outcome> {
  switch (change.do) {
    case 'end':
      return end(chosenBy(run, change.who), run);
    case 'start': {
      const chosen = chosenBy(run, change.who);
      const { app } = change.who;
      // Left out by `--only`.
      return chosen.length === 0 && app !== undefined ? scale({ do: 'scale', app }, run) : start(chosen, run);
    }
    case 'restart':
      return restart(change, run);
    case 'reload':
      return reload(change, run);
    case 'scale':
      return scale(change, run);
    case 'delete':
      return remove(chosenBy(run, change.who), run);
  }
}
