"""The environment that `sendbote up` hands to its processes: what was chosen, over what was given."""

import os
import secrets
from pathlib import Path

from cli.addresses import Addresses
from config import Settings


def environment(
    settings: Settings, addresses: Addresses, database_url: str, redis_url: str, language: str
) -> dict[str, str]:
    """Our own environment with every address filled in, so that each process reads plain settings.

    Whatever the user named stays as it is; the sandbox stands in for a mail server or a bot that was not named.
    """
    chosen = {
        "SENDBOTE_DATA": str(settings.data),
        "SENDBOTE_DATABASE_URL": database_url,
        "SENDBOTE_REDIS_URL": redis_url,
        "SENDBOTE_PANEL_PORT": str(addresses.panel_port),
        "SENDBOTE_PUBLIC_PORT": str(addresses.public_port),
        "SENDBOTE_SANDBOX_PORT": str(addresses.sandbox_port),
        "SENDBOTE_SANDBOX_SMTP_PORT": str(addresses.sandbox_smtp_port),
        "SENDBOTE_PANEL_URL": addresses.panel,
        "SENDBOTE_PUBLIC_URL": addresses.public,
        "SENDBOTE_METRICS_PORT": str(addresses.metrics_port),
        "SENDBOTE_SANDBOX": "yes" if settings.sandbox else "no",
        "SENDBOTE_LANGUAGE": language,
        "SENDBOTE_SUPERVISOR": str(os.getpid()),
        "SENDBOTE_SUPERVISED": "yes",
        "PYTHONUNBUFFERED": "1",
    }
    if settings.sandbox and settings.smtp_url is None and addresses.smtp:
        chosen["SENDBOTE_SMTP_URL"] = addresses.smtp
    if settings.sandbox and settings.telegram_token is None and addresses.sandbox:
        chosen["SENDBOTE_TELEGRAM_TOKEN"] = sandbox_token(settings.data)
        chosen["SENDBOTE_TELEGRAM_API"] = settings.telegram_api or addresses.sandbox
    given = {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in chosen}
    return given | chosen


def sandbox_token(data: Path) -> str:
    """The token of the sandbox's bot, in the form of Telegram's; made once and kept for its owner only."""
    path = data / "keys" / "sandbox_telegram.token"
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        number = 100_000_000 + secrets.randbelow(900_000_000)
        path.write_text(f"{number}:{secrets.token_hex(17)}x", encoding="ascii")
    return path.read_text(encoding="ascii")
