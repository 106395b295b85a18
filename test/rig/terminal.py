"""A terminal, and a shell with job control in it that runs one command.

Orders on stdin, one JSON object a line: {"keys": TEXT} types, {"do": "fg" | "bg"} wakes a stopped job,
{"do": "take"} brings a running one to the front, {"kill": NAME} signals it. Told on stdout: {"screen": TEXT}, {"state": "running" | "stopped" | "exited", "tty": what `stty -g`
says, "pid", "code"}, {"tty": ...} after {"do": "stty"}. The end of stdin ends all.
"""

import json
import os
import pty
import select
import signal
import subprocess
import sys


def tell(fd, **message):
    os.write(fd, (json.dumps(message) + "\n").encode())


def settings():
    return subprocess.run(["stty", "-g"], stdout=subprocess.PIPE).stdout.decode().strip()


def shell(argv, orders, told):
    """In the terminal, leader of its session: what bash does for a foreground job."""
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    before = settings()
    job = os.fork()
    if job == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        os.execvp(argv[0], argv)
    tell(told, state="running", pid=job, tty=before)
    while True:
        pid, status = os.waitpid(job, os.WNOHANG | os.WUNTRACED)
        if pid and os.WIFSTOPPED(status):
            os.tcsetpgrp(0, os.getpgrp())
            tell(told, state="stopped", tty=settings())
        elif pid:
            os.tcsetpgrp(0, os.getpgrp())
            code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
            tell(told, state="exited", code=code, tty=settings())
            os.read(orders, 1)
            os._exit(0)
        if not select.select([orders], [], [], 0.01)[0]:
            continue
        order = os.read(orders, 1)
        if order in (b"f", b"t"):
            os.tcsetpgrp(0, job)
        if order in (b"f", b"b"):
            os.killpg(job, signal.SIGCONT)
        elif order == b"s":
            tell(told, tty=settings())
        elif not order:
            os.killpg(job, signal.SIGKILL)
            os._exit(1)


def main():
    orders, order = os.pipe()
    told, tell_fd = os.pipe()
    leader, screen = pty.fork()
    if leader == 0:
        os.close(order)
        shell(sys.argv[1:], orders, tell_fd)
    os.close(orders)
    os.close(tell_fd)
    job = None
    typed = b""
    reading = [0, screen, told]
    while reading:
        for fd in select.select(reading, [], [])[0]:
            try:
                data = os.read(fd, 65536)
            except OSError:
                data = b""
            if not data:
                reading.remove(fd)
                if fd == 0:
                    os.close(order)
                if told not in reading:
                    return
            elif fd == screen:
                tell(1, screen=data.decode(errors="replace"))
            elif fd == told:
                os.write(1, data)
                for line in data.splitlines():
                    job = json.loads(line).get("pid", job)
            else:
                *lines, typed = (typed + data).split(b"\n")
                for line in map(json.loads, lines):
                    if "keys" in line:
                        os.write(screen, line["keys"].encode())
                    elif "kill" in line:
                        os.kill(job, getattr(signal, line["kill"]))
                    else:
                        os.write(order, line["do"][0].encode())


main()
