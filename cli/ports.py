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
    with closing(held_port(wanted, taken)) as held:
        return _port(held)


def held_port(wanted: int, taken: set[int]) -> socket.socket:
    """The same, listened at already: two who have only bound a port may share it."""
    for port in range(wanted, min(wanted + FURTHER, 65535) + 1):
        if (port == 0 or port not in taken) and (held := _bound(port)):
            return held
    raise Unavailable("port.none_free", first=wanted, last=wanted + FURTHER)


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


def _bound(port: int) -> socket.socket | None:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(("127.0.0.1", port))
        made.listen()
    except OSError as problem:
        made.close()
        if problem.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        return None
    return made


def _port(held: socket.socket) -> int:
    port: int = held.getsockname()[1]
    return port
