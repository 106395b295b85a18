# A server with one of the manners that the matrix of events is run against: python3 behaviour.py NAME.
# It listens on PORT, dials back to RIG_SOCKET, and at each line from there prints what the line says.
# COUNT is the file that says, after each write, how many bytes it has printed.
import json
import os
import signal
import socket
import sys

name = sys.argv[1]
counter = os.open(os.environ["COUNT"], os.O_WRONLY | os.O_CREAT, 0o600)
printed = 0


def put(data):
    global printed
    while data:
        taken = os.write(1, data)
        printed += taken
        data = data[taken:]
        os.pwrite(counter, b"%012d" % printed, 0)


def put_lines(count):
    """Numbered, 80 bytes each; for ever with a negative count."""
    at = 0
    while at != count:
        upto = at + 100 if count < 0 else min(count, at + 100)
        put(b"".join(str(i).ljust(79, ".").encode() + b"\n" for i in range(at, upto)))
        at = upto


def wait_for_ever():
    while True:
        signal.pause()


def child(of_its_own=lambda: None):
    """A process beside us that waits for ever; it is there, as it should be, on return."""
    there, here = os.pipe()
    if os.fork() == 0:
        os.close(there)
        of_its_own()
        os.close(here)
        wait_for_ever()
    os.close(here)
    os.read(there, 1)
    os.close(there)


def ignore(*signals):
    for number in signals:
        signal.signal(number, signal.SIG_IGN)


def exit_at_stop(code):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: os._exit(code))


def fork_and_leave():
    if os.fork() != 0:
        os._exit(0)


def fork_twice():
    child(fork_and_leave)
    os.wait()


def daemonize():
    fork_and_leave()
    os.setsid()
    # So often that whoever reads the list of processes finds none of them.
    for _ in range(300):
        fork_and_leave()


def many_children():
    for _ in range(200):
        child()


connections = []


def serve_to_the_last():
    """As uvicorn: SIGTERM closes the door and waits for whoever is inside."""

    def wait(*_):
        door.close()
        for connection in connections:
            while connection.recv(4096):
                pass
        os._exit(0)

    signal.signal(signal.SIGTERM, wait)


def fork_at_each_signal():
    """Whoever of them is asked to stop has two more instead, a hundred in all."""
    take, give = os.pipe()
    os.write(give, b"." * 100)
    os.set_blocking(take, False)

    def again(*_):
        for _ in range(2):
            try:
                os.read(take, 1)
            except BlockingIOError:
                return
            if os.fork() == 0:
                os.setsid()
                wait_for_ever()

    signal.signal(signal.SIGTERM, again)


manners = {
    "exits 0": lambda: exit_at_stop(0),
    "exits 3": lambda: exit_at_stop(3),
    "ignores INT": lambda: ignore(signal.SIGINT),
    "ignores TERM": lambda: ignore(signal.SIGINT, signal.SIGTERM, signal.SIGHUP),
    "forks twice": fork_twice,
    "own session": lambda: child(os.setsid),
    "own group": lambda: child(lambda: os.setpgid(0, 0)),
    "self-daemonizes": daemonize,
    "200 children": many_children,
    "keeps connections": serve_to_the_last,
    "forks at each signal": fork_at_each_signal,
}
manners.get(name, lambda: None)()

door = socket.socket()
door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
if name != "never ready":
    door.bind(("127.0.0.1", int(os.environ["PORT"])))
    door.listen(200)

link = socket.socket(socket.AF_UNIX)
link.connect(os.environ["RIG_SOCKET"])
hello = {"hello": "api", "pid": os.getpid(), "argv": [], "env": {"PORT": os.environ["PORT"]}, "cwd": os.getcwd()}
link.sendall(json.dumps(hello).encode() + b"\n")
for line in link.makefile():
    order = json.loads(line)
    if order["do"] == "accept":
        connections.append(door.accept()[0])
    if "lines" in order:
        put_lines(order["lines"])
    if name == "half a character":
        put("half a €".encode()[:-1])
    if "exit" in order:
        os._exit(order["exit"])
    if name == "ready, then hangs":
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
        wait_for_ever()
    link.sendall(b'{"id": %d}\n' % order["id"])
