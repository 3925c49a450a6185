"""SMS by any provider with an HTTP interface, as its plan describes it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from channels.buckets import admitted
from channels.guarded import Allowed, Guarded, refuse_internal
from channels.known import CHANNELS
from channels.links import Links
from channels.responses import json_object
from channels.sending import deliver_each
from channels.sms.plan import Plan, read_plan, value_at
from channels.wording import Wordings
from config import Settings
from config.keys import Keys
from core.errors import ChannelHalted, Invalid, Problem, RetryLater
from core.messages import Accepted, Deferred, Health, Message, Money, Outcome, Refused, Settled, Unknown
from core.ports import Bucket, Buckets
from core.rules.short_messages import mapped
from core.vocabulary import BounceClass, Reason

AT_ONCE = 20
ADDRESS_REASONS = (Reason.INVALID_ADDRESS, Reason.NOT_A_MOBILE)


def open_gateway(settings: Settings, keys: Keys, buckets: Buckets) -> "Gateway":
    """The plan stands in the file that SENDBOTE_SMS_GATEWAY names; this machine is reached as the sandbox alone."""
    if settings.sms_gateway is None:
        raise Invalid("gateway.unreadable", where="SENDBOTE_SMS_GATEWAY", problem="not set")
    plan = read_plan(settings.sms_gateway)
    allowed = settings.allow_internal_hosts
    if settings.sandbox and urlsplit(plan.url).netloc == f"127.0.0.1:{settings.sandbox_port}":
        allowed |= {"127.0.0.1"}
    links = Links(settings.short_address, keys.signing)
    return Gateway(plan, Wordings(links), buckets, allowed=allowed)


class Gateway:
    """A core.ports.Provider with Balance."""

    def __init__(self, plan: Plan, wordings: Wordings, buckets: Buckets, *, allowed: Allowed = frozenset()) -> None:
        """`allowed` names internal hosts that may be called; raise Invalid (`gateway.internal`) for any other."""
        for url in (plan.url, (plan.balance or {}).get("url", plan.url)):
            refuse_internal(urlsplit(url).hostname or "", allowed)
        self.traits = replace(CHANNELS["sms"], per_second=plan.per_second)
        self._plan, self._wordings, self._buckets, self._allowed = plan, wordings, buckets, allowed
        self._bucket = Bucket(f"gateway:{plan.url}", plan.per_second)

    async def deliver(self, groups: AsyncIterator[Sequence[Message]]) -> AsyncIterator[Sequence[Settled]]:
        async with self._session() as session:
            async for settled in deliver_each(groups, partial(self._send, session), at_once=AT_ONCE):
                yield settled

    async def check(self) -> Health:
        """By the balance, where the plan has one: asking for anything else would send."""
        if self._plan.balance is None:
            return Health(True, "gateway.unchecked")
        held = await self.balance()
        if held is None:
            return Health(False, "gateway.no_balance")
        return Health(True, "gateway.well", {"balance": f"{held.amount} {held.currency}"})

    async def balance(self) -> Money | None:
        wanted = self._plan.balance
        if wanted is None:
            return None
        try:
            async with self._session() as session:
                headers = dict(self._plan.headers)
                async with session.get(wanted["url"], headers=headers, allow_redirects=False) as answer:
                    body = await json_object(answer) if answer.status == 200 else {}
            return Money(Decimal(value_at(body, wanted["amount"])), value_at(body, wanted["currency"]))
        except (aiohttp.ClientError, TimeoutError, InvalidOperation, KeyError):
            return None

    def _session(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(limit=AT_ONCE, resolver=Guarded(self._allowed), use_dns_cache=False)
        return aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=30, connect=10))

    async def _send(self, session: aiohttp.ClientSession, message: Message) -> Outcome:
        try:
            text = self._wordings.of(message).text
        except Problem as problem:
            return Refused(Reason.TEMPLATE_LACKS_VALUE, str(problem)[:200])
        await admitted(self._buckets, self._bucket)
        values = {
            "{to}": message.address,
            "{from}": message.content.sender.address_for(message.address),
            "{text}": text,
            "{id}": str(message.delivery_id),
        }
        plan = self._plan
        call = {"headers": _filled(plan.headers, values), "json": _filled(plan.json, values)}
        try:
            url, form = str(_filled(plan.url, values)), _filled(plan.form, values)
            async with session.request(plan.method, url, data=form, allow_redirects=False, **call) as answer:
                return self._judged(answer.status, await json_object(answer))
        except aiohttp.ClientConnectorError:
            raise RetryLater("gateway.unreachable", after=15, scope="channel") from None
        except (aiohttp.ClientError, TimeoutError):
            return Unknown("no answer")

    def _judged(self, status: int, body: Mapping[str, Any]) -> Outcome:
        word = value_at(body, self._plan.error)
        said = f"{status} {word}".strip()[:200]
        if word in self._plan.halts or status in (401, 403):
            raise ChannelHalted("gateway.refused", said=said)
        if word in self._plan.errors:
            reason = self._plan.errors[word]
            return Refused(reason, said, BounceClass.ADDRESS if reason in ADDRESS_REASONS else BounceClass.UNKNOWN)
        if status in self._plan.statuses:
            return Accepted(value_at(body, self._plan.id) or said)
        if status == 429:
            return Deferred(said, bounce=BounceClass.RATE)
        return Unknown(said) if status >= 500 else Refused(Reason.RELAY_REFUSED, said)


def _filled(part: Any, values: Mapping[str, str]) -> Any:
    """Placeholders replaced in one pass, so that a text that holds `{to}` stays as it is."""

    def fill(_name: str, text: str) -> str:
        pieces = [text]
        for place, value in values.items():
            split: list[str] = []
            for at, piece in enumerate(pieces):
                split += [piece] if at % 2 else _interleaved(piece.split(place), value)
            pieces = split
        return "".join(pieces)

    return mapped(part, fill)


def _interleaved(pieces: list[str], value: str) -> list[str]:
    """Pieces at even places, values at odd ones."""
    mixed = [pieces[0]]
    for piece in pieces[1:]:
        mixed += [value, piece]
    return mixed
