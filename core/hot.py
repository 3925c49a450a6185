"""Statements compiled once and run by psycopg itself, for where a millisecond is shared by few messages.

SQLAlchemy's way through cache key, greenlet and result costs 0.3 ms a statement, and its pool asks before each use
whether the connection lives; here a statement is one round trip and its own transaction.
"""

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any, cast

import psycopg
from psycopg.sql import Literal
from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

from core.database import DatabaseFault
from core.errors import Unavailable

_DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]


class Statement:
    """A statement whose bind parameters without a value are given at each run, by their names."""

    def __init__(self, statement: Executable) -> None:
        compiled = cast("ClauseElement", statement).compile(dialect=_DIALECT)
        assert isinstance(compiled, SQLCompiler)
        assert "POSTCOMPILE" not in compiled.string, "IN over a list is compiled anew for each: use OR"
        self.text = compiled.string
        for name, value in compiled.params.items():
            if value is not None:
                self.text = self.text.replace(f"%({name})s", _constant(value))

    def numbered(self) -> tuple[str, list[str]]:
        """As PostgreSQL itself has it, with `$1` and so on, and the names in that order."""
        names = list(dict.fromkeys(_NAMED.findall(self.text)))
        return _NAMED.sub(lambda found: f"${names.index(found[1]) + 1}", self.text).replace("%%", "%"), names


_NAMED = re.compile(r"%\((\w+)\)s")


def _constant(value: object) -> str:
    """A value of the statement itself, such as a state, written into it: what is sent each time costs each time."""
    plain = str(value) if isinstance(value, str) else value
    return Literal(plain).as_string().replace("%", "%%")


class HotConnection:
    """One connection in autocommit; whoever shares it takes turns."""

    def __init__(self, connection: "psycopg.AsyncConnection[Any]") -> None:
        self._connection = connection

    @property
    def raw(self) -> "psycopg.AsyncConnection[Any]":
        return self._connection

    async def run(self, statement: Statement, **values: object) -> list[tuple[Any, ...]]:
        """The rows that it returns, none for one that returns none."""
        with reduced_errors():
            given = {name: as_array(value) if isinstance(value, list) else value for name, value in values.items()}
            cursor = await self._connection.execute(statement.text, given, prepare=True)
            return await cursor.fetchall() if cursor.description else []

    def transaction(self) -> "AbstractAsyncContextManager[psycopg.AsyncTransaction]":
        """What is run within the block happens together, or not at all."""
        return self._connection.transaction()


class StandingConnection:
    """A connection of its own that is opened when it is first needed, and again after a fault."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._open: psycopg.AsyncConnection[Any] | None = None

    async def run(self, statement: Statement, **values: object) -> list[tuple[Any, ...]]:
        """As `HotConnection.run`; after anything but an answer the next run begins with a new connection."""
        try:
            if self._open is None:
                with reduced_errors():
                    self._open = await psycopg.AsyncConnection.connect(self._url, autocommit=True, connect_timeout=10)
            return await HotConnection(self._open).run(statement, **values)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        if self._open is not None:
            held, self._open = self._open, None
            await held.close()


def as_array(values: Sequence[int] | Sequence[str]) -> str:
    """Numbers or texts as PostgreSQL writes an array: psycopg asks of each of them how it is to be quoted.

    Texts are quoted all at once, with a zero byte in between; one that holds such a byte itself is left to psycopg,
    which refuses it.
    """
    if not values or not isinstance(values[0], str):
        return f"{{{','.join(map(str, values))}}}"
    texts = "\0".join(cast("Sequence[str]", values))
    if texts.count("\0") >= len(values):
        return texts
    quoted = texts.replace("\\", "\\\\").replace('"', '\\"').replace("\0", '","')
    return f'{{"{quoted}"}}'


@contextmanager
def reduced_errors() -> Iterator[None]:
    """As `core.database.reduced_errors`, for psycopg's own."""
    try:
        yield
    except (psycopg.OperationalError, psycopg.InterfaceError):
        raise Unavailable("database.unavailable", what="PostgreSQL") from None
    except psycopg.Error as fault:
        raise DatabaseFault("database.fault", sqlstate=fault.sqlstate, constraint=fault.diag.constraint_name) from None


@asynccontextmanager
async def hot_connection(engine: AsyncEngine) -> AsyncIterator[HotConnection]:
    """A connection of the engine's pool, held for the whole block."""
    async with engine.connect() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        assert isinstance(raw, psycopg.AsyncConnection)
        await raw.set_autocommit(True)
        try:
            yield HotConnection(raw)
        finally:
            if not raw.closed:
                await raw.set_autocommit(False)
