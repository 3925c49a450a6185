"""Email from the settings of this installation: its relays, and letters with its links and keys."""

from collections.abc import Sequence

from channels.email.echoes import echoes
from channels.email.mime import ContentMime, Signs
from channels.email.provider import EmailProvider
from channels.email.returning import ReturnPath
from channels.email.smtp.patience import PATIENCE, Patience
from channels.email.smtp.relay import Relay, parse_relay
from channels.links import Links
from config import Settings
from config.keys import Keys
from core.messages import Content, Sender
from core.ports import Buckets


def open_email(settings: Settings, keys: Keys, _buckets: Buckets) -> EmailProvider:
    """The relays stand in `smtp_url`, separated by blanks; without it the sandbox's server takes the mail."""
    urls = (settings.smtp_url or f"smtp://127.0.0.1:{settings.sandbox_smtp_port}?tls=none").split()
    relays = [parse_relay(url, connections=settings.smtp_connections, verify=settings.smtp_verify) for url in urls]
    return open_over(relays, settings, keys)


def open_over(relays: Sequence[Relay], settings: Settings, keys: Keys, patience: Patience = PATIENCE) -> EmailProvider:
    """Letters with this installation's links and keys, over these servers."""
    links = Links(settings.public_address, keys.signing)

    returns = ReturnPath(settings.returns_addresses, keys.signing) if settings.returns_addresses else None

    told = echoes(relay.host for relay in relays)

    def open_mime(content: Content) -> ContentMime:
        signed = signer(content.sender, keys.sealing)
        return ContentMime(content, links, keys.signing, signed, returns=returns, echoes=told)

    return EmailProvider(
        relays,
        open_mime,
        envelope_sender=returns.envelope_sender if returns else None,
        patience=patience,
        limits=settings.smtp_domains,
    )


def signer(sender: Sender, sealing: bytes) -> Signs | None:
    """What signs the letters of a sender that has keys; raise ChannelHalted where they cannot be opened.

    Loaded where it is needed: what it stands on takes ten megabytes of a worker, and few senders sign here.
    """
    if not sender.keys:
        return None
    from channels.email.dkim.opening import open_signer

    return open_signer(sender, sealing)
