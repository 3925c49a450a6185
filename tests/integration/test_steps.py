"""A second and a third channel: only for whom the one before did not reach, and only where it may be used."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from channels.email.press import press
from channels.known import CHANNELS
from core.database import Sessions
from core.errors import Invalid, Refused
from core.messages import Money
from core.queries import ledger, recipients, settings, statistics, story
from core.queries.steps import origins
from core.rules.addresses import address_key
from core.rules.outside import Outside
from core.services import campaigns, prices, segments, senders, steps, templates
from core.services import recipients as preparing
from core.services.steps import Wanted
from core.tables.campaigns import Campaign
from core.tables.contacts import Identity
from core.tables.deliveries import Delivery
from core.tables.events import Engagement
from core.tables.steps import CampaignStep
from core.vocabulary import CampaignState, DeliveryState, Reason
from tests.integration.campaign_factory import NOON, make_contacts

HERE = Outside(None, real_relay=False)
DAY = 86_400
LATER = NOON + timedelta(days=1, seconds=1)


def draft(session: Session, people: int, *, numbers: Sequence[int] = ()) -> int:
    """An email campaign to that many; those whose place is in `numbers` have a telephone too."""
    ids = make_contacts(session, people)
    for place in set(numbers) & set(range(people)):
        to = f"+49151{place:07d}"
        values = {"contact_id": ids[place], "channel": "sms", "address": to, "address_key": to.encode()}
        session.execute(insert(Identity).values(values))
    everybody = segments.create_dynamic(session, name="All", expression={"all": []}, by="t")
    letter = templates.create(session, press, name="Mail", kind="text", subject="Hi", source="See you", by="t")
    sender = senders.create(session, name="Shop", address="news@shop.example", by="t")
    return campaigns.create(
        session, name="Spring", template_id=letter.id, sender_id=sender.id, include=[everybody.id], exclude=[], by="t"
    ).id


def by_sms(session: Session, *, after: int = DAY, silent: bool = True, unread: bool = False) -> Wanted:
    letter = templates.create(session, press, name="Text", kind="short", subject="", source="Hello", by="t")
    sender = senders.create(session, name="Shop", address="+4915110000001", channel="sms", by="t")
    return Wanted("sms", letter.id, sender.id, after, silent, unread)


def by_telegram(session: Session) -> Wanted:
    letter = templates.create(session, press, name="Chat", kind="short", subject="", source="Hello", by="t")
    sender = senders.create(session, name="Bot", address="shop_bot", channel="telegram", by="t")
    return Wanted("telegram", letter.id, sender.id, 0)


def launched(session: Session, campaign_id: int, *wanted: Wanted) -> None:
    if wanted:
        version = session.get_one(Campaign, campaign_id).version
        steps.put(session, campaign_id, wanted, version=version, channels=CHANNELS, by="t")
    bound = campaigns.preview(session, campaign_id, NOON, channels=CHANNELS).confirmation
    campaigns.launch(session, campaign_id, confirmation=bound, outside=HERE, channels=CHANNELS, by="t", now=NOON)


def prepare(sessions: Sessions, campaign_id: int) -> None:
    assert preparing.prepare(
        sessions, campaign_id, channels=CHANNELS, holder="t", clock=lambda: NOON, stop=lambda: False, press=None
    )


def settle(session: Session, channel: str, states: dict[int, DeliveryState], at: datetime = NOON) -> None:
    """By the places of the contacts."""
    for place, state in states.items():
        reason = Reason.RECIPIENT_SERVER_REFUSED if state == DeliveryState.FAILED else None
        session.execute(
            update(Delivery)
            .where(Delivery.contact_id == place + 1, Delivery.channel == channel)
            .values(state=state, reason=reason, attempt=1, settled_at=at)
        )


def look(sessions: Sessions, now: datetime) -> None:
    """As many rounds as it takes."""
    for _ in range(4):
        with sessions.begin() as session:
            session.execute(update(CampaignStep).values(look_at=None))
        steps.advance(sessions, now, channels=CHANNELS)


def on(sessions: Sessions, channel: str) -> dict[int, tuple[str, str | None]]:
    """State and reason of who was tried there, by the places of the contacts."""
    with sessions() as session:
        rows = session.execute(
            select(Delivery.contact_id, Delivery.state, Delivery.reason).where(Delivery.channel == channel)
        )
        return {row[0] - 1: (row[1], row[2]) for row in rows if row[0] is not None}


def begun(sessions: Sessions, *, people: int = 6, numbers: Sequence[int] = range(6), **sms: bool) -> int:
    with sessions.begin() as session:
        campaign_id = draft(session, people, numbers=numbers)
        launched(session, campaign_id, by_sms(session, **sms))
    prepare(sessions, campaign_id)
    return campaign_id


S = DeliveryState


def test_the_next_channel_takes_whom_the_first_failed_at_once_and_the_silent_after_their_time(
    sessions: Sessions,
) -> None:
    begun(sessions)
    with sessions.begin() as session:
        settle(session, "email", {0: S.FAILED, 1: S.SENT, 2: S.SENT, 3: S.SENT, 4: S.SENT, 5: S.IN_DOUBT})
        engage(session, 2, read_at=NOON)
        engage(session, 3, clicked_at=NOON)
        engage(session, 4, replied_at=NOON)
    look(sessions, NOON + timedelta(hours=1))
    assert on(sessions, "sms") == {0: ("pending", None)}
    look(sessions, LATER)
    assert on(sessions, "sms").keys() == {0, 1, 2}


def test_not_read_narrows_it_and_an_open_alone_triggers_nothing(sessions: Sessions) -> None:
    begun(sessions, people=3, unread=True)
    with sessions.begin() as session:
        settle(session, "email", {0: S.SENT, 1: S.SENT, 2: S.SENT})
        engage(session, 1, read_at=NOON)
        engage(session, 2, read_at=NOON, clicked_at=NOON)
    look(sessions, LATER)
    assert on(sessions, "sms").keys() == {0}


def test_only_where_that_channel_may_be_used_and_the_third_follows_where_not(sessions: Sessions) -> None:
    with sessions.begin() as session:
        campaign_id = draft(session, 3, numbers=(0,))
        session.execute(insert(Identity).values(contact_id=2, channel="telegram", address="77", address_key=b"77"))
        launched(session, campaign_id, by_sms(session), by_telegram(session))
    prepare(sessions, campaign_id)
    with sessions.begin() as session:
        settle(session, "email", {0: S.FAILED, 1: S.FAILED, 2: S.FAILED})
    look(sessions, NOON)
    assert on(sessions, "sms") == {0: ("pending", None), 1: ("skipped", "no_address"), 2: ("skipped", "no_address")}
    assert on(sessions, "telegram") == {1: ("skipped", "no_conversation"), 2: ("skipped", "no_address")}
    with sessions() as session:
        figures = statistics.figures(session, campaign_id)
        assert (figures.recipients, figures.states) == (3, {S.PENDING: 1, S.FAILED: 2})
        assert ledger.offences(session) == []


def test_a_campaign_is_not_sent_before_its_steps_are_through(sessions: Sessions) -> None:
    campaign_id = begun(sessions, people=2, numbers=(0, 1))
    with sessions.begin() as session:
        settle(session, "email", {0: S.SENT, 1: S.SENT})
    look(sessions, NOON + timedelta(hours=1))
    assert not preparing.finish_if_done(sessions, campaign_id, NOON + timedelta(hours=1))
    with sessions.begin() as session:
        engage(session, 0, clicked_at=NOON)
    look(sessions, LATER)
    assert not preparing.finish_if_done(sessions, campaign_id, LATER)
    with sessions.begin() as session:
        settle(session, "sms", {1: S.SENT}, LATER)
    look(sessions, LATER)
    assert preparing.finish_if_done(sessions, campaign_id, LATER)
    with sessions() as session:
        assert session.get_one(Campaign, campaign_id).state == CampaignState.SENT
        figures = statistics.figures(session, campaign_id)
        assert (figures.recipients, figures.sent, figures.accepted_ever, figures.clickers) == (2, 2, 2, 1)
        assert ledger.offences(session) == []


def test_the_result_is_that_of_the_last_step_and_the_story_tells_all(sessions: Sessions) -> None:
    campaign_id = begun(sessions, people=2, numbers=(0,))
    with sessions.begin() as session:
        settle(session, "email", {0: S.FAILED, 1: S.FAILED})
    look(sessions, NOON)
    with sessions.begin() as session:
        settle(session, "sms", {0: S.SENT})
    with sessions() as session:
        campaign = session.get_one(Campaign, campaign_id)
        rows = recipients.page(session, origins(session, campaign))
        assert {(one.contact_id, one.channel, one.state) for one in rows} == {
            (1, "sms", "sent"),
            (2, "email", "failed"),
        }
        told = story.of_address(session, campaign_id, [(1).to_bytes(16, "big")], NOON)
        assert {"chosen", "checked", "next_channel", "accepted"} < {one.code for one in told.steps}
        assert told.steps[-1].params == {"state": "sent", "reason": None}


def test_a_person_is_found_by_their_address_on_any_channel_of_the_campaign(sessions: Sessions) -> None:
    campaign_id = begun(sessions, people=2, numbers=(1,))
    with sessions.begin() as session:
        for channel, kept in (("email", "person2@example.org"), ("sms", "+4915112345678")):
            keyed = update(Identity).where(Identity.contact_id == 2, Identity.channel == channel)
            session.execute(keyed.values(address=kept, address_key=address_key(b"k" * 32, channel, kept)))
    with sessions() as session:
        for written in ("Person2@Example.org", "0151 12345678", "+49 151 123 456 78"):
            told = story.of_person(session, campaign_id, written, NOON, hashing=b"k" * 32, country="DE")
            assert (told.contact_id, told.steps[-1].code) == (2, "stands"), written
        with pytest.raises(Invalid, match=r"import\.bad_email"):
            story.of_person(session, campaign_id, "nobody", NOON, hashing=b"k" * 32, country="DE")


def test_whoever_was_reached_while_the_next_message_waits_does_not_get_it(sessions: Sessions) -> None:
    begun(sessions, people=2, numbers=(0, 1))
    with sessions.begin() as session:
        settle(session, "email", {0: S.SENT, 1: S.SENT})
    look(sessions, LATER)
    with sessions.begin() as session:
        engage(session, 0, clicked_at=LATER)
    look(sessions, LATER)
    assert on(sessions, "sms") == {0: ("skipped", "reached_before"), 1: ("pending", None)}


def test_looking_twice_adds_nothing_and_a_shared_number_gets_one_message(sessions: Sessions) -> None:
    begun(sessions, people=2, numbers=(0, 1))
    with sessions.begin() as session:
        session.execute(update(Identity).where(Identity.channel == "sms").values(address_key=b"same"))
        settle(session, "email", {0: S.FAILED, 1: S.FAILED})
    look(sessions, NOON)
    assert sorted(on(sessions, "sms").values()) == [("pending", None), ("skipped", "duplicate_address")]


def test_a_step_that_could_see_nothing_is_refused(sessions: Sessions) -> None:
    with sessions.begin() as session:
        campaign_id = draft(session, 1)
        wanted, chat = by_sms(session), by_telegram(session)
        unread = Wanted("telegram", chat.template_id, chat.sender_id, DAY, unread=True)
        with pytest.raises(Refused, match=r"step\.sees_no_reads"):
            put(session, campaign_id, wanted, unread)
        with pytest.raises(Refused, match=r"step\.same_channel"):
            put(session, campaign_id, wanted, wanted)
        settings.put(session, "tracking", "anonymous", by="t")
        with pytest.raises(Refused, match=r"step\.sees_no_clicks"):
            put(session, campaign_id, wanted)
        put(session, campaign_id, Wanted("sms", wanted.template_id, wanted.sender_id, DAY, silent=False))


def test_the_preview_tells_the_worst_case_and_a_changed_text_voids_the_confirmation(sessions: Sessions) -> None:
    with sessions.begin() as session:
        campaign_id = draft(session, 4, numbers=(0, 1, 2))
        wanted = by_sms(session)
        put(session, campaign_id, wanted)
        prices.put(session, channel="sms", prefix="+49", amount="0.10", currency="EUR", by="t")
        looked = campaigns.preview(session, campaign_id, NOON, channels=CHANNELS)
        (step,) = looked.steps
        assert (step.reachable, step.reasons) == (3, {Reason.NO_ADDRESS: 1})
        assert step.cost is not None
        assert step.cost.amount == Money(Decimal("0.3000"), "EUR")
        changed = {"version": 1, "name": "Text", "subject": "", "source": "Other"}
        templates.change(session, press, wanted.template_id, by="t", **changed)  # type: ignore[arg-type]  # as given
        with pytest.raises(Refused, match=r"campaign\.unconfirmed"):
            campaigns.launch(
                session,
                campaign_id,
                confirmation=looked.confirmation,
                outside=HERE,
                channels=CHANNELS,
                by="t",
                now=NOON,
            )


def put(session: Session, campaign_id: int, *wanted: Wanted) -> None:
    with session.begin_nested():
        version = session.get_one(Campaign, campaign_id).version
        steps.put(session, campaign_id, wanted, version=version, channels=CHANNELS, by="t")


def engage(session: Session, place: int, **signs: datetime) -> None:
    row = session.execute(select(Delivery).where(Delivery.contact_id == place + 1, Delivery.step == 0)).scalar_one()
    session.merge(Engagement(delivery_id=row.id, origin_id=row.origin_id, contact_id=row.contact_id, **signs))
