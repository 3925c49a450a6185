"""From nothing to a connection that takes mail: connect, greeting, EHLO, STARTTLS."""

import asyncio
import socket
import ssl
from functools import cache

from channels.email.smtp.capabilities import Capabilities, read_capabilities
from channels.email.smtp.dialogue import Dialogue
from channels.email.smtp.faults import NotNow, not_connected, refused_by_server
from channels.email.smtp.login import log_in
from channels.email.smtp.patience import Patience
from channels.email.smtp.relay import Relay
from channels.email.smtp.wire import Wire
from core.errors import ChannelHalted
from core.vocabulary import Tls


async def open_wire(relay: Relay, patience: Patience) -> tuple[Wire, Capabilities]:
    """A wire that is ready for MAIL; raises NotNow for what may pass and ChannelHalted for what needs a person."""
    wire = Wire()
    dialogue = Dialogue(wire, patience.command)  # listens before the connection stands: the greeting may be that quick
    try:
        async with asyncio.timeout(patience.connect):
            await _connect(relay, wire)
        offered = await _introduce(dialogue, relay, patience)
        if relay.user is not None:
            await log_in(dialogue, relay, offered)
    except BaseException as problem:
        wire.abort("not opened")
        if isinstance(problem, TimeoutError):
            raise NotNow("no answer in time") from None
        if isinstance(problem, UnicodeError):
            raise ChannelHalted("smtp.host_unknown", host=relay.host) from None
        if isinstance(problem, OSError):
            raise not_connected(relay.host, problem) from None
        raise
    return wire, offered


async def _connect(relay: Relay, wire: Wire) -> None:
    implicit = relay.tls is Tls.IMPLICIT
    await asyncio.get_running_loop().create_connection(
        lambda: wire,
        relay.host,
        relay.port,
        ssl=_context(relay.trusts_only_the_right_server, relay.ca) if implicit else None,
        server_hostname=relay.host if implicit else None,
    )


async def _introduce(dialogue: Dialogue, relay: Relay, patience: Patience) -> Capabilities:
    greeting = await dialogue.answer(patience.greeting)
    if not greeting.startswith(b"220"):
        raise refused_by_server("smtp.service_refused", relay.host, greeting)
    offered = await _hello(dialogue, relay)
    if relay.tls is Tls.REQUIRED or (relay.tls is Tls.OPPORTUNISTIC and offered.starttls):
        await _start_tls(dialogue, relay, offered, patience)
        offered = await _hello(dialogue, relay)
    return offered


async def _hello(dialogue: Dialogue, relay: Relay) -> Capabilities:
    """EHLO, or HELO where the server is older than that (RFC 5321, section 3.2)."""
    name = relay.name or _own_name(dialogue.wire.transport)
    reply = await dialogue.ask(f"EHLO {name}")
    if reply.startswith(b"5"):
        reply = await dialogue.ask(f"HELO {name}")
    if not reply.startswith(b"250"):
        raise refused_by_server("smtp.service_refused", relay.host, reply)
    return read_capabilities(reply[4:].decode("ascii", "replace"))


async def _start_tls(dialogue: Dialogue, relay: Relay, offered: Capabilities, patience: Patience) -> None:
    """What was said before TLS is forgotten; what was slipped in behind STARTTLS ends the connection."""
    if not offered.starttls:
        raise ChannelHalted("smtp.no_tls", host=relay.host)
    reply = await dialogue.ask("STARTTLS")
    if not reply.startswith(b"220"):
        raise refused_by_server("smtp.no_tls", relay.host, reply)
    if dialogue.was_told_more:
        raise ChannelHalted("smtp.tls_failed", host=relay.host, problem="data before TLS")
    wire = dialogue.wire
    async with asyncio.timeout(patience.command):
        transport = await asyncio.get_running_loop().start_tls(
            wire.transport,
            wire,
            _context(relay.trusts_only_the_right_server, relay.ca),
            server_hostname=relay.host,
        )
    if transport is None:
        raise NotNow(wire.lost or "connection lost")
    wire.transport = transport


@cache
def _context(verified: bool, ca: str | None) -> ssl.SSLContext:
    """Raises OSError if the file cannot be read."""
    context = ssl.create_default_context(cafile=ca)
    if not verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


@cache
def _full_name() -> str | None:
    name = socket.gethostname()
    return name if "." in name and name.isascii() else None


def _own_name(transport: asyncio.Transport) -> str:
    """The machine's full name; without one, its address as a literal (RFC 5321, section 4.1.3)."""
    name = _full_name()
    if name is not None:
        return name
    address = transport.get_extra_info("sockname")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"
