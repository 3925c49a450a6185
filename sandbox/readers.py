"""People who read their mail: a share of them loads the pictures, follows links, or unsubscribes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import aiohttp

from sandbox.draws import drawn
from sandbox.loopback import is_loopback
from sandbox.mail.index import Filed, Search
from sandbox.mail.reading import Ways, ways
from sandbox.mail.store import MailStore

AT_ONCE = 64
PAGE = 1000
PROGRAM = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5.0"


@dataclass(frozen=True, slots=True)
class Habits:
    """Shares of all letters, from 0 to 1. Whoever clicks has loaded the pictures; unsubscribing needs neither."""

    open: float = 0.0
    click: float = 0.0
    unsubscribe: float = 0.0
    seed: int = 1


@dataclass(slots=True)
class Deeds:
    """What was done, counted by what the product answered.

    The sets hold a recipient with a Message-ID, so that a letter that came twice counts once, as in the figures of
    who sent it, and two letters to one person count twice.
    """

    letters: int = 0
    opened: set[str] = field(default_factory=set)
    clicks: int = 0
    clickers: set[str] = field(default_factory=set)
    unsubscribed: set[str] = field(default_factory=set)
    opens: int = 0
    failed: int = 0

    def counts(self) -> dict[str, int]:
        return {
            "letters": self.letters,
            "opened": len(self.opened),
            "opens": self.opens,
            "clicks": self.clicks,
            "clickers": len(self.clickers),
            "unsubscribed": len(self.unsubscribed),
            "failed": self.failed,
        }


async def read(store: MailStore, search: Search, habits: Habits) -> Deeds:
    """Let the recipients of these letters read them, several at once; the same seed, the same deeds."""
    deeds = Deeds()
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    headers, patience = {"User-Agent": PROGRAM}, aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(connector=connector, headers=headers, timeout=patience) as client:
        pending: set[asyncio.Task[None]] = set()
        async for filed in _letters(store, search):
            deeds.letters += 1
            plan = _Plan.of(filed, habits)
            if not plan.idle:
                pending.add(asyncio.create_task(_Reader(client, filed, plan, deeds).read(store.source(filed))))
            if len(pending) >= AT_ONCE:
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        await asyncio.gather(*pending)
    return deeds


async def _letters(store: MailStore, search: Search) -> AsyncIterator[Filed]:
    """Newest first; what comes meanwhile is left for another time."""
    while True:
        page = await store.page(replace(search, letters_only=True), PAGE)
        for filed in page:
            yield filed
        if len(page) < PAGE:
            return
        search = replace(search, before=page[-1].id)


@dataclass(frozen=True, slots=True)
class _Plan:
    opens: bool
    clicks: int
    unsubscribes: bool
    turn: float

    @property
    def idle(self) -> bool:
        return not (self.opens or self.unsubscribes)

    @classmethod
    def of(cls, filed: Filed, habits: Habits) -> "_Plan":
        subject = f"{filed.first_recipient} {filed.message_id}"
        mood, turn = drawn(habits.seed, f"reads {subject}"), drawn(habits.seed, f"turns {subject}")
        # One link or two: three within two seconds would be the burst of a mail scanner, not of a person.
        clicks = (1 if turn < 0.7 else 2) if mood < habits.click else 0
        leaves = drawn(habits.seed, f"leaves {subject}") < habits.unsubscribe
        return cls(clicks > 0 or mood < habits.open, clicks, leaves, turn)


class _Reader:
    """The first recipient of one letter; campaigns write to each of theirs alone."""

    def __init__(self, client: aiohttp.ClientSession, filed: Filed, plan: _Plan, deeds: Deeds) -> None:
        self._client, self._plan, self._deeds = client, plan, deeds
        self._copy = f"{filed.first_recipient.lower()} {filed.message_id}"

    async def read(self, source: bytes) -> None:
        found = ways(source)
        try:
            if self._plan.opens:
                await self._load(found.pictures)
            if self._plan.clicks:
                await self._follow(_links(found))
            if self._plan.unsubscribes and is_loopback(found.unsubscribe):
                await self._leave(found.unsubscribe)
        except (aiohttp.ClientError, TimeoutError):
            self._deeds.failed += 1

    async def _load(self, pictures: list[str]) -> None:
        """All pictures that are on this machine; one that comes is an open."""
        for picture in dict.fromkeys(filter(is_loopback, pictures)):
            async with self._client.get(picture, allow_redirects=False) as answer:
                await answer.read()
                if answer.status == 200 and answer.content_type.startswith("image/"):
                    self._deeds.opened.add(self._copy)
                    self._deeds.opens += 1

    async def _follow(self, links: list[str]) -> None:
        """Some of the links; one that leads elsewhere is a tracked one, and counts. Where it leads is not visited."""
        first = int(self._plan.turn * len(links))
        for link in (links[first:] + links[:first])[: self._plan.clicks]:
            async with self._client.get(link, allow_redirects=False) as answer:
                await answer.read()
                if answer.status in (301, 302, 303, 307, 308):
                    self._deeds.clicks += 1
                    self._deeds.clickers.add(self._copy)

    async def _leave(self, address: str) -> None:
        """RFC 8058: one POST, without cookies."""
        async with self._client.post(address, data={"List-Unsubscribe": "One-Click"}, allow_redirects=False) as answer:
            await answer.read()
            if 200 <= answer.status < 300:
                self._deeds.unsubscribed.add(self._copy)
            else:
                self._deeds.failed += 1


def _links(found: Ways) -> list[str]:
    """Links on this machine without those that lead to the page for unsubscribing."""
    leaving = _place(found.unsubscribe)
    return [link for link in dict.fromkeys(found.links) if is_loopback(link) and _place(link) != leaving]


def _place(link: str) -> tuple[str, str]:
    """Host and first step of the path, which tell pages of one kind from others."""
    parts = urlsplit(link)
    return parts.netloc, parts.path.strip("/").split("/")[0]
