"""Recording what public pages saw, as far as the person and the campaign allow it; pictures and links work always."""

import json
from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy.ext.asyncio import AsyncEngine

from core.database import reduced_errors
from core.hot import StandingConnection
from core.messages import Event
from core.queries import deliveries
from core.queries.watching import WATCH, WATCH_AGAIN
from core.services import events as door
from core.vocabulary import Actor, EventKind

SILENT = (EventKind.OPENED, EventKind.CLICKED)
JUDGED = {"actor", "actor_rule"}
"""Details that have columns of their own."""
USUAL = {*JUDGED, "agent"}
OWN = "web"
"""Whose events are given their keys at our own door, so that nobody gives them a second time."""


class Recording:
    """Groups of events; opens and clicks go over connections that stay open."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._idle: list[StandingConnection] = []

    async def record(self, events: Sequence[Event], group: str, *, again: bool = False) -> None:
        """Record a group, or one that may have been recorded; raises Unavailable, or DatabaseFault if it is refused.

        What people did on purpose is a transaction of its own: recorded again it changes nothing. So does what was only
        seen, by each event's key, or where nobody is named by that of the `group`, which holds the same events then.
        """
        seen = [event for event in events if _is_silent(event)]
        done = [event for event in events if not _is_silent(event)]
        if done or not events:
            await self._note(done)
        if seen:
            await self._watch(seen, group, again=again)

    async def close(self) -> None:
        while self._idle:
            await self._idle.pop().close()

    async def _note(self, events: Sequence[Event]) -> None:
        """Of a delivery that does not exist nothing is recorded: a token outlives what it names.

        What names none at all (a customer's message, a provider's word about an address) is kept.
        """
        with reduced_errors():
            async with self._engine.begin() as connection:
                named = [event.delivery_id for event in events if event.delivery_id is not None]
                known = set(await connection.scalars(deliveries.known(named)))
                await door.record(connection, [one for one in events if one.delivery_id in {None, *known}])

    async def _watch(self, events: Sequence[Event], group: str, *, again: bool) -> None:
        standing = self._idle.pop() if self._idle else StandingConnection(self._engine)
        try:
            again = again or any(event.provider != OWN for event in events)
            await _watched(standing, events, group, again=again)
        finally:
            self._idle.append(standing)


async def _watched(standing: StandingConnection, events: Sequence[Event], group: str, *, again: bool) -> None:
    await standing.run(
        WATCH_AGAIN if again else WATCH,
        group=group,
        kinds=[event.kind for event in events],
        providers=[event.provider for event in events],
        keys=[event.key for event in events],
        delivery_ids=[event.delivery_id or 0 for event in events],
        link_ids=[event.link_id or 0 for event in events],
        actors=[str(event.details.get("actor", Actor.UNKNOWN.value)) for event in events],
        rules=[str(event.details.get("actor_rule") or "") for event in events],
        details=[_details(event) for event in events],
        moments=[event.at.isoformat() for event in events],
    )


def _is_silent(event: Event) -> bool:
    """Whether it was only seen: what people do on purpose is recorded in every mode, and after a withdrawal too."""
    return event.kind in SILENT and event.delivery_id is not None


def _details(event: Event) -> str:
    if event.details.keys() == USUAL:
        return _agent(event.details["agent"])
    return json.dumps({name: value for name, value in event.details.items() if name not in JUDGED})


@lru_cache(maxsize=4096)
def _agent(name: str) -> str:
    """There are few programs, and to write JSON costs more than all else of an event."""
    return json.dumps({"agent": name})
