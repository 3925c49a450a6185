"""Seed addresses: who gets a copy, with whose values, when, and that no figure and no share counts it."""

from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Session

from channels.email.press import press
from channels.known import CHANNELS
from core.database import Sessions
from core.errors import Invalid, Refused
from core.messages import Content, Event, Message
from core.queries import ledger, pacing, statistics
from core.queries import seeds as queries
from core.queries import templates as letters
from core.queries.trials import copies
from core.rules.addresses import address_key
from core.rules.outside import Outside
from core.services import (
    campaigns,
    erasure,
    events,
    recipients,
    seeds,
    segments,
    senders,
    steps,
    templates,
)
from core.services.claims import Claims
from core.services.dispatcher import Drain
from core.services.steps import Wanted
from core.services.times import Times
from core.services.trials import close_if_done
from core.tables.audit import AuditEntry
from core.tables.campaigns import Campaign, Origin
from core.tables.contacts import Contact, Identity
from core.tables.deliveries import Delivery
from core.tables.pacing import DailyLimit
from core.tables.seeds import Seed
from core.tables.suppression import Suppression
from core.tables.templates import Template
from core.vocabulary import DeliveryState, EventKind, OriginKind
from tests.integration.campaign_factory import NOON, make_contacts, make_content
from tests.integration.limits import BERLIN, limited
from tests.integration.scripted_channel import ScriptedChannel

KEY = b"k" * 32
HERE = Outside(None, real_relay=False)


def seed(session: Session, address: str, *, channel: str = "email", as_recipient: bool = True) -> Seed:
    return seeds.add(session, channel, address, as_recipient=as_recipient, key=KEY, country="DE", by="t")


def known(session: Session, name: str, address: str) -> int:
    """A contact with that address, under the key that a seed of it has."""
    contact = Contact(first_name=name)
    session.add(contact)
    session.flush()
    keyed = address_key(KEY, "email", address)
    session.add(Identity(contact_id=contact.id, channel="email", address=address, address_key=keyed))
    session.flush()
    return contact.id


def draft(session: Session, people: int = 2) -> int:
    """To those called Person."""
    make_contacts(session, people)
    meant = segments.create_dynamic(
        session, name="P", expression={"field": "first_name", "op": "starts", "value": "Person"}, by="t"
    )
    letter = Template(name="Mail", kind="text", subject="Hello", source="Hi", content_id=make_content(session))
    letter.created_by = "t"
    session.add(letter)
    session.flush()
    sender = senders.create(session, name="Shop", address="news@shop.example", by="t")
    made = campaigns.create(
        session, name="Spring", template_id=letter.id, sender_id=sender.id, include=[meant.id], exclude=[], by="t"
    )
    return made.id


def launch(session: Session, campaign_id: int) -> None:
    bound = campaigns.preview(session, campaign_id, NOON, channels=CHANNELS).confirmation
    campaigns.launch(session, campaign_id, confirmation=bound, outside=HERE, channels=CHANNELS, by="t", now=NOON)


def prepare(sessions: Sessions, campaign_id: int) -> None:
    recipients.prepare(
        sessions, campaign_id, channels=CHANNELS, holder="t", clock=lambda: NOON, stop=lambda: False, press=None
    )


async def drained(sessions: Sessions, engine: AsyncEngine, slots: int = 1000, *, hour: int = 12) -> list[Message]:
    def content(content_id: int, origin_id: int) -> Content:
        with sessions() as session:
            return letters.content(session, content_id, origin_id)

    now = NOON.replace(hour=hour)
    limit, times = limited(engine, slots, now), Times(None, BERLIN)
    claims = Claims("email", holder="one", size=100, clock=lambda: now, limit=limit, times=times)
    channel = ScriptedChannel()
    drain = Drain(engine, channel, content=content, holder="one", clock=lambda: now, claims=claims)
    for origin_id in (await drain.run()).ended:
        close_if_done(sessions, origin_id)
    return channel.taken


async def test_a_seed_gets_the_letter_beside_the_recipients_and_no_figure_counts_it(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    with sessions.begin() as session:
        campaign_id = draft(session)
        seed(session, "Eyes@Shop.example")
        looked = campaigns.preview(session, campaign_id, NOON, channels=CHANNELS)
        assert [(one.seed.address, one.reason) for one in looked.seeds] == [("Eyes@shop.example", None)]
        assert looked.chosen == 2
        launch(session, campaign_id)
    prepare(sessions, campaign_id)
    *others, copy = await drained(sessions, async_engine)
    assert [message.address for message in others] == ["person1@example.org", "person2@example.org"]
    assert copy.address == "Eyes@shop.example"
    assert copy.values["first_name"] == "Person 1"
    assert (copy.content.subject, copy.content.purpose, copy.content.list_name) == ("Hello", "marketing", "Shop")
    with sessions() as session:
        figures = statistics.figures(session, campaign_id)
        assert (figures.recipients, figures.sent) == (2, 2)
        day = session.scalars(select(DailyLimit).where(DailyLimit.scope == pacing.ACCOUNT)).one()
        assert (day.taken, day.tests) == (3, 1)
        assert session.scalar(select(Origin.open).where(Origin.kind == OriginKind.SEED)) is False
        assert [one.state for one in copies(session, campaign_id)] == [DeliveryState.SENT]
        assert ledger.offences(session) == []


async def test_a_contacts_address_gets_its_own_values_and_an_outsider_the_fallbacks(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    with sessions.begin() as session:
        campaign_id = draft(session, 1)
        ada = known(session, "Ada", "ada@shop.example")
        for address, as_recipient in (
            ("ada@shop.example", True),
            ("lab@outside.example", False),
            ("eyes@s.example", True),
        ):
            seed(session, address, as_recipient=as_recipient)
        launch(session, campaign_id)
    prepare(sessions, campaign_id)
    values = {one.address: one.values["first_name"] for one in await drained(sessions, async_engine)}
    assert values == {
        "person1@example.org": "Person 1",
        "ada@shop.example": "Ada",
        "lab@outside.example": None,
        "eyes@s.example": "Person 1",
    }
    with sessions() as session:
        whose = select(Delivery.contact_id).join(Origin, Origin.id == Delivery.origin_id)
        copied = session.scalars(whose.where(Origin.kind == OriginKind.SEED).order_by(Delivery.id)).all()
        assert copied == [ada, None, None]


async def test_a_seed_that_is_a_recipient_gets_one_letter(sessions: Sessions, async_engine: AsyncEngine) -> None:
    with sessions.begin() as session:
        campaign_id = draft(session, 1)
        known(session, "Person of ours", "ours@shop.example")
        seed(session, "ours@shop.example")
        (foreseen,) = campaigns.preview(session, campaign_id, NOON, channels=CHANNELS).seeds
        assert foreseen.reason == "duplicate_address"
        launch(session, campaign_id)
    prepare(sessions, campaign_id)
    assert sorted(one.address for one in await drained(sessions, async_engine)) == [
        "ours@shop.example",
        "person1@example.org",
    ]
    with sessions() as session:
        assert [(one.state, one.reason) for one in copies(session, campaign_id)] == [("skipped", "duplicate_address")]
        assert ledger.offences(session) == []


@pytest.mark.parametrize("name", ["unsubscribed", "marketing", "general", "complaints"])
async def test_a_seed_on_whatever_list_gets_nothing_and_it_is_said(
    sessions: Sessions, async_engine: AsyncEngine, name: str
) -> None:
    keyed = address_key(KEY, "email", "eyes@shop.example")
    with sessions.begin() as session:
        campaign_id = draft(session, 1)
        seed(session, "eyes@shop.example")
        session.add(Suppression(list=name, channel="email", address_key=keyed, source="person", purpose="marketing"))
        session.flush()
        (standing,) = campaigns.preview(session, campaign_id, NOON, channels=CHANNELS).seeds
        assert standing.reason is not None
        assert [one.reason for one in queries.every(session)] == [standing.reason]
        launch(session, campaign_id)
    prepare(sessions, campaign_id)
    assert [one.address for one in await drained(sessions, async_engine)] == ["person1@example.org"]
    with sessions() as session:
        (copy,) = copies(session, campaign_id)
        assert (copy.state, copy.reason) == ("skipped", standing.reason)


def test_a_list_that_names_the_contact_holds_for_its_seed(sessions: Sessions) -> None:
    with sessions.begin() as session:
        ada = known(session, "Ada", "ada@shop.example")
        seed(session, "ada@shop.example")
        session.add(Suppression(list="marketing", contact_id=ada, source="person"))
        session.flush()
        assert [one.reason for one in queries.every(session)] == ["marketing_blacklist"]


def test_a_campaign_may_leave_its_seeds_out_and_an_older_confirmation_is_void(sessions: Sessions) -> None:
    with sessions.begin() as session:
        campaign_id = draft(session)
        seed(session, "eyes@shop.example")
        before = campaigns.preview(session, campaign_id, NOON, channels=CHANNELS)
        seeds.leave_out(session, campaign_id, True, by="t")
        after = campaigns.preview(session, campaign_id, NOON, channels=CHANNELS)
        assert (len(before.seeds), len(after.seeds)) == (1, 0)
        assert before.confirmation != after.confirmation
        launch(session, campaign_id)
        assert session.scalar(select(func.count(Origin.id)).where(Origin.kind == OriginKind.SEED)) == 0


async def test_seeds_wait_with_the_campaign_and_are_cancelled_with_it(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    with sessions.begin() as session:
        campaign_id = draft(session)
        seed(session, "eyes@shop.example")
        launch(session, campaign_id)
        campaigns.pause(session, campaign_id, by="t")
    prepare(sessions, campaign_id)
    assert await drained(sessions, async_engine) == []
    with sessions.begin() as session:
        campaigns.cancel(session, campaign_id, by="t", now=NOON)
    while recipients.cancel_rest(sessions, campaign_id):
        pass
    recipients.finish_if_done(sessions, campaign_id, NOON)
    assert await drained(sessions, async_engine) == []
    with sessions() as session:
        assert [(one.state, one.reason) for one in copies(session, campaign_id)] == [("cancelled", "cancelled")]


async def test_seeds_keep_to_the_sending_hours_of_the_campaign(sessions: Sessions, async_engine: AsyncEngine) -> None:
    with sessions.begin() as session:
        campaign_id = draft(session, 1)
        seed(session, "eyes@shop.example")
        hours = {"opens": "09:00", "closes": "17:00", "own_zone": True}
        session.get_one(Campaign, campaign_id).settings = {"hours": hours}
        session.flush()
        launch(session, campaign_id)
    prepare(sessions, campaign_id)
    assert await drained(sessions, async_engine, hour=3) == []
    assert len(await drained(sessions, async_engine, hour=10)) == 2


async def test_a_seed_does_not_take_the_last_slot_before_the_recipients(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    with sessions.begin() as session:
        campaign_id = draft(session)
        seed(session, "eyes@shop.example")
        launch(session, campaign_id)
    prepare(sessions, campaign_id)
    sent = await drained(sessions, async_engine, slots=2)
    assert [one.address for one in sent] == ["person1@example.org", "person2@example.org"]


async def test_who_unsubscribes_in_a_seeds_copy_unsubscribes_that_address_alone(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    with sessions.begin() as session:
        campaign_id = draft(session, 1)
        seed(session, "eyes@shop.example")
        launch(session, campaign_id)
    prepare(sessions, campaign_id)
    (copy,) = [one for one in await drained(sessions, async_engine) if one.address == "eyes@shop.example"]
    pressed = Event(EventKind.UNSUBSCRIBED, "web", "one", NOON.astimezone(UTC), delivery_id=copy.delivery_id)
    bounced = replace(pressed, kind=EventKind.COMPLAINED, key="two")
    async with async_engine.begin() as connection:
        await events.record(connection, [pressed, bounced])
    with sessions() as session:
        listed = session.execute(select(Suppression.contact_id, Suppression.address_key)).all()
        assert {tuple(row) for row in listed} == {(None, address_key(KEY, "email", "eyes@shop.example"))}
        figures = statistics.figures(session, campaign_id)
        assert (figures.unsubscribed, figures.complained) == (0, 0)
        since = NOON - timedelta(days=1)
        assert pacing.counted(session, pacing.ACCOUNT, since, since + timedelta(days=9000)).complaints == 0
        assert [one.reason for one in queries.every(session)] == ["complained"]


async def test_a_later_channels_seed_gets_its_copy_once_somebody_else_does(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    with sessions.begin() as session:
        campaign_id = draft(session, 2)
        first = session.scalars(select(Contact.id).order_by(Contact.id)).first()
        number = {"channel": "sms", "address": "+4915110000009", "address_key": b"n" * 16}
        session.add(Identity(contact_id=first, **number))
        seed(session, "+49 151 10000002", channel="sms")
        short = templates.create(session, press, name="Text", kind="short", subject="", source="Hello", by="t")
        sender = senders.create(session, name="Shop", address="+4915110000001", channel="sms", by="t")
        wanted = [Wanted("sms", short.id, sender.id, 0, silent=False)]
        version = session.get_one(Campaign, campaign_id).version
        steps.put(session, campaign_id, wanted, version=version, channels=CHANNELS, by="t")
        launch(session, campaign_id)
    prepare(sessions, campaign_id)
    steps.advance(sessions, NOON, channels=CHANNELS)
    with sessions.begin() as session:
        assert copies(session, campaign_id) == []
        failed = session.scalars(select(Delivery).where(Delivery.contact_id == first)).one()
        failed.state, failed.reason = DeliveryState.FAILED, "recipient_server_refused"
    for hours in (25, 50):
        steps.advance(sessions, NOON + timedelta(hours=hours), channels=CHANNELS)
    with sessions() as session:
        assert [(one.address, one.state) for one in copies(session, campaign_id)] == [("+4915110000002", "pending")]
        assert ledger.offences(session) == []


@pytest.mark.parametrize(
    ("channel", "address"), [("email", "boss at shop"), ("email", ""), ("sms", "12"), ("telegram", " ")]
)
def test_what_is_no_address_is_no_seed(sessions: Sessions, channel: str, address: str) -> None:
    with sessions() as session, pytest.raises(Invalid, match=r"seed\.bad_address"):
        seed(session, address, channel=channel)


def test_a_seed_is_there_once_found_as_it_is_written_and_removed(sessions: Sessions) -> None:
    with sessions.begin() as session:
        one = seed(session, "Eyes@shop.example")
        with pytest.raises(Refused, match=r"seed\.exists"):
            seed(session, "eyes@SHOP.example")
        assert seeds.found(session, "EYES@shop.example", key=KEY, country="DE") is one
        assert seeds.found(session, str(one.id), key=KEY, country="DE") is one
        seeds.remove(session, one.id, by="t")
        assert queries.every(session) == []
        noted = session.scalars(select(AuditEntry.action).where(AuditEntry.subject == f"seed:{one.id}"))
        assert noted.all() == ["add", "remove"]


def test_an_erased_persons_address_is_kept_nowhere(sessions: Sessions) -> None:
    with sessions.begin() as session:
        ada = known(session, "Ada", "ada@shop.example")
        seed(session, "ada@shop.example")
        erasure.erase(session, ada, confirmed=True, by="t")
        assert queries.every(session) == []
        with pytest.raises(Refused, match=r"seed\.erased"):
            seed(session, "ada@shop.example")


def test_only_so_many_seeds_stand_on_one_channel(sessions: Sessions) -> None:
    with sessions.begin() as session:
        for number in range(seeds.MOST):
            seed(session, f"eyes{number}@shop.example")
        with pytest.raises(Refused, match=r"seed\.too_many"):
            seed(session, "one.more@shop.example")
        seed(session, "+4915110000002", channel="sms")
