"""What waits for a bot until it fetches it (getUpdates) or takes it at its webhook."""

import asyncio
import json
import time

from sandbox.telegram.errors import other_poller
from sandbox.telegram.world import Json, World

BY_DEFAULT_LEFT_OUT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


class Updates:
    """The queue of every bot. One reader each: a second one ends the first, as at Telegram's."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._arrived: dict[int, asyncio.Event] = {}
        self._pollers: dict[int, asyncio.Event] = {}
        self._allowed: dict[int, frozenset[str]] = {}

    def add(self, bot_id: int, kind: str, body: Json) -> int | None:
        """Put an update into the queue; None if the bot does not want this kind."""
        allowed = self._allowed.get(bot_id, frozenset())
        if (allowed and kind not in allowed) or (not allowed and kind in BY_DEFAULT_LEFT_OUT):
            return None
        database = self._world.database
        row = database.execute(
            "UPDATE bots SET last_update = last_update + 1 WHERE id = ? RETURNING last_update", [bot_id]
        ).fetchone()
        values = (bot_id, row[0], kind, json.dumps(body, ensure_ascii=False))
        database.execute("INSERT INTO updates VALUES (?,?,?,?)", values)
        self.arrived(bot_id).set()
        return int(row[0])

    def arrived(self, bot_id: int) -> asyncio.Event:
        """Set whenever something was added; whoever takes updates clears it."""
        return self._arrived.setdefault(bot_id, asyncio.Event())

    def allow(self, bot_id: int, kinds: list[str] | None) -> None:
        """Only these kinds from now on; an empty list is the default, None leaves what was set."""
        if kinds is not None:
            self._allowed[bot_id] = frozenset(kinds)

    def waiting(self, bot_id: int, limit: int = 100) -> list[Json]:
        """The oldest updates, as `Update` objects."""
        rows = self._world.database.execute(
            "SELECT update_id, kind, body FROM updates WHERE bot_id = ? ORDER BY update_id LIMIT ?", [bot_id, limit]
        ).fetchall()
        return [{"update_id": number, kind: json.loads(body)} for number, kind, body in rows]

    def count(self, bot_id: int) -> int:
        found = self._world.database.execute("SELECT count(*) FROM updates WHERE bot_id = ?", [bot_id]).fetchone()
        return int(found[0])

    def confirm(self, bot_id: int, offset: int) -> None:
        """Forget all updates below the offset; a negative one keeps only so many of the newest."""
        database = self._world.database
        if offset < 0:
            row = database.execute(
                "SELECT update_id FROM updates WHERE bot_id = ? ORDER BY update_id DESC LIMIT 1 OFFSET ?",
                [bot_id, -offset - 1],
            ).fetchone()
            offset = row[0] if row else 0
        database.execute("DELETE FROM updates WHERE bot_id = ? AND update_id < ?", [bot_id, offset])

    async def poll(self, bot_id: int, offset: int, limit: int, timeout: float) -> list[Json]:
        """Wait up to so many seconds for updates; raise 409 if another reader comes meanwhile."""
        self._end_other_poller(bot_id)
        self.confirm(bot_id, offset)
        ended = self._pollers[bot_id] = asyncio.Event()
        try:
            return await self._poll(bot_id, limit, time.monotonic() + timeout, ended)
        finally:
            if self._pollers.get(bot_id) is ended:
                del self._pollers[bot_id]

    def _end_other_poller(self, bot_id: int) -> None:
        other = self._pollers.pop(bot_id, None)
        if other is not None:
            other.set()
            self.arrived(bot_id).set()

    async def _poll(self, bot_id: int, limit: int, until: float, ended: asyncio.Event) -> list[Json]:
        arrived = self.arrived(bot_id)
        while not (found := self.waiting(bot_id, limit)):
            left = until - time.monotonic()
            if left <= 0:
                break
            arrived.clear()
            try:
                async with asyncio.timeout(left):
                    await arrived.wait()
            except TimeoutError:
                break
            if ended.is_set():
                raise other_poller()
        return found
