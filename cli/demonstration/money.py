"""An SMS campaign whose money lasts for two fifths of it, and which a top-up lets go on."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import insert

from channels.email.press import press
from channels.known import CHANNELS
from channels.outside import outside
from cli.context import Opened
from cli.demonstration.campaign import BY, POLL_SECONDS
from core.errors import Refused
from core.queries import campaigns as queries
from core.queries import ledger, prices, statistics, waits
from core.queries import settings as business
from core.rules.addresses import address_key
from core.services import campaigns, segments, senders, templates
from core.services import prices as pricing
from core.tables.contacts import Contact, Identity
from core.vocabulary import CampaignState, Reason
from texts import _

PRICE = Decimal("0.0750")
CURRENCY = "USD"
LASTS_FOR = Decimal("0.4")
PATIENCE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Moment:
    """The campaign's ledger at one moment, and what it waits for."""

    words: str
    states: dict[str, int]
    waits_for: list[str]
    balance: str
    seconds: float
    offences: int


def enough_for(recipients: int) -> Decimal:
    """What the account holds at the beginning."""
    return (recipients * LASTS_FOR).to_integral_value() * PRICE


def draft(door: Opened, recipients: int) -> int:
    """So many people with a telephone, a text of one part, and no quiet hours, whatever the clock says."""
    with door.sessions.begin() as session:
        business.put(session, "quiet_hours", {}, by=BY)
        rows = [{"first_name": f"Person {number}"} for number in range(recipients)]
        ids = session.scalars(insert(Contact).returning(Contact.id, sort_by_parameter_order=True), rows).all()
        numbers = [f"+491511{number:06d}" for number in _harmless(recipients)]
        keys = [address_key(door.keys.addresses, "sms", number) for number in numbers]
        told = zip(ids, numbers, keys, strict=True)
        session.execute(
            insert(Identity),
            [{"contact_id": id_, "channel": "sms", "address": to, "address_key": key} for id_, to, key in told],
        )
        everybody = segments.create_dynamic(session, name=_("Everybody"), expression={"all": []}, by=BY)
        text = templates.create(
            session,
            press,
            name=_("Text"),
            kind="short",
            subject="",
            source="Hi {{ first_name }}, spring has come.",
            by=BY,
        )
        sender = senders.create(session, name="The Green Shop", address="+4915110000001", channel="sms", by=BY)
        pricing.put(session, channel="sms", prefix="+49", amount=str(PRICE), currency=CURRENCY, by=BY)
        return campaigns.create(
            session,
            name=_("Spring by SMS"),
            template_id=text.id,
            sender_id=sender.id,
            include=[everybody.id],
            exclude=[],
            channel="sms",
            by=BY,
        ).id


def launch_part(door: Opened, campaign_id: int) -> Refused:
    """Launch it whole, which is refused, and then what the balance lasts for; returns the refusal."""
    _until(lambda: _known(door))
    refusal: Refused | None = None
    for part in (False, True):
        now = datetime.now(UTC)
        try:
            with door.sessions.begin() as session:
                given = campaigns.preview(session, campaign_id, now, channels=CHANNELS).confirmation
                campaigns.launch(
                    session,
                    campaign_id,
                    confirmation=given,
                    outside=outside(door.settings),
                    channels=CHANNELS,
                    by=BY,
                    now=now,
                    part=part,
                )
        except Refused as refused:
            refusal = refused
    if refusal is None:
        raise Refused("demo.not_refused")
    return refusal


def empty(door: Opened, campaign_id: int) -> None:
    """Wait until it waits for money, and nothing is under way."""
    _until(lambda: _stands_still(door, campaign_id))


def over(door: Opened, campaign_id: int) -> None:
    _until(lambda: _state(door, campaign_id) == CampaignState.SENT)


def look(door: Opened, campaign_id: int, words: str, balance: str, since: float) -> Moment:
    with door.sessions() as session:
        campaign, figures = queries.get(session, campaign_id), statistics.figures(session, campaign_id)
        waiting = [one.reason for one in waits.of_campaign(session, campaign, figures, datetime.now(UTC))]
        states = {state.value: count for state, count in sorted(figures.states.items())}
        found = len(ledger.offences(session))
        return Moment(words, states, waiting, balance, round(time.monotonic() - since, 1), found)


def _known(door: Opened) -> bool:
    """Whether the scheduler has had the balance read."""
    with door.sessions() as session:
        return prices.balance(session, "sms", datetime.now(UTC)) is not None


def _stands_still(door: Opened, campaign_id: int) -> bool:
    with door.sessions() as session:
        campaign, figures = queries.get(session, campaign_id), statistics.figures(session, campaign_id)
        reasons = [one.reason for one in waits.of_campaign(session, campaign, figures, datetime.now(UTC))]
        under_way = figures.states.keys() & {"claimed", "sending"}
        return Reason.BALANCE_TOO_LOW in reasons and not under_way


def _state(door: Opened, campaign_id: int) -> str:
    with door.sessions() as session:
        return queries.get(session, campaign_id).state


def _harmless(count: int) -> list[int]:
    """Ends of numbers to which the sandbox has no special answer: those begin with 2, 3 or 6."""
    return [number for number in range(count * 10) if number % 100_000 < 20_000][:count]


def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not done():
        if time.monotonic() > deadline:
            raise Refused("demo.no_end", seconds=PATIENCE_SECONDS)
        time.sleep(POLL_SECONDS)
