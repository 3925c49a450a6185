"""A process's own figures on a Unix socket for its owner only, answered by a thread beside the work."""

import os
import socketserver
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest

FOLDER = Path("run") / "metrics"
"""Below the data directory."""
TEXT = "text/plain; version=0.0.4; charset=utf-8"


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 16


class Answer(BaseHTTPRequestHandler):
    """Answers `/metrics` with the figures of its registry, and nothing else."""

    timeout = 5
    registry: CollectorRegistry = REGISTRY

    def do_GET(self) -> None:
        if self.path != "/metrics":
            self.send_error(404)
            return
        body = generate_latest(self.registry)
        self.send_response(200)
        self.send_header("Content-Type", TEXT)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Nobody needs to know that figures were asked for."""

    def address_string(self) -> str:
        return "local"


def serve(data: Path, name: str) -> None:
    """Serve this process's figures for the rest of its life, under the name that its supervisor gave it."""
    folder = data / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    called = os.environ.get("SENDBOTE_PROCESS") or f"{name}-{os.getpid()}"
    with socket_path(folder / f"{called}.sock") as path:
        Path(path).unlink(missing_ok=True)
        server = Server(path, Answer)
        Path(path).chmod(0o600)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()


class socket_path:  # noqa: N801 - used as a function
    """The path through a descriptor of its folder: the address of a socket holds 107 bytes, folders may be longer."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> str:
        self._folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        return f"/proc/self/fd/{self._folder}/{self._path.name}"

    def __exit__(self, *_fault: object) -> None:
        with suppress(OSError):
            os.close(self._folder)
