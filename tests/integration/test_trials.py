"""Test mails: who gets one, with whose values, and that no figure counts them."""

from datetime import UTC

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Session

from channels.known import CHANNELS
from core.database import Sessions
from core.errors import Invalid, Refused
from core.messages import Content, Event, Message
from core.queries import due, statistics
from core.queries import public as pages
from core.queries import templates as letters
from core.rules.addresses import address_key
from core.services import events, trials
from core.services.claims import Claims
from core.services.dispatcher import Drain
from core.tables.campaigns import Campaign, Origin
from core.tables.contacts import Contact, Identity
from core.tables.contents import Link
from core.tables.deliveries import Delivery
from core.tables.events import Engagement
from core.tables.pacing import DailyLimit
from core.tables.segments import Segment, SegmentMember
from core.tables.suppression import Suppression
from core.tables.templates import Template
from core.vocabulary import CampaignState, EventKind, Purpose
from tests.integration.campaign_factory import NOON, make_campaign, make_contacts, make_content, make_sender
from tests.integration.limits import limited
from tests.integration.scripted_channel import ScriptedChannel

KEY = b"k" * 32


def draft(session: Session, *, people: int = 0) -> Campaign:
    """A campaign for that many contacts, with a letter and a sender."""
    content_id = make_content(session)
    template = Template(name="Spring", kind="text", subject="Hello", source="Hi", content_id=content_id, created_by="t")
    segment = Segment(name="All", kind="static", created_by="t")
    session.add_all([template, segment])
    session.flush()
    campaign = Campaign(
        name="Spring",
        channel="email",
        purpose=Purpose.MARKETING,
        template_id=template.id,
        sender_id=make_sender(session),
        include=[segment.id] if people else [],
        created_by="t",
    )
    session.add(campaign)
    for contact_id in make_contacts(session, people) if people else []:
        session.add(SegmentMember(segment_id=segment.id, contact_id=contact_id, added_at=NOON))
    session.flush()
    return campaign


def send(session: Session, campaign: Campaign, *addresses: str) -> list[str]:
    return trials.send(session, campaign.id, addresses, key=KEY, country="DE", channels=CHANNELS, by="t", now=NOON)


async def drained(sessions: Sessions, engine: AsyncEngine) -> list[Message]:
    def content(content_id: int, origin_id: int) -> Content:
        with sessions() as session:
            return letters.content(session, content_id, origin_id)

    claims = Claims("email", holder="one", size=100, clock=lambda: NOON, limit=limited(engine, 1000, NOON))
    channel = ScriptedChannel()
    drain = Drain(engine, channel, content=content, holder="one", clock=lambda: NOON, claims=claims)
    for origin_id in (await drain.run()).ended:
        trials.close_if_done(sessions, origin_id)
    return channel.taken


async def test_a_stranger_gets_the_letter_as_the_first_of_the_audience_would(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    with sessions.begin() as session:
        send(session, draft(session, people=3), "boss@Shop.example")
    with sessions() as session:
        assert due.channels_to_drain(session, NOON) == ["email"]
    (message,) = await drained(sessions, async_engine)
    assert message.address == "boss@shop.example"
    assert message.values["first_name"] == "Person 1"
    assert message.values["email"] == "boss@shop.example"
    assert (message.content.subject, message.content.purpose) == ("[Test] Hello", "marketing")
    with sessions() as session:
        assert session.scalar(select(Delivery.contact_id)) is None
        assert session.scalar(select(Origin.open)) is False
        assert session.scalar(select(DailyLimit.taken)) == 1


async def test_a_link_in_a_test_is_filled_with_the_same_persons_values(sessions: Sessions) -> None:
    with sessions.begin() as session:
        send(session, draft(session, people=2), "boss@shop.example")
        delivery_id = session.scalars(select(Delivery.id)).one()
        assert session.execute(pages.values(delivery_id)).one().first_name == "Person 1"


async def test_without_an_audience_a_contact_gets_their_own_values(
    sessions: Sessions, async_engine: AsyncEngine
) -> None:
    with sessions.begin() as session:
        campaign = draft(session)
        session.add(Contact(id=7, first_name="Ada"))
        session.flush()
        key = address_key(KEY, "email", "ada@shop.example")
        session.add(Identity(contact_id=7, channel="email", address="ada@shop.example", address_key=key))
        session.flush()
        send(session, campaign, "ada@shop.example", "stranger@shop.example")
    ada, stranger = await drained(sessions, async_engine)
    assert ada.values["first_name"] == "Ada"
    assert stranger.values["first_name"] is None


def test_one_address_written_twice_gets_one_test(sessions: Sessions) -> None:
    with sessions.begin() as session:
        campaign = draft(session)
        assert send(session, campaign, "boss@shop.example", "Boss@shop.example") == ["boss@shop.example"]
        send(session, campaign, "boss@shop.example")
        assert session.scalar(select(func.count(Identity.id))) == 1


@pytest.mark.parametrize(
    ("addresses", "code"),
    [
        ([], "trial.nobody"),
        (["boss@shop.example", "boss at shop"], "trial.bad_address"),
        ([f"boss{number}@shop.example" for number in range(11)], "trial.too_many"),
    ],
)
def test_what_is_no_address_or_too_many_is_said(sessions: Sessions, addresses: list[str], code: str) -> None:
    with sessions.begin() as session, pytest.raises((Invalid, Refused), match=code):
        send(session, draft(session), *addresses)


@pytest.mark.parametrize(
    ("name", "refused"),
    [("complaints", True), ("erased", True), ("general", True), ("marketing", False), ("unsubscribed", False)],
)
async def test_only_lists_that_speak_of_the_address_itself_stop_a_test(
    sessions: Sessions, async_engine: AsyncEngine, name: str, refused: bool
) -> None:
    key = address_key(KEY, "email", "boss@shop.example")
    with sessions.begin() as session:
        campaign = draft(session)
        session.add(Suppression(list=name, channel="email", address_key=key, source="person"))
        session.flush()
        if refused:
            with pytest.raises(Refused, match=r"trial\."):
                send(session, campaign, "boss@shop.example")
            return
        send(session, campaign, "boss@shop.example")
    assert len(await drained(sessions, async_engine)) == 1


def test_a_launched_campaign_is_tested_no_more(sessions: Sessions) -> None:
    with sessions.begin() as session:
        campaign = draft(session)
        session.execute(update(Campaign).values(state=CampaignState.SENT))
        with pytest.raises(Refused, match=r"campaign\.frozen"):
            send(session, campaign, "boss@shop.example")


async def test_what_is_done_with_a_test_counts_in_no_figure(sessions: Sessions, async_engine: AsyncEngine) -> None:
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=1)
        link = Link(content_id=campaign.content_id, position=0, url="https://shop.example")
        session.add(link)
        campaign.state = CampaignState.DRAFT
        session.flush()
        send(session, campaign, "boss@shop.example")
        test_id = session.scalars(select(Delivery.id).order_by(Delivery.id.desc())).first()
    clicked = Event(
        kind=EventKind.CLICKED,
        provider="web",
        key="one",
        at=NOON.astimezone(UTC),
        delivery_id=test_id,
        link_id=link.id,
        details={"actor": "person"},
    )
    async with async_engine.begin() as connection:
        assert await events.record(connection, [clicked]) == 1
    with sessions() as session:
        figures = statistics.figures(session, campaign.id)
        assert (figures.recipients, figures.read, figures.clickers) == (1, 0, 0)
        assert [(one.clicks, one.clickers) for one in statistics.links(session, campaign.id)] == [(0, 0)]
        assert session.scalar(select(func.count(Engagement.delivery_id))) == 1
