"""What the core needs from outside, as protocols; entry points hand the real things in."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from core.messages import DeliveryId, Event, Health, Message, Money, Settled
from core.vocabulary import TemplateKind


class FirstContact(StrEnum):
    """Who may begin a conversation on a channel."""

    ANYONE = "anyone"
    MUST_WRITE_FIRST = "must_write_first"


@dataclass(frozen=True, slots=True)
class Beside:
    """What may stand beside a text on a channel; its provider fetches it from us."""

    picture_bytes: int
    file_bytes: int
    kinds: frozenset[str]
    """Media types of files."""
    captioned: bool = True
    """Whether a file may have a text; a picture always may."""


@dataclass(frozen=True, slots=True)
class Traits:
    """Facts about a channel or a provider; the rules of eligibility read these instead of asking who it is."""

    channel: str
    first_contact: FirstContact = FirstContact.ANYONE
    reply_window_hours: int | None = None
    """How long after the customer's last message one may write freely; an approved template may go at any time."""
    per_second: float | None = None
    """How many messages a second the provider takes, as far as it says so."""
    reports_delivery: bool = False
    reports_read: bool = False
    longest_text: int | None = None
    longest_caption: int | None = None
    """Characters of a message's text, and of one that stands beside a picture or a file."""
    beside: Beside | None = None
    """None: nothing but text goes there."""
    buttons: bool = False
    """Whether buttons of ours may stand below a text."""
    markup: frozenset[str] | None = None
    """The tags that a text may hold; None where a text is nothing but text."""
    asks: bool = False
    """Whether people can be asked there for their consent; elsewhere who has not given it is skipped."""
    resident: bool = False
    """Whether a process of its own, the bot, carries answers to customers: they wait behind no campaign."""
    kinds: frozenset[TemplateKind] = frozenset({TemplateKind.SHORT})
    """The kinds of template that it carries."""


Channels = Mapping[str, Traits]
"""What is known of each channel, by its key."""


class Provider(Protocol):
    """Carries messages on one channel."""

    traits: Traits

    def deliver(self, groups: AsyncIterator[Sequence[Message]]) -> AsyncIterator[Sequence[Settled]]:
        """Send what comes in and settle each message exactly once, in any order.

        Messages come in groups that were marked `sending` together. Every message taken is settled before the
        iterator ends or raises; after a `ChannelHalted` those not yet begun are settled as `Unsent`.
        """
        ...

    async def check(self) -> Health:
        """Try the settings without sending anything."""
        ...


@runtime_checkable
class Balance(Protocol):
    async def balance(self) -> Money | None:
        """What is left on the account; None is unknown, and never zero."""
        ...


@runtime_checkable
class Statuses(Protocol):
    """A provider whose reports can be fetched, where it cannot reach us with them."""

    @property
    def must_fetch(self) -> bool:
        """Whether nobody will report by itself: there is no public address."""
        ...

    def fetch(self, waiting: Mapping[str, tuple[DeliveryId, int]], since: datetime) -> AsyncIterator[Sequence[Event]]:
        """What has become of messages, by the provider's ids: delivery and attempt. None began before `since`.

        The same events as its hooks would make, so that a report that comes both ways counts once.
        """
        ...


@dataclass(frozen=True, slots=True)
class HookRequest:
    """What a provider posted to us, before anybody believes it."""

    method: str
    url: str
    """The address below our configured public URL, query and all: what the provider signs, whatever a proxy says."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    at: datetime
    """When it came in."""


class Hooks(Protocol):
    """A provider that reports by webhook: at `/hooks/<its name>` on the public pages."""

    def verify(self, request: HookRequest) -> None:
        """Return if the provider wrote this; raise Forged if not. May block: it runs in a thread of its own."""
        ...

    def parse(self, request: HookRequest) -> list[Event]:
        """What a verified request reports, possibly nothing; raise Invalid where it cannot be read.

        Pure. Requests come twice, early and in any order: a key is the provider's id of the event, or a hash of
        what makes it unique, so that the same report makes the same event.
        """
        ...


class Bell(Protocol):
    """Rings the workers: there may be work. Losing a ring costs a few seconds, never a message."""

    def ring(self, job: str, *arguments: int | str) -> None: ...


@dataclass(frozen=True, slots=True)
class Bucket:
    """A rate that all processes keep to together: `amount` tokens every `seconds`, evenly spread.

    Up to `burst` of them may be taken at once, so that no stretch of `seconds` ever sees more than
    `amount + burst - 1`. Who asks with a larger `burst` goes before who asks the same bucket with a smaller one, by
    as many tokens as it is larger. `key` names whose rate it is, for example `telegram:<bot>:chat:<id>`.
    """

    key: str
    amount: float
    seconds: float = 1.0
    burst: float = 1


@dataclass(frozen=True, slots=True)
class Taken:
    """`count` tokens; where that is 0, some bucket is empty for another `wait` seconds."""

    count: int
    wait: float = 0.0


class Buckets(Protocol):
    """Token buckets that all workers, bots and hosts draw from: how fast a provider, a chat or a group is called.

    A provider takes a token from each bucket that a call concerns before it makes the call, in one `take`, and lets
    other messages go first while one of them waits. Where a rate is high it takes many at once (`burst`), never one
    a message. A provider's own "too fast, wait so long" empties the bucket for everybody with `pause`:

        bot, chat = Bucket("telegram:7", 30), Bucket("telegram:7:chat:42", 1)
        taken = await buckets.take(1, bot, chat)
        if not taken.count:
            ...  # somebody else's turn; this one again after `taken.wait`
        except TooManyRequests as answer:
            await buckets.pause(bot, answer.retry_after)

    Never raises and never waits long: where the shared buckets are away, each process keeps to its share of the rate.
    """

    async def take(self, wanted: int, *buckets: Bucket) -> Taken:
        """Take up to `wanted` tokens, the same number from each of the buckets; or nothing from any."""
        ...

    async def pause(self, bucket: Bucket, seconds: float) -> None:
        """Nobody gets a token for so long; then they come again one by one."""
        ...


@dataclass(frozen=True, slots=True)
class PressedLetter:
    """A letter in its final form: links in `html` and `text` stand as `{{ click_<position> }}`."""

    subject: str
    html: str | None
    text: str
    links: Sequence[str]
    """Targets by position; a target may hold variables."""
    required: Sequence[str]
    """Variables without a fallback."""
    extras: Mapping[str, Any] = field(default_factory=dict)
    """What a short message has beside its text, each of its strings a piece of template like the text itself."""


class LetterPress(Protocol):
    """Makes a letter's final form once, when it is saved; raises Invalid with the place of what cannot work."""

    def __call__(
        self,
        *,
        kind: str,
        language: str,
        subject: str,
        source: str,
        text: str | None,
        known: Sequence[str],
        extras: Mapping[str, Any] | None = None,
    ) -> PressedLetter: ...


@dataclass(frozen=True, slots=True)
class ConsentLetter:
    """A request for consent in one language. `wording` is what is agreed to, and `version` names that wording."""

    language: str
    subject: str
    html: str | None
    text: str
    wording: str
    version: str
    extras: Mapping[str, Any] = field(default_factory=dict)
    """What stands beside the text in a messenger: the buttons that answer."""


class ConsentPress(Protocol):
    """Words the fixed request for consent of a channel: no advertising, no tracking, one way to accept and decline."""

    def __call__(
        self, channel: str, *, sender: str, imprint: str | None, days: int, approved: Mapping[str, str]
    ) -> Sequence[ConsentLetter]:
        """One for each language that the installation speaks, its default first.

        `approved` names templates by language that the provider has approved for asking, which may go at any time.
        """
        ...
