"""What the settings say about the world outside."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from config import Settings
from core.rules.outside import Outside


def outside(settings: Settings) -> Outside:
    """A relay is real unless it is the sandbox's mail server on this machine."""
    relays = (settings.smtp_url or "").split()
    real = any(not _is_sandbox(relay, settings) for relay in relays)
    return Outside(
        settings.public_url,
        real_relay=real,
        fetched_by=frozenset(_fetching(settings)),
        sandbox=sandbox_server(settings),
    )


def sandbox_server(settings: Settings) -> tuple[str, int] | None:
    """Where the sandbox's mail server listens."""
    return ("127.0.0.1", settings.sandbox_smtp_port) if settings.sandbox else None


def _fetching(settings: Settings) -> Iterator[str]:
    if settings.twilio_sid and settings.twilio_token:
        yield "whatsapp"
    if settings.telegram_token and settings.telegram_api is None:
        yield "telegram"


def _is_sandbox(relay: str, settings: Settings) -> bool:
    parts = urlsplit(relay)
    return (parts.hostname, parts.port) == sandbox_server(settings)
