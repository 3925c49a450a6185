"""Email from the settings of this installation: its relays, and letters with its links and keys."""

from channels.email.dkim.signing import Signer
from channels.email.echoes import echoes
from channels.email.mime import ContentMime
from channels.email.provider import EmailProvider
from channels.email.returning import ReturnPath
from channels.email.smtp.relay import parse_relay
from channels.links import Links
from config import Settings
from config.keys import Keys
from core.errors import ChannelHalted, Unavailable
from core.messages import Content, SealedKey, Sender
from core.ports import Buckets
from core.sealing import dkim_secret, unseal


def open_email(settings: Settings, keys: Keys, _buckets: Buckets) -> EmailProvider:
    """The relays stand in `smtp_url`, separated by blanks; without it the sandbox's server takes the mail."""
    urls = (settings.smtp_url or f"smtp://127.0.0.1:{settings.sandbox_smtp_port}?tls=none").split()
    relays = [parse_relay(url, connections=settings.smtp_connections, verify=settings.smtp_verify) for url in urls]
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
        limits=settings.smtp_domains,
    )


def signer(sender: Sender, sealing: bytes) -> Signer | None:
    """What signs the letters of a sender that has keys; raise ChannelHalted where they cannot be opened."""

    def opened(key: SealedKey) -> bytes:
        try:
            return unseal(sealing, key.sealed, of=dkim_secret(key.domain, key.selector))
        except Unavailable:
            raise ChannelHalted("dkim.other_key", domain=key.domain, selector=key.selector) from None

    return Signer(sender.keys, opened) if sender.keys else None
