"""What a campaign will cost before it is launched, and whether the provider's balance lasts for it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from core.errors import Problem, Refused
from core.messages import Money
from core.ports import Traits
from core.queries import audience, prices
from core.queries import settings as business
from core.rules.short_messages import link_like
from core.rules.sms_segments import Segments, count
from core.rules.templates import Program, compile_frozen, is_ours
from core.tables.campaigns import Campaign
from core.tables.contents import ContentRow

SAMPLE = 300
PARTED = "sms"
"""The one channel on which a long message costs more than a short one."""


@dataclass(frozen=True, slots=True)
class Cost:
    """`amount` is None where no price is known for anybody; `unpriced` are those for whom none is."""

    amount: Money | None
    balance: Money | None
    """None: unknown."""
    parts: float
    """Parts a recipient, on average."""
    longest: Segments | None
    """The message of the recipient with the longest values; None on a channel where a message is one part."""
    longest_cost: Money | None
    unpriced: int

    def lasts_for(self, recipients: int) -> int:
        """For about how many of so many recipients the balance lasts; all of them where nobody can tell."""
        if self.lacking is None:
            return recipients
        assert self.amount is not None
        assert self.balance is not None
        return int(recipients * max(self.balance.amount, Decimal(0)) / self.amount.amount)

    @property
    def missing(self) -> Money | None:
        """`lacking`, with its currency."""
        lacking = self.lacking
        return Money(lacking, self.amount.currency) if lacking is not None and self.amount is not None else None

    @property
    def lacking(self) -> Decimal | None:
        """How much is missing; None if it lasts, or if nobody can tell."""
        if self.amount is None or self.balance is None or self.amount.currency != self.balance.currency:
            return None
        missing = self.amount.amount - self.balance.amount
        return missing if missing > 0 else None


def estimate(
    session: Session,
    campaign: Campaign | audience.Leg,
    content: ContentRow,
    chosen: audience.Frozen,
    *,
    now: datetime,
    traits: Traits,
) -> Cost | None:
    """From the prices of the numbers chosen and the texts of some of them; None on a channel that has no price."""
    currency = prices.currency(session, campaign.channel)
    if campaign.channel != PARTED and currency is None:
        return None
    priced = audience.by_price(session, campaign, chosen, content.required, now, traits=traits)
    counted = _counted(session, campaign, content, chosen) if campaign.channel == PARTED else []
    ordinary = counted[1:] or counted
    parts = sum(one.segments for one in ordinary) / len(ordinary) if ordinary else 1.0
    total = sum((price * recipients for price, recipients in priced if price is not None), Decimal(0))
    return Cost(
        amount=Money(round(total * Decimal(parts), 4), currency) if currency else None,
        balance=prices.balance(session, campaign.channel, now),
        parts=parts,
        longest=counted[0] if counted else None,
        longest_cost=_dearest(session, campaign.channel, counted[0].segments if counted else 1, currency),
        unpriced=sum(recipients for price, recipients in priced if price is None),
    )


def check(cost: Cost | None, *, part: bool, name: str) -> None:
    """Raise Refused (`campaign.balance_too_low`) with the figures, unless a part is meant to go out."""
    if cost is None or part or cost.lacking is None:
        return
    assert cost.amount is not None
    assert cost.balance is not None
    raise Refused(
        "campaign.balance_too_low",
        name=name,
        cost=f"{cost.amount.amount:.2f} {cost.amount.currency}",
        balance=f"{cost.balance.amount:.2f} {cost.balance.currency}",
    )


def _counted(
    session: Session, campaign: Campaign | audience.Leg, content: ContentRow, chosen: audience.Frozen
) -> list[Segments]:
    """The parts of some recipients' texts, the longest first."""
    program = compile_frozen(content.plain or "", escape=False)
    found = audience.longest(session, campaign, chosen, sorted(program.names), limit=SAMPLE)
    base = business.value(session, "short_address")
    return [count(_filled(program, values, base)) for values in found] or [count(_filled(program, {}, base))]


def _dearest(session: Session, channel: str, segments: int, currency: str | None) -> Money | None:
    return Money(prices.dearest(session, channel) * segments, currency) if currency else None


def _filled(program: Program, values: dict[str, object], base: str) -> str:
    """A recipient without a value gets no message, and so costs nothing: the text without it stands in."""
    links = {name: link_like(base, name) for name in program.names if is_ours(name)}
    given = {name: value for name, value in values.items() if value not in (None, "")}
    try:
        return program.render({**dict.fromkeys(program.names, " "), **given, **links})
    except Problem:
        return ""
