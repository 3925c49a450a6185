"""How the outside world reaches this installation, and what follows from it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import ip_address
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Outside:
    public_url: str | None
    """Where recipients' pictures, links and unsubscribe pages lead; None: this machine alone."""
    real_relay: bool
    """Whether letters leave for real mailboxes; to the sandbox any address will do."""
    fetched_by: frozenset[str] = frozenset()
    """Channels whose provider outside fetches pictures and files from us."""
    sandbox: tuple[str, int] | None = None
    """Where the sandbox's mail server listens, if there is one."""

    def over(self, servers: Iterable[tuple[str, int]]) -> "Outside":
        """As letters meet it that leave by these servers too."""
        return replace(self, real_relay=self.real_relay or any(server != self.sandbox for server in servers))


def links_are_dead(outside: Outside) -> bool:
    """Whether real recipients would get links that lead nowhere, or that anybody on the way may read and change."""
    return outside.real_relay and _is_closed(outside)


def cannot_fetch(outside: Outside, channel: str) -> bool:
    """Whether that channel's provider would find no picture of ours, or one that anybody on the way may change."""
    return channel in outside.fetched_by and _is_closed(outside)


def _is_closed(outside: Outside) -> bool:
    parts = urlsplit(outside.public_url or "")
    return parts.scheme != "https" or _is_here(parts.hostname or "")


def _is_here(host: str) -> bool:
    if host in ("", "localhost") or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
