"""The connection to Telegram or to the sandbox: patient with its limits, and silent about its token."""

import asyncio
import math
import time
from typing import Any

from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.exceptions import ClientDecodeError, TelegramNetworkError, TelegramRetryAfter
from aiogram.methods import GetUpdates, Response, TelegramMethod

from channels.buckets import admitted
from channels.messenger.telegram import pace
from core.ports import Bucket, Buckets

TRIES = 4
WRITING = ("send", "edit", "copy")
"""How the methods begin that Telegram counts against a bot's pace."""
LONGEST_REST = 60.0
"""Seconds for which a call is held back; told to wait longer, it fails at once."""


def connect(token: str, api: str | None, buckets: Buckets | None = None) -> Bot:
    """A bot that writes HTML; `api` is the address of another Bot API server than Telegram's own.

    What it writes draws from the same `buckets` as campaigns do, by which both together keep to Telegram's pace.
    """
    session = AiohttpSession(api=TelegramAPIServer.from_base(api) if api else PRODUCTION)
    session.middleware(Discretion())
    session.middleware(Patience(buckets))
    return Bot(token, session=session, default=DefaultBotProperties(parse_mode="HTML", link_preview_is_disabled=True))


class Patience(BaseRequestMiddleware):
    """After a 429 all of the bot's calls rest as long as it was told, and then go on."""

    def __init__(self, buckets: Buckets | None = None) -> None:
        self._until, self._buckets = 0.0, buckets

    async def __call__(
        self, make_request: NextRequestMiddlewareType[Any], bot: Bot, method: TelegramMethod[Any]
    ) -> Response[Any]:
        if isinstance(method, GetUpdates):
            return await make_request(bot, method)
        for _attempt in range(TRIES):
            await self._rest(method)
            if self._buckets is not None and method.__api_method__.startswith(WRITING):
                await admitted(self._buckets, *_needed(str(bot.id), str(getattr(method, "chat_id", ""))))
            try:
                return await make_request(bot, method)
            except TelegramRetryAfter as told:
                self._until = max(self._until, time.monotonic() + told.retry_after)
                if self._buckets is not None:
                    await self._buckets.pause(pace.whole(str(bot.id)), told.retry_after)
        await self._rest(method)
        return await make_request(bot, method)

    async def _rest(self, method: TelegramMethod[Any]) -> None:
        while (left := self._until - time.monotonic()) > 0:
            if left > LONGEST_REST:
                raise TelegramRetryAfter(method, "still resting", math.ceil(left))
            await asyncio.sleep(left)


def _needed(bot: str, chat: str) -> tuple[Bucket, ...]:
    """A group has a rate of its own; in a private chat a few answers at once are what Telegram allows."""
    return (pace.of_chat(bot, chat), pace.whole(bot)) if chat.startswith("-") else (pace.whole(bot),)


class Discretion(BaseRequestMiddleware):
    """Faults of the connection lose what they quote: an address holds the token, an answer what people wrote."""

    async def __call__(
        self, make_request: NextRequestMiddlewareType[Any], bot: Bot, method: TelegramMethod[Any]
    ) -> Response[Any]:
        try:
            return await make_request(bot, method)
        except TelegramNetworkError as fault:
            raise TelegramNetworkError(method, fault.message.replace(bot.token, "…")) from None
        except ClientDecodeError:
            raise TelegramNetworkError(method, "an answer that cannot be read") from None
