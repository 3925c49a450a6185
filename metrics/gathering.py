"""The figures of all processes of a machine on one port of it, each with the name of its process."""

import http.client
import socket
import threading
from collections.abc import Iterable
from http.server import ThreadingHTTPServer
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from metrics.serving import FOLDER, Answer, socket_path

SECONDS = 5


class Gathered(Collector):
    """Asks every socket of the folder; a process that does not answer is shown as not up."""

    def __init__(self, data: Path) -> None:
        self._folder = data / FOLDER

    def collect(self) -> Iterable[Metric]:
        up = GaugeMetricFamily("sendbote_process_up", "Whether a process answers.", labels=["process"])
        families: dict[str, Metric] = {}
        for path in sorted(self._folder.glob("*.sock")):
            said = _asked(path)
            up.add_metric([path.stem], 0 if said is None else 1)
            for family in text_string_to_metric_families(said or ""):
                known = families.setdefault(family.name, Metric(family.name, family.documentation, family.type))
                for sample in family.samples:
                    known.samples.append(sample._replace(labels={**sample.labels, "process": path.stem}))
        yield up
        yield from families.values()


def serve(data: Path, held: socket.socket) -> ThreadingHTTPServer:
    """Answer `/metrics` on the port that is held; sockets that an earlier life left are taken away first."""
    for left in (data / FOLDER).glob("*.sock"):
        left.unlink(missing_ok=True)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Gathered(data))

    class OfAll(Answer):
        timeout = 10

    OfAll.registry = registry
    server = ThreadingHTTPServer(held.getsockname(), OfAll, bind_and_activate=False)
    server.socket.close()
    server.socket = held
    server.server_activate()
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(SECONDS)
        with socket_path(self._path) as path:
            self.sock.connect(path)


def _asked(path: Path) -> str | None:
    connection = _Connection(path)
    try:
        connection.request("GET", "/metrics")
        return connection.getresponse().read().decode()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
