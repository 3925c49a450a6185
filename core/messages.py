"""What travels between the core and a channel: messages out, outcomes back, events later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from core.vocabulary import BounceClass, EventKind, Light, Reason, Tls

DeliveryId = int


@dataclass(frozen=True, slots=True)
class SealedKey:
    """A key that signs letters (RFC 6376): its domain and selector in ASCII, its private half still encrypted."""

    domain: str
    selector: str
    algorithm: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Sender:
    """From whom a message comes: RFC 5322 From and Reply-To, or a phone number or bot on other channels."""

    name: str
    address: str
    reply_to: str | None = None
    pool: tuple[str, ...] = ()
    """More numbers that share the work with `address`."""
    per_second: float | None = None
    """Messages that each of these may send; None: as many as the account."""
    abroad: tuple[tuple[str, str], ...] = ()
    """Who writes instead to numbers that begin so; the longest beginning first."""
    keys: tuple[SealedKey, ...] = ()
    """What its letters are signed with; none: they are not signed."""

    @property
    def numbers(self) -> tuple[str, ...]:
        return (self.address, *self.pool)

    def address_for(self, number: str) -> str:
        """Who writes to this number: the sender of its country, where one is set, else this one's address."""
        return next((other for beginning, other in self.abroad if number.startswith(beginning)), self.address)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a letter; `kind` is its media type."""

    name: str
    kind: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Content:
    """One frozen letter: every part is source in the closed template language, ready to compile.

    In `html` and `text`, tracked links stand as `{{ click_<link id> }}`, the open picture as `{{ open_url }}`,
    and the unsubscribe address as `{{ unsubscribe_url }}`: values that the renderer makes for each delivery.
    """

    id: int
    subject: str
    html: str | None
    text: str | None
    sender: Sender
    origin_id: int
    purpose: str
    list_id: str
    list_name: str
    extras: Mapping[str, Any] = field(default_factory=dict)
    """What a short message has beside its text (buttons, a picture, a provider's template); strings are source too."""
    attachments: tuple[Attachment, ...] = ()


class Message(NamedTuple):
    """One recipient's share of a content. `values` are the contact's fields and attributes by name.

    A tuple, for one is made for each message, and a frozen dataclass takes three times as long.
    """

    delivery_id: DeliveryId
    attempt: int
    address: str
    content: Content
    values: Mapping[str, object]
    created_at: datetime
    """When the delivery was made: the Date header, the same on every retry."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took the message over. `said` is its answer or its id of the message."""

    said: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """This recipient will not get it, and trying again would not help."""

    reason: Reason
    said: str = ""
    bounce: BounceClass = BounceClass.UNKNOWN
    suppress: bool | None = None
    """Whether the address is dead for good; None: as its class says."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not now: may be tried again after a while."""

    said: str = ""
    after_seconds: float | None = None
    bounce: BounceClass = BounceClass.TRANSIENT


@dataclass(frozen=True, slots=True)
class Unsent:
    """Surely never reached the provider (for example, the connection ended before the last dot)."""

    said: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """May or may not have arrived: the answer to the last dot never came."""

    said: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """Not taken: whoever had this address has another now, for good. The message may be sent there."""

    address: str
    address_key: bytes
    said: str = ""


Outcome = Accepted | Refused | Moved | Deferred | Unsent | Unknown
Settled = tuple[DeliveryId, Outcome]


@dataclass(frozen=True, slots=True)
class Event:
    """Something learnt later. `key` is the provider's id of the event, or a hash of what makes it unique."""

    kind: EventKind
    provider: str
    key: str
    at: datetime
    delivery_id: DeliveryId | None = None
    channel: str | None = None
    address: str | None = None
    link_id: int | None = None
    bounce: BounceClass | None = None
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SealedRelay:
    """A mail server of a sender's own as it is stored: its password opens for this server and user alone."""

    host: str
    port: int
    tls: Tls
    user: str | None
    sealed: bytes | None
    weight: int


@dataclass(frozen=True, slots=True)
class Health:
    """The answer of "test these settings": a code with parameters, as in errors."""

    well: bool
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """A record that is to be added, or to take the place of the one that is there."""

    name: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check of a sender's domain came to: a code with parameters, as in errors, and the record that mends it."""

    check: str
    """`spf`, `dkim`, `dmarc`, `alignment`, `mx`, `tls`, `reverse`."""
    light: Light
    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    record: DnsRecord | None = None


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str
    """ISO 4217."""
