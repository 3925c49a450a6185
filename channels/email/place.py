"""Where a mailbox is, as its address describes it."""

from dataclasses import dataclass, field
from hashlib import blake2b
from urllib.parse import parse_qsl, unquote, urlsplit

from core.errors import Invalid


@dataclass(frozen=True, slots=True)
class Place:
    """`imaps://user:password@host:port/folder?ca=…`; `ca` names certificates to trust instead of the system's."""

    host: str
    port: int
    is_tls: bool
    user: str
    password: str = field(repr=False)
    folder: str
    ca: str | None = None

    @property
    def name(self) -> str:
        """What it is kept under: another server, user or folder is another mailbox."""
        told = f"{self.host}:{self.port}:{self.user}:{self.folder}"
        return blake2b(told.encode(), digest_size=12).hexdigest()


def parse_place(url: str) -> Place:
    """Read the address; raise Invalid (`imap.bad_url`)."""
    try:
        parts = urlsplit(url)
        is_tls = parts.scheme == "imaps"
        port = parts.port or (993 if is_tls else 143)
        options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    except ValueError:
        raise Invalid("imap.bad_url") from None
    if parts.scheme not in ("imap", "imaps") or not (parts.hostname and parts.username and parts.password):
        raise Invalid("imap.bad_url")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    user, password = unquote(parts.username), unquote(parts.password)
    return Place(parts.hostname, port, is_tls, user, password, folder, options.get("ca"))
