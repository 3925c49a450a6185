"""Tells whoever watches that something changed, so that the page can look again."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager


class Pulse:
    """Names of what changed (`mail`, `chat`, `behaviour`), gathered for each watcher until they are read."""

    def __init__(self) -> None:
        self._watchers: set[Watcher] = set()

    def beat(self, what: str) -> None:
        for watcher in self._watchers:
            watcher.tell(what)

    @contextmanager
    def watched(self) -> Iterator["Watcher"]:
        watcher = Watcher()
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)


class Watcher:
    """Several beats between two looks are one."""

    def __init__(self) -> None:
        self._changed: set[str] = set()
        self._woken = asyncio.Event()

    def tell(self, what: str) -> None:
        self._changed.add(what)
        self._woken.set()

    async def changes(self) -> AsyncIterator[list[str]]:
        while True:
            await self._woken.wait()
            self._woken.clear()
            changed, self._changed = sorted(self._changed), set()
            yield changed
