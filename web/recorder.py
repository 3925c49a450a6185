"""Events recorded in groups: a request waits a few milliseconds for its group's commit, or for the spool."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

import structlog

from core.database import DatabaseFault
from core.errors import Unavailable
from core.messages import Event
from core.services.tracking import Recording
from web import measures
from web.keys import fresh
from web.spool import Spool

GROUP = 500
PATIENCE_SECONDS = 3.0
"""How long a commit may take before its events go to the spool: a database that hangs is as good as away."""
RETRY_SECONDS = 2.0

Told = Callable[[OSError | None], None]

log = structlog.get_logger()


class Recorder:
    """Gathers what comes in while a commit is under way. While the database is away everything goes to the spool."""

    def __init__(self, recording: Recording, spool: Spool) -> None:
        self._recording, self._spool = recording, spool
        self._gathered: list[tuple[Event, Told]] = []
        self._more = asyncio.Event()
        self._away = False
        self._finished = False

    @property
    def away(self) -> bool:
        return self._away

    def take(self, event: Event, told: Told) -> None:
        """Call `told` when the event is safe, in the database or on disk, or with why neither took it."""
        self._gathered.append((event, told))
        self._more.set()

    async def add(self, event: Event) -> None:
        """Return when the event is safe; raises OSError if neither database nor disk takes it."""
        safe: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.take(event, partial(_resolve, safe))
        await safe

    async def run(self) -> None:
        """Record group after group until `finish`; what an earlier process left on disk comes first."""
        self._spool.adopt()
        replaying = asyncio.create_task(self._replay_often())
        while self._gathered or not self._finished:
            await self._more.wait()
            self._more.clear()
            while self._gathered:
                group, self._gathered = self._gathered[:GROUP], self._gathered[GROUP:]
                await self._settle(group)
        replaying.cancel()
        await asyncio.wait([replaying])
        await self._recording.close()
        self._spool.adopt()

    def finish(self) -> None:
        """Record what is left, then end."""
        self._finished = True
        self._more.set()

    async def _settle(self, group: list[tuple[Event, Told]]) -> None:
        events, key = [event for event, _ in group], fresh()
        problem: OSError | None = None
        if self._away or not await self._committed(events, key):
            try:
                self._spool.keep(events, key)
                measures.recorded.labels("spool").inc(len(events))
            except OSError as fault:
                log.error("spool_full", problem=fault.strerror, lost=len(events))
                measures.recorded.labels("nowhere").inc(len(events))
                problem = fault
        asyncio.get_running_loop().call_soon(_tell, group, problem)

    async def _committed(self, events: Sequence[Event], group: str, *, again: bool = False) -> bool:
        """False if the database is away. Where it refuses a group, each of its events is tried as one of its own."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._recording.record(events, group, again=again)
        except (Unavailable, TimeoutError, OSError):
            if not self._away:
                log.warning("database_away", spooled=len(events))
            self._away = True
            measures.groups.labels("failed").inc()
            return False
        except DatabaseFault as fault:
            if len(events) == 1:
                sqlstate = fault.params["sqlstate"]
                log.error("event_refused", kind=events[0].kind, delivery_id=events[0].delivery_id, sqlstate=sqlstate)
                return True
            return all([await self._committed([event], f"{group}.{n}", again=again) for n, event in enumerate(events)])
        if self._away:
            log.info("database_back")
        self._away = False
        measures.groups.labels("committed").inc()
        measures.recorded.labels("database").inc(len(events))
        return True

    async def _replay_often(self) -> None:
        """Beside the groups, so that a database that hangs holds up nobody who waits for an answer."""
        while True:
            if self._spool.filled:
                await self._replay()
            elif self._away:
                await self._committed([], "")
            await asyncio.sleep(RETRY_SECONDS)

    async def _replay(self) -> None:
        """In the groups in which it came: of one whose commit was never answered, the database knows by its key."""
        for path, groups in self._spool.taken():
            for key, events in groups.items():
                if not await self._committed(events, key, again=True):
                    self._spool.back(path)
                    return
            self._spool.done(path)
            log.info("spool_replayed", events=sum(map(len, groups.values())))


def _tell(group: list[tuple[Event, Told]], problem: OSError | None) -> None:
    for _, told in group:
        told(problem)


def _resolve(safe: asyncio.Future[None], problem: OSError | None) -> None:
    if safe.done():
        return
    if problem is None:
        safe.set_result(None)
    else:
        safe.set_exception(problem)
