"""AUTH (RFC 4954): PLAIN, else LOGIN, and never in clear to another machine unless the settings ask for it."""

from base64 import b64encode

from channels.email.smtp.capabilities import Capabilities
from channels.email.smtp.dialogue import Dialogue
from channels.email.smtp.faults import refused_by_server
from channels.email.smtp.relay import Relay
from core.errors import ChannelHalted
from core.vocabulary import Tls


async def log_in(dialogue: Dialogue, relay: Relay, offered: Capabilities) -> None:
    """Raises ChannelHalted when the login is refused or impossible, NotNow when the server says later (454)."""
    encrypted = dialogue.wire.transport.get_extra_info("ssl_object") is not None
    if not encrypted and not relay.is_loopback and relay.tls is not Tls.NONE:
        raise ChannelHalted("smtp.no_tls", host=relay.host)
    user, password = (relay.user or "").encode(), (relay.password or "").encode()
    if "PLAIN" in offered.auth:
        reply = await dialogue.ask("AUTH PLAIN " + _encoded(b"\0" + user + b"\0" + password))
    elif "LOGIN" in offered.auth:
        reply = await dialogue.ask("AUTH LOGIN")
        for answer in (user, password):
            reply = await dialogue.ask(_encoded(answer)) if reply.startswith(b"334") else reply
    else:
        raise ChannelHalted("smtp.no_login", host=relay.host)
    if not reply.startswith(b"235"):
        raise refused_by_server("smtp.login_refused", relay.host, reply)


def _encoded(words: bytes) -> str:
    return b64encode(words).decode("ascii")
