"""Email from the settings of this installation: its relays, and letters with its links and keys."""

from channels.email.mime import ContentMime
from channels.email.provider import EmailProvider
from channels.email.smtp.relay import parse_relay
from channels.links import Links
from config import Settings
from config.keys import Keys
from core.ports import Buckets


def open_email(settings: Settings, keys: Keys, _buckets: Buckets) -> EmailProvider:
    """The relays stand in `smtp_url`, separated by blanks; without it the sandbox's server takes the mail."""
    urls = (settings.smtp_url or f"smtp://127.0.0.1:{settings.sandbox_smtp_port}?tls=none").split()
    relays = [parse_relay(url, connections=settings.smtp_connections, verify=settings.smtp_verify) for url in urls]
    links = Links(settings.public_address, keys.signing)
    return EmailProvider(
        relays, lambda content: ContentMime(content, links, keys.signing), limits=settings.smtp_domains
    )
