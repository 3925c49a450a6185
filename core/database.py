"""Connections to PostgreSQL, synchronous and asynchronous, and the edge at which its errors lose their data."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import Session, sessionmaker

from core.errors import Problem, Unavailable

Sessions = sessionmaker[Session]


class DatabaseFault(Problem):
    """A statement failed: `sqlstate` and `constraint` say which way, and no row's data comes along."""


def sync_engine(url: str) -> Engine:
    """An engine whose connections are checked before use, so that a restarted server is met with a new one."""
    return create_engine(
        _psycopg(url), pool_pre_ping=True, pool_size=8, hide_parameters=True, connect_args={"connect_timeout": 10}
    )


def async_engine(url: str) -> AsyncEngine:
    return create_async_engine(
        _psycopg(url), pool_pre_ping=True, pool_size=8, hide_parameters=True, connect_args={"connect_timeout": 10}
    )


def make_sessions(engine: Engine) -> Sessions:
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def reduced_errors() -> Iterator[None]:
    """Turn database errors into Problems that carry no row: an error's own text quotes addresses.

    COPY is psycopg's own business, and so are its errors.
    """
    try:
        yield
    except DBAPIError as fault:
        if fault.connection_invalidated or isinstance(fault, OperationalError | InterfaceError):
            raise Unavailable("database.unavailable", what="PostgreSQL") from None
        sqlstate = getattr(fault.orig, "sqlstate", None)
        diagnosis = getattr(fault.orig, "diag", None)
        constraint = getattr(diagnosis, "constraint_name", None)
        raise DatabaseFault("database.fault", sqlstate=sqlstate, constraint=constraint) from None
    except (psycopg.OperationalError, psycopg.InterfaceError):
        raise Unavailable("database.unavailable", what="PostgreSQL") from None
    except psycopg.Error as fault:
        raise DatabaseFault("database.fault", sqlstate=fault.sqlstate, constraint=fault.diag.constraint_name) from None


def _psycopg(url: str) -> URL:
    return make_url(url.replace("postgres://", "postgresql://", 1)).set(drivername="postgresql+psycopg")
