"""The letters of this sandbox: kept at once, filed a moment later, found again after a restart."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

from sandbox.mail.figures import Figures
from sandbox.mail.index import Filed, Index, Search
from sandbox.mail.log import Letter, LetterLog

FILED_EVERY = 0.05
UNFILED_AT_MOST = 5_000

P = ParamSpec("P")
T = TypeVar("T")


class MailStore:
    """`keep` and `flush` are called by the mail server; everything else waits until what was kept is filed."""

    def __init__(self, directory: Path, changed: Callable[[], None] = lambda: None) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._log = LetterLog(directory / "letters.log")
        self._index = Index(directory / "letters.sqlite")
        self._changed = changed
        self._thread = ThreadPoolExecutor(1, "sandbox-mail")
        self._unfiled: list[tuple[Letter, int, bytes]] = []
        self._timer: asyncio.TimerHandle | None = None
        self.last_id = self._recover()

    def keep(self, sender: str, recipients: tuple[str, ...], source: bytes, *, helo: str = "", peer: str = "") -> int:
        """Take a letter, headers and body with CRLF; it survives a crash from the next `flush` on. Its number."""
        self.last_id += 1
        letter = Letter(self.last_id, time.time(), sender, recipients, helo, peer)
        place = self._log.append(letter, source)
        self._unfiled.append((letter, place, source))
        if len(self._unfiled) >= UNFILED_AT_MOST:
            self._thread.submit(self._index.add, self._take()).result()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(FILED_EVERY, self._file)
        return letter.id

    def flush(self) -> None:
        self._log.flush()

    async def summary(self) -> dict[str, int]:
        return await self._ask(self._index.summary)

    async def figures(self) -> Figures:
        return await self._ask(self._index.figures)

    async def page(self, search: Search, limit: int) -> list[Filed]:
        return await self._ask(self._index.page, search, limit)

    async def count(self, search: Search) -> int:
        return await self._ask(self._index.count, search)

    async def count_letters(self) -> int:
        return await self._ask(self._index.count_letters)

    async def get(self, letter_id: int) -> Filed | None:
        return await self._ask(self._index.get, letter_id)

    async def recipients(self, letter_id: int) -> list[str]:
        return await self._ask(self._index.recipients, letter_id)

    async def mailboxes(self, words: str = "", after: str = "", limit: int = 50) -> list[tuple[str, int]]:
        return await self._ask(self._index.mailboxes, words, after, limit)

    def source(self, filed: Filed) -> bytes:
        return self._log.read(filed.place, filed.size)

    async def clear(self) -> None:
        """Forget every letter."""
        self._unfiled.clear()
        await self._ask(self._index.clear)
        self._log.clear()
        self._changed()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._log.flush()
        self._thread.submit(self._index.add, self._take()).result()
        self._thread.shutdown()
        self._index.close()
        self._log.close()

    async def _ask(self, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run it in the index's own thread, behind everything kept so far."""
        if self._unfiled:
            self._thread.submit(self._index.add, self._take())
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(question, *args, **kwargs))

    def _file(self) -> None:
        self._timer = None
        if self._unfiled:
            self._thread.submit(self._index.add, self._take())
        self._changed()

    def _take(self) -> list[tuple[Letter, int, bytes]]:
        taken, self._unfiled = self._unfiled, []
        return taken

    def _recover(self) -> int:
        """File what was kept but not yet filed when the process ended."""
        last_id, place = self._index.end()
        batch: list[tuple[Letter, int, bytes]] = []
        for found in self._log.since(place):
            last_id = max(last_id, found[0].id)
            batch.append(found)
            if len(batch) == 1000:
                self._index.add(batch)
                batch = []
        self._index.add(batch)
        return last_id
