"""Who still lives: a holder keeps an advisory lock, which PostgreSQL takes from it in the moment it dies."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import BigInteger, ColumnElement, Engine, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import InstrumentedAttribute

CLASS = 0x5E4D
"""The first half of our locks' keys; the second is the holder's name, hashed by PostgreSQL."""
LOCKED = """
SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = :class AND objsubid = 2 AND granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@contextmanager
def alive(engine: Engine, holder: str) -> Iterator[None]:
    """Count as alive within the block, on a connection of its own: a kill ends that, and so the lock, at once."""
    connection = engine.connect()
    try:
        key = {"class": CLASS, "holder": holder}
        connection.execute(text("SELECT pg_advisory_lock(:class, hashtext(:holder))"), key)
        connection.commit()
        yield
    finally:
        with suppress(DBAPIError):
            connection.invalidate()
        connection.close()


def is_dead(holder: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whether nobody of that name holds its lock. Who is frozen counts as alive, until its lease runs out."""
    key = func.hashtext(holder).cast(BigInteger).op("&")(4294967295)
    locked = text(LOCKED).bindparams(**{"class": CLASS}).columns(objid=BigInteger).subquery("locked")
    return key.not_in(select(locked.c.objid))
