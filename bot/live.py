"""Live messages: one a chat and campaign, edited in place while the figures move, until they are final."""

import asyncio
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import attrgetter

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)

from bot import cards, screen
from bot.cards import Sight
from bot.faults import report
from bot.pace import Pace
from bot.running import Run
from bot.screen import Place
from core.errors import Problem
from core.queries import live_messages as queries
from core.queries.live_messages import Watched
from core.services import live_messages
from texts import speaking

log = structlog.get_logger()
EVERY_SECONDS = 3.0
TICK_SECONDS = 1.0


class Live:
    """Shows campaigns, and keeps what it has shown up to date."""

    def __init__(self, bot: Bot, run: Run, *, language: str, every: float = EVERY_SECONDS) -> None:
        self._bot, self._run, self._language = bot, run, language
        self._every = timedelta(seconds=every)
        self._pace = Pace(every)
        self._turns: defaultdict[tuple[int, int], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def show(self, place: Place, campaign_id: int) -> None:
        """Put the campaign's card there; from now on it is the one that is edited in that chat."""
        sight = await self._run(cards.read, campaign_id)
        drawn = cards.drawn(sight)
        async with self._turns[place.chat_id, campaign_id]:
            message_id = await screen.put(self._bot, place, drawn)
            before = await self._run(
                live_messages.follow,
                place.chat_id,
                campaign_id,
                message_id,
                shown=drawn.digest,
                now=datetime.now(UTC),
            )
        if before is not None:
            await screen.remove(self._bot, place.chat_id, before)

    async def watch(self) -> None:
        """Edit what has changed, for as long as the bot runs."""
        while True:
            try:
                await self._look_round()
            except Problem as problem:
                log.warning("live messages wait", code=problem.code)
            except Exception as fault:  # noqa: BLE001 - the outermost loop: it must not end with one bad message
                report("live messages could not be edited", fault)
            await asyncio.sleep(TICK_SECONDS)

    async def _look_round(self) -> None:
        rows = await self._run(queries.moving)
        self._pace.keep_only(row.campaign_id for row in rows)
        for campaign_id, group in groupby(rows, attrgetter("campaign_id")):
            watched = list(group)
            if self._pace.is_due(campaign_id, watched[0].state, time.monotonic()):
                await self._look_at(campaign_id, watched)

    async def _look_at(self, campaign_id: int, watched: list[Watched]) -> None:
        began = time.monotonic()
        sight = await self._run(cards.read, campaign_id)
        took = time.monotonic() - began
        moved = [await self._bring_up_to_date(row, sight) for row in watched]
        self._pace.looked(campaign_id, watched[0].state, moved=any(moved), took=took, now=time.monotonic())

    async def _bring_up_to_date(self, row: Watched, sight: Sight) -> bool:
        """Whether something was to be edited; the last edit of a campaign at its end ends it for this message."""
        with speaking(row.language or self._language):
            drawn = cards.drawn(sight)
        now = datetime.now(UTC)
        moved = drawn.digest != row.shown
        if moved and now - row.edited_at < self._every:
            return True
        shown = not moved
        async with self._turns[row.chat_id, row.campaign_id]:
            try:
                shown = shown or await screen.edit(self._bot, row.chat_id, row.message_id, drawn)
            except TelegramForbiddenError:
                shown = False
            except (TelegramNetworkError, TelegramServerError, TelegramRetryAfter) as fault:
                log.info("a live message waits", fault=type(fault).__name__)
                return True
            if not shown or sight.over:
                await self._run(live_messages.forget, row.chat_id, row.campaign_id, row.message_id)
            elif moved:
                await self._run(
                    live_messages.edited,
                    row.chat_id,
                    row.campaign_id,
                    row.message_id,
                    shown=drawn.digest,
                    now=now,
                )
        return moved
