"""How far an import is: told once a second in its row, where a cancel and the loss of its lease are heard of."""

import time
from collections.abc import Callable

from sqlalchemy import update

from core.database import Sessions
from core.errors import Problem
from core.queries import leases
from core.tables.imports import Import

LEASE_SECONDS = 60
Progress = Callable[[float], None]


class Cancelled(Problem):
    """Somebody asked to stop; nothing was changed."""


class Interrupted(Problem):
    """This worker has to end, or another one took over; nothing was changed, and the import begins again."""


class Teller:
    """`stop` says whether this process is to end."""

    def __init__(
        self,
        sessions: Sessions,
        import_id: int,
        holder: str,
        progress: Progress | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> None:
        self._sessions, self._import_id, self._holder = sessions, import_id, holder
        self._progress, self._stop, self._last = progress, stop, 0.0

    def tell(self, done: float) -> None:
        """Raise Cancelled or Interrupted if it should go no further."""
        if self._stop is not None and self._stop():
            raise Interrupted("import.interrupted")
        if time.monotonic() - self._last < 1.0:
            return
        self._last = time.monotonic()
        if self._progress is not None:
            self._progress(done)
        with self._sessions.begin() as session:
            if not leases.renew(session, lease_of(self._import_id), self._holder, LEASE_SECONDS):
                raise Interrupted("import.interrupted")
            told = update(Import).where(Import.id == self._import_id).values(progress=done)
            if session.scalar(told.returning(Import.cancel_requested)):
                raise Cancelled("import.cancelled")


def lease_of(import_id: int) -> str:
    return f"import:{import_id}"
