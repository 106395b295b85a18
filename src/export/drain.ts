import type { Service } from './types.ts';

/** Beside the units: uvicorn as it is, but for its end. */
export const DRAIN_FILE = 'uvicorn-drain.py';

/**
 * uvicorn takes a connection that it has accepted and not yet read for an idle one, and closes it at its end: one of
 * some thousands is reset by a restart, though the socket stays open. A moment in which it reads on spares those.
 */
export const DRAIN = `"""uvicorn, which at its end answers what it has accepted: python3 ${DRAIN_FILE} APP OPTIONS...

On its own it closes a connection that it has accepted and not read yet, and a restart resets the odd one
(https://github.com/Kludex/uvicorn/issues/2757). With that mended there, the unit can start uvicorn itself.
"""

import asyncio

import uvicorn

end = uvicorn.Server.shutdown


async def shutdown(server, sockets=None):
    for listener in server.servers:
        listener.close()
    # Others accept from here on. What this one has accepted comes in, and is answered.
    await asyncio.sleep(0.5)
    await end(server, sockets)


uvicorn.Server.shutdown = shutdown

if __name__ == "__main__":
    uvicorn.main()
`;

/** Whether a unit with a socket starts uvicorn. Pure. */
export const drains = ({ recipe }: Service, fd: number | undefined): boolean =>
  fd !== undefined && recipe.handed?.[0] === 'uvicorn';

/** The words with uvicorn started by the file: its program lies beside the environment's Python. Pure. */
export function drained([program = '', ...rest]: readonly string[], file: string): string[] {
  return [program.replace(/uvicorn$/, 'python3'), file, ...rest];
}

/** Those that close what they have not read as well, and have no such way. Pure. */
export function resets({ app, recipe }: Service, fd: number | undefined): string | undefined {
  if (fd === undefined) return undefined;
  const [program = '', ...rest] = recipe.handed ?? [];
  const worker = program === 'gunicorn' && /uvicorn/i.test(rest.join(' '));
  if (program !== 'hypercorn' && !worker) return undefined;
  return `${app}: ${worker ? "gunicorn's uvicorn worker" : program} closes at its end what it has accepted and not read yet: a restart resets one of some thousands of connections (gunicorn's own workers and the exported uvicorn do not)`;
}
