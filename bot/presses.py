"""What the buttons carry: at most 64 bytes, and nothing that may not be read."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from channels.messenger.telegram.calls import ASKED, PRESSED
from core.vocabulary import CampaignAction, DoubtDecision

Number = Annotated[int, Field(ge=0, lt=2**63)]
"""A number that fits into the database: a client may send any words as a button's."""


class PagePressed(CallbackData, prefix="page"):
    page: Annotated[int, Field(ge=0, lt=1_000_000)]


class OpenPressed(CallbackData, prefix="open"):
    campaign_id: Number


class RefreshPressed(CallbackData, prefix="card"):
    campaign_id: Number


class PreviewPressed(CallbackData, prefix="look"):
    campaign_id: Number


class LaunchPressed(CallbackData, prefix="go"):
    campaign_id: Number
    confirmation: str
    """20 digits and the number of recipients: some 30 bytes."""


class PartPressed(CallbackData, prefix="part"):
    """The launch of what the balance lasts for."""

    campaign_id: Number
    confirmation: str


class LaterPressed(CallbackData, prefix="later"):
    campaign_id: Number
    confirmation: str


class AtPressed(CallbackData, prefix="at"):
    campaign_id: Number
    confirmation: str
    minute: Annotated[int, Field(ge=0, lt=200_000_000)]
    """Since the beginning of 1970: eight digits."""

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.minute * 60, UTC)


class HoursPressed(CallbackData, prefix="hours"):
    """Two hours of the day; the same twice: at any time; none: the question itself."""

    campaign_id: Number
    opens: Annotated[int, Field(ge=0, lt=24)] | None = None
    closes: Annotated[int, Field(ge=0, lt=24)] | None = None


class FailuresPressed(CallbackData, prefix="failed"):
    """What failed; `named`: with the addresses of the last ones."""

    campaign_id: Number
    named: bool = False


class NewcomersPressed(CallbackData, prefix="new"):
    campaign_id: Number


class SendMorePressed(CallbackData, prefix="more"):
    campaign_id: Number
    confirmation: str


class MovePressed(CallbackData, prefix="move"):
    campaign_id: Number
    action: CampaignAction


class DoubtsPressed(CallbackData, prefix="doubt"):
    campaign_id: Number
    decision: DoubtDecision | None = None
    """None: the question itself."""


class ReleasePressed(CallbackData, prefix="free"):
    """Of a block; without a sender, the account's."""

    sender_id: Number | None = None


class ListedPressed(CallbackData, prefix="list"):
    """The release of an entry, which asks for a reason."""

    suppression_id: Number


class WhyPressed(CallbackData, prefix="why"):
    campaign_id: Number


class SurePressed(CallbackData, prefix="sure"):
    campaign_id: Number
    cancel: bool


class WishPressed(CallbackData, prefix="wish"):
    """A customer's: whether they want news."""

    wish: Literal["in", "out"]


class ConsentPressed(CallbackData, prefix=ASKED):
    """A customer's, below a request for consent."""

    delivery_id: Number
    answer: Literal["yes", "no"]


class CampaignButtonPressed(CallbackData, prefix=PRESSED):
    """A customer's, below a campaign's message; what it says stands on the button."""

    place: Annotated[int, Field(ge=0, lt=100)]


class AnswerPressed(CallbackData, prefix="re"):
    identity_id: Number


class AskNumberPressed(CallbackData, prefix="tel"):
    identity_id: Number
