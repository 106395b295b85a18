"""Loaded into the Python processes of a devstart run in which a port has moved (by PYTHONPATH): lets the copies of the
old number that the project has written down mean the new one. See docs/follow.md. The project's own sitecustomize is
run as ever. Nothing is imported here that Python has not imported before; what is followed waits for its module.
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def settings(line):
    """`run=k3x9 ports=8000:8001 own=8000:8001 origins=3000:3002`: the same words as in follow/settings.ts."""
    words = dict((word + "=").split("=")[:2] for word in line.split())
    maps = {}
    for name in ("ports", "own", "origins"):
        pairs = [pair.split(":") for pair in words.get(name, "").split(",") if pair]
        maps[name] = {int(written): int(real) for written, real in pairs}
    return words.get("run"), maps


RUN, MAPS = settings(os.environ.get("DEVSTART_MOVED", ""))
PORTS, OWN, ORIGINS = MAPS["ports"], MAPS["own"], MAPS["origins"]
NUMBERS = set(PORTS) | set(PORTS.values()) | set(OWN) | set(OWN.values())
# Weak references to sockets of this process that listen on a port that has moved, by its old or its new number.
listening = []


def is_loopback(host):
    if isinstance(host, (bytes, bytearray)):
        host = bytes(host).decode("latin-1")
    if not isinstance(host, str):
        return host is None
    host = host.lower().rstrip(".")
    return host in ("", "localhost", "0.0.0.0", "::", "::1") or host.endswith(".localhost") or (
        host.startswith(("127.", "::ffff:127."))
    )


def listens_on(port):
    for reference in list(listening):
        other = reference()
        if other is None or other.fileno() < 0:
            listening.remove(reference)
        elif other.getsockname()[1] == port:
            return True
    return False


def real_of(ports, host, port):
    """The port to take for a written one; itself where it is to be left alone."""
    if isinstance(port, int) and port in ports and is_loopback(host):
        # Who listens on the old number means that; who has the new one already, the same.
        if not listens_on(ports[port] if ports is OWN else port):
            return ports[port]
    return port


def moved(sock, address, ports):
    """The address of a TCP socket with the real port: ("localhost", 8000), of IPv6 with two more."""
    if type(address) is tuple and len(address) >= 2 and getattr(sock, "type", None) == 1:
        port = real_of(ports, address[0], address[1])
        if port != address[1]:
            return (address[0], port) + address[2:]
    return address


def follow_socket(cls):
    connect, connect_ex, bind, listen = cls.connect, cls.connect_ex, cls.bind, cls.listen
    cls.connect = lambda self, address: connect(self, moved(self, address, PORTS))
    cls.connect_ex = lambda self, address: connect_ex(self, moved(self, address, PORTS))
    if OWN:
        cls.bind = lambda self, address: bind(self, moved(self, address, OWN))

    def noted(self, *backlog):
        listen(self, *backlog)
        try:
            port = self.getsockname()[1]
            if port in NUMBERS:
                from _weakref import ref

                listening.append(ref(self))
        except (OSError, IndexError, TypeError):
            pass  # no port: a Unix socket

    cls.listen = noted


def follow_uvloop(module):
    """Its loop connects and binds in C."""
    cls = module.Loop
    connect, serve = cls.create_connection, cls.create_server

    def create_connection(self, protocol_factory, host=None, port=None, **options):
        return connect(self, protocol_factory, host, real_of(PORTS, host, port), **options)

    def create_server(self, protocol_factory, host=None, port=None, **options):
        return serve(self, protocol_factory, host, real_of(OWN, None, port), **options)

    cls.create_connection = create_connection
    if OWN:
        cls.create_server = create_server


def follow_proactor(module):
    """Windows' loop connects by the system's own call."""
    cls = module.IocpProactor
    connect = cls.connect
    cls.connect = lambda self, conn, address: connect(self, conn, moved(conn, address, PORTS))


def web(name):
    """A server's module: what wraps its applications is loaded with the first of them."""

    def follow(module):
        sys.path.insert(0, HERE)
        try:
            import devstart_web
        finally:
            sys.path.remove(HERE)
        getattr(devstart_web, name)(module, ORIGINS, PORTS)

    return follow


AFTER = {
    "socket": lambda module: follow_socket(module.socket),
    "gevent._socket3": lambda module: follow_socket(module.socket),
    "uvloop": follow_uvloop,
    "asyncio.windows_events": follow_proactor,
    "uvicorn.config": web("uvicorn"),
    "hypercorn.utils": web("hypercorn"),
    "daphne.server": web("daphne"),
    "gunicorn.app.base": web("gunicorn"),
    "werkzeug.serving": web("werkzeug"),
    "django.core.servers.basehttp": web("django"),
    "wsgiref.simple_server": web("wsgiref"),
    "waitress.server": web("waitress"),
    "gevent.pywsgi": web("gevent"),
    "eventlet.wsgi": web("eventlet"),
}


class Loader:
    """The module's own loader, and what follows once it has run."""

    def __init__(self, loader, after):
        self.loader, self.after = loader, after

    def __getattr__(self, name):
        return getattr(self.loader, name)

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        module.__loader__ = module.__spec__.loader = self.loader
        self.loader.exec_module(module)
        self.after(module)


class Finder:
    """Stands before the others and lets them find what it waits for."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        after = AFTER.get(name)
        for finder in sys.meta_path if after else ():
            spec = finder.find_spec(name, path, target) if finder is not Finder else None
            if spec is not None:
                if hasattr(spec.loader, "exec_module"):
                    spec.loader = Loader(spec.loader, after)
                return spec
        return None


def run_the_projects_own():
    """Python runs the first sitecustomize that it finds: this one. The next one follows."""
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != HERE]
    ours = sys.modules.pop("sitecustomize", None)
    try:
        __import__("sitecustomize")
    except ImportError as error:
        if getattr(error, "name", "sitecustomize") != "sitecustomize":
            raise
    finally:
        if ours is not None:
            sys.modules.setdefault("sitecustomize", ours)


if sys.version_info >= (3, 6) and NUMBERS and RUN == os.environ.get("DEVSTART_RUN"):
    sys.meta_path.insert(0, Finder)
    for loaded in [name for name in AFTER if name in sys.modules]:
        AFTER[loaded](sys.modules[loaded])
run_the_projects_own()
