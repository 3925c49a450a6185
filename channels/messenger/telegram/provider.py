"""Telegram as a provider: one call a message, in the pace of the whole bot, each answer read for what it means."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import aiohttp

from channels.messenger.telegram import pace
from channels.messenger.telegram.admission import Admission
from channels.messenger.telegram.answers import Answer, outcome
from channels.messenger.telegram.calls import Call, call
from channels.responses import json_object
from channels.sending import deliver_each
from channels.wording import Wordings
from core.errors import ChannelHalted, RetryLater
from core.messages import Health, Message, Moved, Outcome, Refused, Settled, Unknown
from core.ports import Buckets, FirstContact, Traits
from core.rules.addresses import address_key
from core.rules.templates import MissingValue
from core.vocabulary import Purpose, Reason

AT_ONCE = 30
TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)
LONGEST_REST = 30.0
"""Seconds for which a message is held back after a 429; told to wait longer, the channel waits as a whole."""
TRIES = 5
TELEGRAM = "https://api.telegram.org"


class TelegramProvider:
    """A core.ports.Provider. It tells neither what was delivered nor what was read: Telegram does not say."""

    traits = Traits("telegram", first_contact=FirstContact.MUST_WRITE_FIRST, per_second=pace.IN_ALL, resident=True)

    def __init__(self, token: str, api: str | None, wordings: Wordings, buckets: Buckets, *, addresses: bytes) -> None:
        """`addresses` is the key by which an address is found again, should Telegram change it."""
        self._url = f"{(api or TELEGRAM).rstrip('/')}/bot{token}"
        self._bot = token.partition(":")[0]
        self._wordings, self._addresses = wordings, addresses
        self._admission = Admission(buckets)

    async def deliver(self, groups: AsyncIterator[Sequence[Message]]) -> AsyncIterator[Sequence[Settled]]:
        async with aiohttp.ClientSession(timeout=TIMEOUT) as client:

            async def send(message: Message) -> Outcome:
                return await self._send(client, message)

            async for settled in deliver_each(groups, send, at_once=AT_ONCE):
                yield settled

    async def check(self) -> Health:
        """Ask Telegram who the bot is."""
        try:
            async with aiohttp.ClientSession(timeout=TIMEOUT) as client:
                answer = await self._post(client, ("getMe", {}))
        except aiohttp.ClientError as fault:
            return Health(False, "telegram.unreachable", {"problem": type(fault).__name__})
        if answer.body.get("ok") is not True:
            return Health(False, "telegram.unauthorized", {"said": answer.words})
        return Health(True, "telegram.well", {"name": answer.body["result"].get("username", "")})

    async def _send(self, client: aiohttp.ClientSession, message: Message) -> Outcome:
        interactive = message.content.purpose == Purpose.REPLY
        try:
            worded = self._wordings.of(message)
        except MissingValue as missing:
            return Refused(Reason.TEMPLATE_LACKS_VALUE, str(missing.params.get("name", "")))
        request = call(worded, message.address, message.delivery_id, html=not interactive)
        for _try in range(TRIES):
            await self._admission.wait(*pace.needed(self._bot, message.address, broadcast=not interactive))
            answer = await self._asked(client, request)
            if answer is None:
                return Unknown("no answer")
            if answer.retry_after is not None:
                await self._rest(answer.retry_after)
            elif answer.moved_to is not None:
                key = address_key(self._addresses, self.traits.channel, answer.moved_to)
                return Moved(answer.moved_to, key, answer.words)
            else:
                return outcome(answer)
        raise RetryLater("telegram.too_many", after=LONGEST_REST, scope="channel")

    async def _asked(self, client: aiohttp.ClientSession, asked: Call) -> Answer | None:
        """None where the call has left and no answer came; raise RetryLater where it surely has not left."""
        try:
            return await self._post(client, asked)
        except aiohttp.ClientConnectorError:
            raise RetryLater("telegram.unreachable", after=5.0, scope="channel") from None
        except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError):
            return None

    async def _rest(self, seconds: float) -> None:
        """The whole bot is silent for so long, in every process."""
        await self._admission.buckets.pause(pace.whole(self._bot), seconds)
        if seconds > LONGEST_REST:
            raise RetryLater("telegram.too_many", after=seconds, scope="channel")

    async def _post(self, client: aiohttp.ClientSession, asked: Call) -> Answer:
        method, parameters = asked
        async with client.post(f"{self._url}/{method}", json=parameters) as response:
            return Answer(response.status, await json_object(response))


class NoBot:
    """Stands for Telegram where no bot is named: nothing is sent, and it is said why."""

    traits = TelegramProvider.traits

    async def deliver(self, groups: AsyncIterator[Sequence[Message]]) -> AsyncIterator[Sequence[Settled]]:
        async def refuse(_message: Message) -> Outcome:
            raise ChannelHalted("telegram.no_bot")

        async for settled in deliver_each(groups, refuse):
            yield settled

    async def check(self) -> Health:
        return Health(False, "telegram.no_bot")
