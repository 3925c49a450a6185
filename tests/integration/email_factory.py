"""Messages, relays and providers for tests of sending by SMTP."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from channels.email.provider import EmailProvider
from channels.email.smtp.patience import Patience
from channels.email.smtp.relay import Relay
from channels.email.smtp.run import NO_LIMITS
from core.messages import Content, Message, Outcome, Sender, Settled
from core.ports import Provider
from core.vocabulary import Tls

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CONTENT = Content(
    id=7,
    subject="Hello",
    html=None,
    text="Hello",
    sender=Sender("Anna", "news@sender.test"),
    origin_id=1,
    purpose="marketing",
    list_id="news.sender.test",
    list_name="News",
)
QUICK = Patience(connect=2, greeting=1, command=1, dot=1, goodbye=0.5, idle=5, unreachable=0.4)


class PlainMime:
    """A letter that needs no templates: the contact's `text` value below a short header."""

    tame = False

    def __init__(self, content: Content) -> None:
        self.content = content

    def render(self, message: Message) -> bytes:
        text = message.values.get("text", "Hello")
        if isinstance(text, Exception):
            raise text
        head = f"From: {self.content.sender.address}\r\nMessage-ID: <{message.delivery_id}@sender.test>\r\n\r\n"
        return f"{head}{text}\r\n".encode()


def message(number: int, address: str | None = None, **values: object) -> Message:
    return Message(number, 1, address or f"user{number}@example.test", CONTENT, values, NOON)


def messages(count: int) -> list[Message]:
    return [message(number) for number in range(1, count + 1)]


def relay(port: int, tls: Tls = Tls.NONE, connections: int = 3, weight: int = 1, **more: Any) -> Relay:
    return Relay("127.0.0.1", port, tls, connections=connections, weight=weight, **more)


def provider(*relays: Relay, patience: Patience = QUICK, limits: Mapping[str, int] = NO_LIMITS) -> EmailProvider:
    return EmailProvider(relays, PlainMime, patience=patience, limits=limits)


async def groups_of(all_messages: Sequence[Message], size: int = 50) -> AsyncIterator[Sequence[Message]]:
    for start in range(0, len(all_messages), size):
        yield all_messages[start : start + size]


async def send(
    carrier: Provider, all_messages: Sequence[Message], size: int = 50
) -> tuple[Mapping[int, Outcome], Exception | None]:
    """Deliver all and return each outcome once, with the fault that ended it, if one did."""
    settled: list[Settled] = []
    fault = None
    try:
        async with asyncio.timeout(30):
            async for group in carrier.deliver(groups_of(all_messages, size)):
                settled.extend(group)
    except TimeoutError:
        raise
    except Exception as problem:  # noqa: BLE001 - the fault is what the test looks at
        fault = problem
    assert len({delivery for delivery, _ in settled}) == len(settled), "a message was settled twice"
    return dict(settled), fault


def kinds(outcomes: Mapping[int, Outcome]) -> dict[str, int]:
    """How many of each kind: `{"Accepted": 3}`."""
    found: dict[str, int] = {}
    for outcome in outcomes.values():
        found[type(outcome).__name__] = found.get(type(outcome).__name__, 0) + 1
    return found


def those(outcomes: Mapping[int, Outcome], wanted: Callable[[Outcome], bool]) -> Iterable[int]:
    return sorted(number for number, outcome in outcomes.items() if wanted(outcome))
