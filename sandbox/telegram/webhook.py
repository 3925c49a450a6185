"""Brings updates to the webhooks of bots, one after the other, again and again until they are taken."""

import asyncio
import json
import time
from typing import Any

import aiohttp
import structlog

from sandbox.telegram.call import Call, Telegram
from sandbox.telegram.errors import ApiError
from sandbox.telegram.methods import METHODS
from sandbox.telegram.world import Bot, Json

PATIENCE_SECONDS = 60
LONGEST_PAUSE = 30.0

log = structlog.get_logger()


class Webhooks:
    """One task a bot with a webhook; `run` looks after them until it is cancelled."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self._tasks: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE_SECONDS)) as client:
            try:
                while True:
                    for bot in self._telegram.world.bots():
                        if bot.webhook.get("url") and bot.id not in self._tasks:
                            self._tasks[bot.id] = asyncio.create_task(self._bring_all(client, bot.id))
                    await asyncio.sleep(0.05)
            finally:
                for task in self._tasks.values():
                    task.cancel()
                await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _bring_all(self, client: aiohttp.ClientSession, bot_id: int) -> None:
        """Until the webhook is taken away."""
        pause, arrived = 0.5, self._telegram.updates.arrived(bot_id)
        while (bot := self._telegram.world.bot(bot_id)) and bot.webhook.get("url"):
            arrived.clear()
            waiting = self._telegram.updates.waiting(bot_id, 1)
            if not waiting:
                await _wait(arrived, 1.0)
            elif await self._bring(client, bot, waiting[0]):
                self._telegram.updates.confirm(bot_id, waiting[0]["update_id"] + 1)
                pause = 0.5
            else:
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        self._tasks.pop(bot_id, None)

    async def _bring(self, client: aiohttp.ClientSession, bot: Bot, update: Json) -> bool:
        headers = {"Content-Type": "application/json"}
        if bot.webhook.get("secret_token"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = bot.webhook["secret_token"]
        try:
            async with client.post(
                bot.webhook["url"], data=json.dumps(update), headers=headers, allow_redirects=False
            ) as answer:
                if not 200 <= answer.status < 300:
                    self._failed(bot, f"Wrong response from the webhook: {answer.status} {answer.reason}")
                    return False
                await self._follow(bot, answer)
        except (aiohttp.ClientError, TimeoutError) as problem:
            self._failed(bot, f"Connection failed: {type(problem).__name__}")
            return False
        return True

    async def _follow(self, bot: Bot, answer: aiohttp.ClientResponse) -> None:
        """A webhook may answer with a call of its own: `method` and parameters, as JSON, form or multipart."""
        parameters = await _parameters(answer)
        method = METHODS.get(str(parameters.pop("method", "")).lower())
        if method is None:
            return
        try:
            result = method(Call(self._telegram, bot, parameters))
            if asyncio.iscoroutine(result):
                await result
        except ApiError as problem:
            log.info("the call in a webhook's answer failed", code=problem.code)

    def _failed(self, bot: Bot, words: str) -> None:
        known = bot.webhook | {"last_error_date": int(time.time()), "last_error_message": words}
        self._telegram.world.set_webhook(bot.id, known)


async def _parameters(answer: aiohttp.ClientResponse) -> Json:
    if answer.content_type == "application/json":
        given = await answer.json()
        return given if isinstance(given, dict) else {}
    if answer.content_type.startswith("multipart/"):
        found: dict[str, Any] = {}
        reader = aiohttp.MultipartReader.from_response(answer)
        while (part := await reader.next()) is not None:
            if isinstance(part, aiohttp.BodyPartReader) and part.name and part.filename is None:
                found[part.name] = await part.text()
        return found
    return {}


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
