"""Messages by Twilio, one request each, at the pace of the sender's numbers."""

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from channels.buckets import admitted
from channels.sending import deliver_each
from channels.twilio.account import Account
from channels.twilio.client import AT_ONCE, Answer, Client, connected, money
from channels.twilio.codes import meaning, outcome
from channels.twilio.fetching import fetched, made_before
from channels.twilio.hooks import Tried
from channels.wording import Worded, Wordings
from core.errors import ChannelHalted, Problem
from core.messages import (
    Accepted,
    Deferred,
    DeliveryId,
    Event,
    Health,
    Message,
    Money,
    Outcome,
    Refused,
    Settled,
    Unknown,
)
from core.ports import Bucket, Buckets, Traits
from core.rules.short_messages import APPROVED, VARIABLES, beside
from core.vocabulary import BounceClass, Reason

HALTS = {20005: "channel.no_money", 30002: "twilio.account_closed"}
"""An account without money is `not active`; whatever else does not let us in is for a person to mend."""
TOO_FAST = frozenset({20429, 63018})
NO_LIMIT = 1000.0
"""Messages a second where nobody has said how fast: as fast as it goes."""
TRIES = 4
"""How often a message that was refused as too fast is tried within one run: it surely was not taken."""


class TwilioProvider:
    """A core.ports.Provider with Balance. `prefix` stands before numbers (`whatsapp:`), or is empty."""

    def __init__(
        self,
        account: Account,
        wordings: Wordings,
        traits: Traits,
        buckets: Buckets,
        *,
        callback: Callable[[Tried], str | None],
        prefix: str = "",
        seconds: float = 30.0,
    ) -> None:
        """`callback` gives the address for an attempt's statuses; None where no public address exists."""
        self.traits = traits
        self._account, self._wordings, self._callback = account, wordings, callback
        self._prefix, self._seconds = prefix, seconds
        self._buckets = buckets
        self._bucket = Bucket(f"twilio:{account.sid}:{traits.channel}", traits.per_second or NO_LIMIT)

    async def deliver(self, groups: AsyncIterator[Sequence[Message]]) -> AsyncIterator[Sequence[Settled]]:
        async with connected(self._account, seconds=self._seconds) as client:
            async for settled in deliver_each(groups, partial(self._send, client), at_once=AT_ONCE):
                yield settled

    async def check(self) -> Health:
        """Log in by asking for the balance."""
        try:
            async with connected(self._account, seconds=10) as client:
                answer = await client.balance()
        except Problem as problem:
            return Health(False, problem.code, problem.params)
        if answer.status == 200:
            held = money(answer)
            return Health(True, "twilio.well", {"balance": f"{held.amount} {held.currency}" if held else "?"})
        code = "twilio.login_refused" if answer.status == 401 else "twilio.refused"
        return Health(False, code, {"said": answer.said})

    async def balance(self) -> Money | None:
        try:
            async with connected(self._account, seconds=10) as client:
                return money(await client.balance())
        except Problem:
            return None

    @property
    def must_fetch(self) -> bool:
        return self._callback(Tried(0, 0)) is None

    async def fetch(
        self, waiting: Mapping[str, tuple[DeliveryId, int]], since: datetime
    ) -> AsyncIterator[Sequence[Event]]:
        """From the account's list: one request tells of a thousand messages."""
        left, uri = dict(waiting), None
        async with connected(self._account, seconds=self._seconds) as client:
            while left:
                answer = await client.page(uri)
                listed = answer.body.get("messages") if answer.status == 200 else None
                if not isinstance(listed, list) or not listed:
                    return
                yield fetched(listed, left)
                uri = answer.body.get("next_page_uri")
                if not isinstance(uri, str) or not uri.startswith("/") or made_before(listed[-1], since):
                    return

    async def _send(self, client: Client, message: Message) -> Outcome:
        try:
            fields = self._fields(message, self._wordings.of(message))
        except Problem as problem:
            return Refused(Reason.TEMPLATE_LACKS_VALUE, str(problem)[:200])
        needed = self._needed(message, fields)
        for again in range(TRIES):
            await admitted(self._buckets, *needed)
            answer = await client.create(fields)
            if answer.status != 429 and answer.code not in TOO_FAST:
                return _judged(answer)
            await self._buckets.pause(self._bucket, 2.0**again)
        return Deferred(answer.said, bounce=BounceClass.RATE)

    def _needed(self, message: Message, fields: Mapping[str, str]) -> tuple[Bucket, ...]:
        """The account's pace, and that of the number where it is known: of another country's sender it is not."""
        sender, chosen = message.content.sender, fields.get("From") or fields["MessagingServiceSid"]
        if sender.per_second is None or chosen.removeprefix(self._prefix) not in sender.numbers:
            return (self._bucket,)
        return self._bucket, Bucket(f"{self._bucket.key}:{chosen}", sender.per_second)

    def _fields(self, message: Message, worded: Worded) -> dict[str, str]:
        fields = {"To": self._prefix + message.address, **self._from(message)}
        if APPROVED in worded.extras:
            fields["ContentSid"] = str(worded.extras[APPROVED])
            fields["ContentVariables"] = json.dumps(worded.extras.get(VARIABLES, {}), ensure_ascii=False)
        else:
            fields |= {"Body": worded.text} if worded.text else {}
            media = beside(worded.extras)
            fields |= {"MediaUrl": media} if media else {}
        callback = self._callback(Tried(message.delivery_id, message.attempt))
        return fields | ({"StatusCallback": callback} if callback else {})

    def _from(self, message: Message) -> dict[str, str]:
        """A pool's numbers take turns, but a recipient always hears from the same one."""
        sender = message.content.sender
        chosen = sender.address_for(message.address)
        if chosen.startswith("MG"):
            return {"MessagingServiceSid": chosen}
        numbers = (chosen, *(sender.pool if chosen == sender.address else ()))
        return {"From": self._prefix + numbers[sum(message.address.encode()) % len(numbers)]}


def _judged(answer: Answer) -> Outcome:
    """Raise ChannelHalted where the account itself is refused."""
    if answer.status == 0:
        return Unknown("no answer")
    if answer.status < 300:
        return Accepted(str(answer.body.get("sid", "")))
    if answer.status < 500 and (answer.status == 401 or meaning(answer.code).halts):
        raise ChannelHalted(HALTS.get(answer.code, "twilio.login_refused"), said=answer.said)
    return outcome(answer.status, answer.code, answer.said)
