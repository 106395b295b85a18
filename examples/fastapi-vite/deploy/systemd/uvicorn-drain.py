# Made by: devstart export systemd --backend-port 16201-16202 --cors-origin http://localhost:16200 --frontend-port 16200
# devstart-hash: c0064f26af8824eb
# Edited, it is not written over: --force does that.

"""uvicorn, which at its end answers what it has accepted: python3 uvicorn-drain.py APP OPTIONS...

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
