"""TCP ports of this machine: which is free, and who holds one that is not."""

import errno
import socket
from contextlib import closing, suppress

import psutil

from core.errors import Unavailable

FURTHER = 200
"""How many ports above the wanted one are tried."""


def free_port(wanted: int, taken: set[int]) -> int:
    """The wanted port if it is free, else the next one that is; 0 lets the system choose."""
    if wanted == 0:
        return _any_port()
    for port in range(wanted, min(wanted + FURTHER, 65535) + 1):
        if port not in taken and is_free(port):
            return port
    raise Unavailable("port.none_free", first=wanted, last=wanted + FURTHER)


def is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as problem:
            if problem.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            return False
    return True


def holder(port: int) -> str | None:
    """The program that listens on the port ("nginx, process 812"), or None where this may not be known."""
    with suppress(psutil.Error):
        for connection in psutil.net_connections(kind="tcp"):
            if connection.status != psutil.CONN_LISTEN or not connection.pid or not connection.laddr:
                continue
            if connection.laddr.port == port:
                return f"{psutil.Process(connection.pid).name()}, {connection.pid}"
    return None


def answers(port: int) -> bool:
    """Whether somebody accepts connections there."""
    with closing(socket.socket()) as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _any_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
