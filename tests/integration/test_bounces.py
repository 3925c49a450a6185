"""What a bounce leads to, by its class, and when soft ones have come too often."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from core.database import Sessions
from core.messages import Deferred, Event, Refused
from core.queries import gates, ledger
from core.rules.patience import Patience
from core.services import digests, pacing, settings, trials
from core.services.claims import Claimed
from core.services.outcomes import Wrong, record_wrong
from core.services.recording import record
from core.tables.campaigns import Origin
from core.tables.contacts import Identity
from core.tables.contents import ContentRow
from core.tables.deliveries import Delivery
from core.tables.notices import Notice
from core.tables.pacing import DailyLimit
from core.tables.suppression import Suppression
from core.vocabulary import BounceClass, CampaignState, DeliveryState, EventKind, GateScope, OriginKind, Reason
from tests.integration.campaign_factory import NOON, make_campaign

BERLIN = ZoneInfo("Europe/Berlin")


def sent(sessions: Sessions, recipients: int = 1, state: DeliveryState = DeliveryState.SENT) -> None:
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=recipients)
        campaign.state = CampaignState.SENT
        session.execute(update(Delivery).values(state=state, attempt=1, settled_at=NOON))


def bounce(delivery_id: int, bounce: BounceClass, **details: str) -> Event:
    return Event(EventKind.BOUNCED, "mailbox", f"{delivery_id}", NOON, delivery_id, bounce=bounce, details=details)


def stands(sessions: Sessions) -> list[tuple[str | None, ...]]:
    with sessions() as session:
        assert ledger.offences(session) == []
        return [tuple(row) for row in session.execute(select(Delivery.state, Delivery.reason).order_by(Delivery.id))]


def listed(sessions: Sessions) -> list[tuple[str | None, ...]]:
    with sessions() as session:
        entries = select(Suppression.list, Suppression.channel, Suppression.source).order_by(Suppression.id)
        return [tuple(row) for row in session.execute(entries)]


@pytest.mark.parametrize(
    ("bounce_class", "verdict", "blacklisted"),
    [
        (BounceClass.ADDRESS, "yes", True),
        (BounceClass.ADDRESS, "no", False),
        (BounceClass.DOMAIN, "yes", True),
        (BounceClass.DOMAIN, "no", False),
        (BounceClass.MAILBOX, "yes", True),
        (BounceClass.MAILBOX, "no", False),
        (BounceClass.SENDER, "yes", False),
        (BounceClass.CONTENT, "yes", False),
        (BounceClass.RATE, "yes", False),
        (BounceClass.TRANSIENT, "no", False),
        (BounceClass.UNKNOWN, "yes", False),
        (BounceClass.ADDRESS, None, True),
        (BounceClass.MAILBOX, None, False),
    ],
)
def test_a_bounce_fails_the_delivery_and_blacklists_only_a_dead_address(
    sessions: Sessions, bounce_class: BounceClass, verdict: str | None, blacklisted: bool
) -> None:
    sent(sessions)
    with sessions.begin() as session:
        record(session, [bounce(1, bounce_class, **({"suppress": verdict} if verdict else {}))])
    assert stands(sessions) == [("failed", "recipient_server_refused")]
    assert listed(sessions) == ([("general", "email", "bounce")] if blacklisted else [])


@pytest.mark.parametrize("kind", [EventKind.DELAYED, EventKind.AUTOREPLIED])
def test_what_is_delayed_or_answered_by_a_machine_moves_nothing(sessions: Sessions, kind: EventKind) -> None:
    sent(sessions)
    with sessions.begin() as session:
        record(session, [Event(kind, "mailbox", "a", NOON, 1, bounce=BounceClass.TRANSIENT)])
    assert (stands(sessions), listed(sessions)) == ([("sent", None)], [])


def test_a_bounce_that_is_faster_than_our_own_record_counts(sessions: Sessions) -> None:
    sent(sessions, state=DeliveryState.SENDING)
    with sessions.begin() as session:
        record(session, [bounce(1, BounceClass.ADDRESS)])
    assert stands(sessions) == [("failed", "recipient_server_refused")]


def soft_campaigns(sessions: Sessions, *days: int, bounce_class: BounceClass = BounceClass.MAILBOX) -> None:
    """One letter to the same contact for each of these days before noon; each came back, and not for good."""
    with sessions.begin() as session:
        for _ in days:
            make_campaign(session, recipients=1)
        first = session.scalars(select(Delivery).order_by(Delivery.id)).first()
        assert first is not None
        whose = {name: getattr(first, name) for name in ("contact_id", "identity_id", "address_key")}
        session.execute(update(Delivery).values(whose))
    for number, back in enumerate(days, start=1):
        with sessions.begin() as session:
            values = {"state": DeliveryState.SENT, "attempt": 1, "settled_at": NOON - timedelta(days=back)}
            session.execute(update(Delivery).where(Delivery.id == number).values(values))
            record(session, [bounce(number, bounce_class, suppress="no")])


def test_five_soft_bounces_within_thirty_days_make_a_hard_one(sessions: Sessions) -> None:
    soft_campaigns(sessions, 29, 20, 10, 5)
    assert listed(sessions) == []


@pytest.mark.parametrize("bounce_class", [BounceClass.MAILBOX, BounceClass.ADDRESS])
def test_the_fifth_counts(sessions: Sessions, bounce_class: BounceClass) -> None:
    soft_campaigns(sessions, 29, 20, 10, 5, 0, bounce_class=bounce_class)
    assert listed(sessions) == [("general", "email", "bounces")]


def test_older_ones_do_not_count(sessions: Sessions) -> None:
    soft_campaigns(sessions, 31, 20, 10, 5, 0)
    assert listed(sessions) == []


def test_what_came_before_a_person_released_the_address_does_not_count(sessions: Sessions) -> None:
    soft_campaigns(sessions, 9, 8, 7, 6, 5)
    with sessions.begin() as session:
        session.execute(update(Suppression).values(released_at=NOON - timedelta(days=4), released_by="cli:anna"))
        values = {"state": DeliveryState.SENT, "settled_at": NOON}
        session.execute(update(Delivery).where(Delivery.id == 5).values(values))
        again = Event(EventKind.BOUNCED, "mailbox", "again", NOON, 5, bounce=BounceClass.TRANSIENT)
        record(session, [again])
    with sessions() as session:
        assert session.scalars(select(Suppression).where(Suppression.released_at.is_(None))).all() == []


async def test_a_mailbox_refused_while_sending_is_blacklisted_only_where_it_is_closed_for_good(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    sent(sessions, recipients=3, state=DeliveryState.SENDING)
    with sessions() as session:
        rows = session.scalars(select(Delivery).order_by(Delivery.id)).all()
    claimed = [Claimed(one.id, 0, 1, 0, one.origin_id, 1, "", {}, NOON) for one in rows]
    server = Reason.RECIPIENT_SERVER_REFUSED
    answers: list[Wrong] = [
        Refused(server, "550 disabled", BounceClass.MAILBOX, suppress=True),
        Refused(server, "552 full", BounceClass.MAILBOX, suppress=False),
        Deferred("451 later"),
    ]
    async with async_engine.begin() as connection:
        await record_wrong(connection, list(zip(claimed, answers, strict=True)), NOON, Patience())
    with sessions() as session:
        assert session.scalars(select(Suppression.delivery_id)).all() == [1]


def test_late_bounces_count_on_the_day_they_come_in_and_block_at_once(sessions: Sessions) -> None:
    sent(sessions, recipients=40)
    with sessions.begin() as session:
        now = session.scalars(select(Delivery.created_at)).first()
        assert now is not None
        pacing.open_today(session, now)
        session.execute(update(DailyLimit).values(taken=300))
        record(session, [bounce(number, BounceClass.ADDRESS) for number in range(1, 36)])
        assert pacing.look(session, "account", now.date()).errors == 35
        pacing.block_at_once(session, now)
        assert gates.standing(session, GateScope.MARKETING, "email") is not None


def test_passing_and_delayed_reports_block_nobody(sessions: Sessions) -> None:
    sent(sessions, recipients=40)
    with sessions.begin() as session:
        now = session.scalars(select(Delivery.created_at)).first()
        assert now is not None
        pacing.open_today(session, now)
        session.execute(update(DailyLimit).values(taken=300))
        record(session, [bounce(number, BounceClass.TRANSIENT) for number in range(1, 36)])
        assert pacing.block_at_once(session, now) == []


def digests_of(sessions: Sessions, now: datetime) -> int:
    return digests.send_due(
        sessions, lambda addresses, count: ("en", f"{count} gone", "\n".join(addresses)), key=b"k" * 32, now=now
    )


def test_each_sender_is_told_once_a_day_which_addresses_do_not_exist(sessions: Sessions) -> None:
    sent(sessions, recipients=3)
    with sessions.begin() as session:
        record(session, [bounce(1, BounceClass.ADDRESS), bounce(2, BounceClass.SENDER), bounce(3, BounceClass.ADDRESS)])
        added = session.scalars(select(Suppression.added_at)).first()
    assert added is not None
    early = added.astimezone(BERLIN).replace(hour=6, minute=59)
    morning = early + timedelta(days=1, minutes=30)
    assert digests_of(sessions, early) == 0
    assert (digests_of(sessions, morning), digests_of(sessions, morning)) == (1, 0)
    with sessions.begin() as session:
        origin = session.scalars(select(Origin).where(Origin.kind == OriginKind.SERVICE)).one()
        delivery = session.scalars(select(Delivery).where(Delivery.origin_id == origin.id)).one()
        letter = session.get_one(ContentRow, delivery.content_id)
        assert (letter.subject, letter.plain) == ("2 gone", "person1@example.org\nperson3@example.org")
        assert session.get_one(Identity, delivery.identity_id).address == "news@shop.example"
        delivery.state, delivery.attempt, delivery.settled_at = DeliveryState.SENT, 1, morning
        told = session.scalars(select(Notice)).one()
        assert (told.code, told.params) == ("addresses_dead", {"count": 2, "name": "Shop"})
    trials.close_if_done(sessions, origin.id)
    assert digests_of(sessions, morning + timedelta(days=1)) == 0
    with sessions() as session:
        assert session.get_one(ContentRow, letter.id).plain == ""
        assert ledger.offences(session) == []


def test_no_digest_is_sent_where_it_is_turned_off(sessions: Sessions) -> None:
    sent(sessions)
    with sessions.begin() as session:
        record(session, [bounce(1, BounceClass.ADDRESS)])
        settings.set_bounce_digest(session, on=False, by="test")
        added = session.scalars(select(Suppression.added_at)).one()
    assert digests_of(sessions, added.astimezone(BERLIN).replace(hour=8) + timedelta(days=1)) == 0
