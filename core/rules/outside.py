"""How the outside world reaches this installation, and what follows from it."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Outside:
    public_url: str | None
    """Where recipients' pictures, links and unsubscribe pages lead; None: this machine alone."""
    real_relay: bool
    """Whether letters leave for real mailboxes; to the sandbox any address will do."""


def links_are_dead(outside: Outside) -> bool:
    """Whether real recipients would get links that lead nowhere, or that anybody on the way may read and change."""
    if not outside.real_relay:
        return False
    parts = urlsplit(outside.public_url or "")
    return parts.scheme != "https" or _is_here(parts.hostname or "")


def _is_here(host: str) -> bool:
    if host in ("", "localhost") or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
