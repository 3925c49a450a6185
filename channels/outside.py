"""What the settings say about the world outside."""

from urllib.parse import urlsplit

from config import Settings
from core.rules.outside import Outside


def outside(settings: Settings) -> Outside:
    """A relay is real unless it is the sandbox's mail server on this machine."""
    relays = (settings.smtp_url or "").split()
    return Outside(settings.public_url, real_relay=any(not _is_sandbox(relay, settings) for relay in relays))


def _is_sandbox(relay: str, settings: Settings) -> bool:
    parts = urlsplit(relay)
    return settings.sandbox and parts.hostname == "127.0.0.1" and parts.port == settings.sandbox_smtp_port
