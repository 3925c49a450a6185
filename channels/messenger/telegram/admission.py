"""Whose turn it is to call: of all the messages of one process, one at a time waits for the bot's rate."""

import asyncio

from core.ports import Bucket, Buckets

SHORT = 0.1
"""Seconds. Who has to wait longer waits for a chat or a pause, and lets others go first."""


class Admission:
    """Were thirty messages of a broadcast to wait side by side, somebody's answer would be one among thirty-one."""

    def __init__(self, buckets: Buckets) -> None:
        self.buckets = buckets
        self._turn = asyncio.Lock()

    async def wait(self, *needed: Bucket) -> None:
        """Return once a token of each is taken."""
        while True:
            async with self._turn:
                taken = await self.buckets.take(1, *needed)
                if taken.count:
                    return
                if taken.wait <= SHORT:
                    await asyncio.sleep(taken.wait)
                    continue
            await asyncio.sleep(taken.wait)
