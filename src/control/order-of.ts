import type { Done } from './answers.ts';
import { HttpFault } from './http.ts';
import type { Target } from './names.ts';
import type { Order } from './plane.ts';

export interface OrderBody {
  name: string;
  port?: string | number | undefined;
  instances?: number | undefined;
}

/** @throws HttpFault 422 for what is asked of the whole run, and is for a part */
export function orderOf(
  did: Done['did'],
  { app, instance }: Target,
  { port, instances }: Omit<OrderBody, 'name'>,
): Order {
  const who = { app, instance };
  const spec = port === undefined ? undefined : String(port);
  if (app === undefined && (did === 'stop' || did === 'delete'))
    return { do: 'stop', reason: { code: 0, reason: `devstart ${did}` } };
  if (did === 'scale') {
    if (app === undefined || instance !== undefined)
      throw new HttpFault(422, 'USAGE', 'what is scaled is an app', { hint: 'devstart scale api 3' });
    return { do: 'scale', app, instances: instances ?? 1 };
  }
  if (did === 'restart' || did === 'reload') return { do: did, who, port: spec };
  return { do: did === 'stop' ? 'end' : did, who };
}
