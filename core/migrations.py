"""Bringing a database to the version of this code: an older one is migrated, a newer one refused."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, text

from core.errors import Refused

SCRIPTS = Path(__file__).resolve().parent.parent / "migrations"
LOCK = 0x53454E44


def upgrade(engine: Engine) -> None:
    """Migrate to the newest version; two processes that start at once take turns.

    Raises Refused (`database.newer`) if a later version of Sendbote has already migrated it.
    """
    with engine.connect() as connection, connection.begin():
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        _refuse_newer(connection)
        command.upgrade(_config(connection), "head")


def knows(version: str) -> bool:
    """Whether this code has that version of the schema, and so can bring it to its own."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    try:
        return ScriptDirectory.from_config(config).get_revision(version) is not None
    except CommandError:
        return False


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config


def _refuse_newer(connection: Connection) -> None:
    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return
    version = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if not knows(str(version)):
        raise Refused("database.newer", version=version)
