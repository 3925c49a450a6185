"""Mail servers of a sender's own: admitted, tried, and opened as a provider for that sender's letters alone."""

import socket
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address

from channels.email.opening import open_over
from channels.email.provider import EmailProvider
from channels.email.smtp.patience import PATIENCE as USUAL
from channels.email.smtp.relay import Relay
from channels.outside import sandbox_server
from config import Settings
from config.keys import Keys
from core.errors import ChannelHalted, Invalid, Unavailable
from core.messages import SealedRelay
from core.sealing import relay_secret, unseal

PATIENCE = replace(USUAL, greeting=15.0, command=15.0)
"""A server that hangs before it has a letter ends its own run early: the job that it is part of waits for it."""


def admit(host: str, port: int, settings: Settings) -> None:
    """Raise Invalid (`relay.internal`) for what leads into the network behind us and is not allowed by name.

    The sandbox's mail server is. A name that nobody knows is let pass: to try it says so.
    """
    if (host, port) == sandbox_server(settings) or host in settings.allow_internal_hosts:
        return
    if not all(ip_address(address).is_global for address in _addresses(host, port)):
        raise Invalid("relay.internal", where="host", host=host)


def open_own(sealed: Sequence[SealedRelay], settings: Settings, keys: Keys) -> EmailProvider:
    """Raise ChannelHalted where a server is not admitted any more, or its password cannot be opened."""
    try:
        for one in sealed:
            admit(one.host, one.port, settings)
        return open_over([_opened(one, settings, keys) for one in sealed], settings, keys, PATIENCE)
    except (Invalid, Unavailable) as problem:
        raise ChannelHalted(problem.code, **{"host": sealed[0].host, **problem.params}) from None


def _opened(one: SealedRelay, settings: Settings, keys: Keys) -> Relay:
    secret = relay_secret(one.host, one.port, one.user or "")
    return Relay(
        host=one.host,
        port=one.port,
        tls=one.tls,
        user=one.user,
        password=unseal(keys.sealing, one.sealed, of=secret).decode() if one.sealed else None,
        verify=settings.smtp_verify,
        connections=settings.smtp_connections,
        weight=one.weight,
    )


def _addresses(host: str, port: int) -> list[str]:
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        return []
