"""The one door for events, for those who hold a synchronous session."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Session

from core.messages import Event
from core.services import events


def record(session: Session, new: Sequence[Event]) -> int:
    """`services.events.record` in the caller's transaction; returns how many were new."""
    return _run(events.record(cast("AsyncConnection", _AtOnce(session)), new))


class _AtOnce:
    """Stands in for the asynchronous connection: what is awaited has been done by then."""

    def __init__(self, session: Session) -> None:
        self._connection = session.connection()

    async def execute(self, *statement: Any) -> Any:
        return self._connection.execute(*statement)

    async def scalar(self, statement: Any) -> Any:
        return self._connection.scalar(statement)

    async def scalars(self, statement: Any) -> Any:
        return self._connection.scalars(statement)

    async def run_sync(self, work: Callable[..., Any], *given: Any) -> Any:
        return work(self._connection, *given)


def _run(work: Coroutine[Any, Any, int]) -> int:
    """Run to its end a coroutine that waits for statements alone."""
    try:
        work.send(None)
    except StopIteration as done:
        return int(done.value)
    work.close()
    raise AssertionError("recording waited for something other than a statement")
