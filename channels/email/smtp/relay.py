"""A mail server that takes our messages, as its address describes it."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from core.errors import Invalid
from core.vocabulary import Tls


@dataclass(frozen=True, slots=True)
class Relay:
    """Where to connect and how. `weight` is its share among several; 0 stands by until all others fail."""

    host: str
    port: int
    tls: Tls
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    verify: bool = True
    connections: int = 20
    weight: int = 1
    name: str | None = None
    """How we introduce ourselves (EHLO); None: the machine's full name, or its address as a literal."""
    ca: str | None = None
    """A file of certificates to trust instead of the system's, for a relay with an authority of its own."""

    @property
    def is_loopback(self) -> bool:
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def trusts_only_the_right_server(self) -> bool:
        """Whether the certificate must fit: always where TLS is demanded, and wherever a password is at stake."""
        return self.verify and (self.tls is not Tls.OPPORTUNISTIC or self.user is not None)


def parse_relay(url: str, *, connections: int = 20, verify: bool = True) -> Relay:
    """Read `smtp://user:password@host:port?tls=…&connections=…&weight=…&name=…&ca=…` or `smtps://…`; else Invalid.

    Without `tls`, a password demands it, but on loopback; without a password it is used where offered.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or (465 if parts.scheme == "smtps" else 587 if parts.username else 25)
        options = {name: values[-1] for name, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()}
        relay = Relay(
            host=parts.hostname or "",
            port=port,
            tls=_tls(parts, options.pop("tls", None)),
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            verify=verify,
            connections=int(options.pop("connections", connections)),
            weight=int(options.pop("weight", 1)),
            name=options.pop("name", None),
            ca=options.pop("ca", None),
        )
    except ValueError:
        raise Invalid("smtp.bad_url") from None
    if options or not relay.host or relay.connections < 1 or relay.weight < 0 or parts.scheme not in ("smtp", "smtps"):
        raise Invalid("smtp.bad_url")
    return relay


def _tls(parts: SplitResult, asked: str | None) -> Tls:
    if parts.scheme == "smtps":
        return Tls.IMPLICIT
    if asked is not None:
        return Tls(asked)
    loopback = Relay(parts.hostname or "", 0, Tls.NONE).is_loopback
    return Tls.REQUIRED if parts.username and not loopback else Tls.OPPORTUNISTIC
