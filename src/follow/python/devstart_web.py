"""Wraps the applications of Python's servers: a fixed CORS list follows a frontend that has moved. The program is shown
the origin that the project has written down, the answer carries the browser's; redirects follow, too.
"""


def origin_shown(origin, host, port, origins):
    """The written origin for a moved frontend's; None for all others, and for pages that this very host serves."""
    scheme, slashes, netloc = (origin or "").partition("://")
    name, _, number = netloc.rpartition(":")
    if not slashes or netloc == host or number == port or scheme not in ("http", "https"):
        return None
    for written, real in origins.items():
        if number == str(real) and is_local(name):
            return "{}://{}:{}".format(scheme, name, written)
    return None


def real_netloc(netloc, ports):
    """`localhost:8000` with the real port; itself where it is not this machine's or has not moved."""
    host, _, number = netloc.rpartition(":")
    if number.isdigit() and int(number) in ports and is_local(host):
        return "{}:{}".format(host, ports[int(number)])
    return netloc


def is_local(host):
    return host in ("localhost", "[::1]", "0.0.0.0") or host.startswith("127.") or host.endswith(".localhost")


def followed(name, value, status, shown, origin, ports):
    """A header's value as the browser gets it. Texts."""
    if name == "access-control-allow-origin" and shown and value == shown:
        return origin
    if name == "location" and 300 <= status < 400:
        scheme, slashes, rest = value.partition("://")
        netloc, slash, path = rest.partition("/")
        return scheme + slashes + real_netloc(netloc, ports) + slash + path
    return value


class Wsgi:
    def __init__(self, app, origins, ports):
        self.app, self.origins, self.ports = app, origins, ports

    def __getattr__(self, name):
        return getattr(self.app, name)

    def __call__(self, environ, start_response):
        origin = environ.get("HTTP_ORIGIN")
        shown = origin_shown(origin, environ.get("HTTP_HOST"), environ.get("SERVER_PORT"), self.origins)
        if shown:
            environ["HTTP_ORIGIN"] = shown
        # A proxy that was sent here names its written target: URLs made of it are to be the server's own.
        if "HTTP_HOST" in environ:
            environ["HTTP_HOST"] = real_netloc(environ["HTTP_HOST"], self.ports)

        def start(status, headers, *rest):
            code = int(status[:3])
            headers = [(name, followed(name.lower(), value, code, shown, origin, self.ports)) for name, value in headers]
            return start_response(status, headers, *rest)

        return self.app(environ, start)


def asgi(app, origins, ports):
    async def application(scope, receive, send, *rest):
        if scope["type"] not in ("http", "websocket"):
            return await app(scope, receive, send, *rest)
        given = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        origin, server = given.get(b"origin"), scope.get("server") or (None, None)
        shown = origin_shown(origin, given.get(b"host"), str(server[1]), origins)
        changed = {b"origin": shown, b"host": real_netloc(given.get(b"host", ""), ports)}
        scope["headers"] = [
            (name, changed[name.lower()].encode("latin-1") if changed.get(name.lower()) else value)
            for name, value in scope["headers"]
        ]

        async def answer(message):
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                headers = [
                    (name, change(bytes(name), bytes(value), message["status"])) for name, value in message.get("headers", ())
                ]
                message = dict(message, headers=headers)
            await send(message)

        def change(name, value, status):
            before = value.decode("latin-1")
            after = followed(name.decode("latin-1").lower(), before, status, shown, origin, ports)
            return value if after == before else after.encode("latin-1")

        return await app(scope, receive, answer, *rest)

    return application


def is_asgi(app):
    for function in (app, getattr(type(app), "__call__", None)):
        if getattr(getattr(function, "__code__", None), "co_flags", 0) & 0x80:
            return True
    return False


def either(app, origins, ports):
    return asgi(app, origins, ports) if is_asgi(app) else Wsgi(app, origins, ports)


def result_of(owner, name, wrap):
    """What the function gives back is an application."""
    function = getattr(owner, name)
    setattr(owner, name, lambda *args, **options: wrap(function(*args, **options)))


def argument_of(owner, name, index, keyword, wrap):
    """One of the function's arguments is an application."""
    function = getattr(owner, name)

    def wrapped(*args, **options):
        if options.get(keyword) is not None:
            options[keyword] = wrap(options[keyword])
        elif len(args) > index and args[index] is not None:
            args = args[:index] + (wrap(args[index]),) + args[index + 1 :]
        return function(*args, **options)

    setattr(owner, name, wrapped)


def uvicorn(module, origins, ports):
    load = module.Config.load

    def loaded(config):
        load(config)
        config.loaded_app = asgi(config.loaded_app, origins, ports)

    module.Config.load = loaded


def hypercorn(module, origins, ports):
    result_of(module, "wrap_app", lambda app: asgi(app, origins, ports))


def gunicorn(module, origins, ports):
    result_of(module.BaseApplication, "wsgi", lambda app: either(app, origins, ports))


def django(module, origins, ports):
    result_of(module, "get_internal_wsgi_application", lambda app: Wsgi(app, origins, ports))


def daphne(module, origins, ports):
    argument_of(module.Server, "__init__", 1, "application", lambda app: asgi(app, origins, ports))


def wsgi_argument(name, index, keyword, of=lambda module: module):
    def follow(module, origins, ports):
        argument_of(of(module), name, index, keyword, lambda app: Wsgi(app, origins, ports))

    return follow


werkzeug = wsgi_argument("make_server", 2, "app")
wsgiref = wsgi_argument("make_server", 2, "app")
waitress = wsgi_argument("create_server", 0, "application")
eventlet = wsgi_argument("server", 1, "site")
gevent = wsgi_argument("__init__", 2, "application", lambda module: module.WSGIServer)
