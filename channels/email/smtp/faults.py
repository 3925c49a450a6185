"""Why a connection could not be made, in codes; and which of these reasons need a person."""

import socket
import ssl

from core.errors import ChannelHalted
from core.rules.replies import read, too_fast


class NotNow(Exception):  # noqa: N818 - the server's word, not a mistake of ours
    """No connection at the moment. `busy`: the server is there, and asks for fewer connections."""

    def __init__(self, why: str, *, busy: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.busy = busy


def refused_by_server(code: str, host: str, line: bytes) -> NotNow | ChannelHalted:
    """A 4xx passes; a 5xx to greeting, EHLO, STARTTLS or AUTH stays until somebody acts."""
    reply = read(line)
    if reply.code < 500:
        return NotNow(reply.said, busy=too_fast(reply))
    return ChannelHalted(code, host=host, said=reply.said)


def not_connected(host: str, problem: OSError) -> NotNow | ChannelHalted:
    """A certificate that does not fit and a host that does not exist stay so; anything else may pass."""
    if isinstance(problem, ssl.SSLCertVerificationError):
        return ChannelHalted("smtp.certificate_refused", host=host, problem=problem.verify_message)
    if isinstance(problem, ssl.SSLError):
        return ChannelHalted("smtp.tls_failed", host=host, problem=problem.reason or type(problem).__name__)
    if isinstance(problem, socket.gaierror) and problem.errno in _NO_SUCH_HOST:
        return ChannelHalted("smtp.host_unknown", host=host)
    return NotNow(problem.strerror or type(problem).__name__)


_NO_SUCH_HOST = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
