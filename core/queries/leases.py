"""Taking, keeping and giving back leases."""

from sqlalchemy import delete, false, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.queries.liveness import is_dead
from core.tables.leases import Lease


def acquire(session: Session, name: str, holder: str, seconds: int, *, locked: bool = False) -> bool:
    """Take the lease if it is free, past, or ours already; a new holder raises its generation.

    `locked`: its holders keep their advisory locks, and who has lost it is dead before its lease is past.
    """
    until = func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, seconds)
    statement = insert(Lease).values(name=name, holder=holder, expires_at=until)
    taken = statement.on_conflict_do_update(
        index_elements=["name"],
        set_={"holder": holder, "expires_at": until, "generation": Lease.generation + 1},
        where=or_(
            Lease.expires_at < func.clock_timestamp(),
            Lease.holder == holder,
            is_dead(Lease.holder) if locked else false(),
        ),
    ).returning(Lease.name)
    return session.scalar(taken) is not None


def renew(session: Session, name: str, holder: str, seconds: int) -> bool:
    """Prolong it; False if somebody else has taken it."""
    until = func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, seconds)
    statement = update(Lease).where(Lease.name == name, Lease.holder == holder).values(expires_at=until)
    return session.scalar(statement.returning(Lease.name)) is not None


def held(session: Session, name: str) -> bool:
    """Whether somebody is at it."""
    alive = select(Lease.name).where(Lease.name == name, Lease.expires_at > func.clock_timestamp())
    return session.scalar(alive) is not None


def release(session: Session, name: str, holder: str) -> None:
    session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))
