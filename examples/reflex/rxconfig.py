"""The port guide's configuration, as people have it.

Reflex evaluates this file in several processes, and again at each hot reload: the later ones find
the server's own port taken and move on. devstart gives the ports, URLs and origins from outside,
so that every evaluation ends up with the same ones.
"""

import socket

import reflex as rx


def find_available_port(start_port: int, max_attempts: int = 10) -> int:
    """Find an available port from start_port on, trying up to max_attempts consecutive ports."""
    for port in range(start_port, start_port + max_attempts):
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
                s.bind(("", port))
                return port
        except OSError:
            continue
    raise RuntimeError("No available port found")


backend_port = find_available_port(8000)
frontend_port = find_available_port(3000)

config = rx.Config(
    app_name="hello",
    backend_port=backend_port,
    frontend_port=frontend_port,
    api_url=f"http://localhost:{backend_port}",
    deploy_url=f"http://localhost:{frontend_port}",
    cors_allowed_origins=[
        f"http://localhost:{frontend_port}",
        f"http://127.0.0.1:{frontend_port}",
        "http://localhost:3000",
        "http://127.0.0.1:3000",
    ],
    plugins=[rx.plugins.SitemapPlugin(), rx.plugins.TailwindV4Plugin()],
)
