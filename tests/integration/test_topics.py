"""Topics of interest: who leaves one gets the campaigns of all others, in preview, preparation and claim alike."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Session
from typer import Typer
from typer.testing import CliRunner

from channels.known import CHANNELS
from cli import campaigns as campaign_commands
from cli import topics as commands
from config import Settings
from core.database import Sessions
from core.errors import Invalid, NotFound, Refused
from core.queries import contact_pages, story
from core.queries import suppressions as lists
from core.rules import tokens
from core.rules.suppression_rows import Usual
from core.services import campaigns, suppression_imports, topics
from core.services.claims import Claims
from core.services.dispatcher import Drain
from core.tables.campaigns import Campaign, Origin
from core.tables.contacts import Contact, Identity
from core.tables.deliveries import Delivery
from core.tables.suppression import Suppression
from core.vocabulary import Reason
from tests.integration.campaign_factory import NOON, make_campaign
from tests.integration.scripted_channel import ScriptedChannel
from tests.integration.test_dispatcher import content
from tests.integration.test_steps import draft, on, prepare
from tests.integration.test_steps import launched as launched_with
from texts import story as words
from web.app import create_app

KEY = b"k" * 32


@pytest.fixture(autouse=True)
def offered(sessions: Sessions) -> None:
    with sessions.begin() as session:
        topics.create(session, "offers", name_en="Offers", name_de="Angebote", by="t")
        topics.create(session, "newsletter", name_en="Newsletter", name_de="Rundbrief", by="t")


def leaves(session: Session, number: int, topic: str | None) -> None:
    """The person with that number, on their email address."""
    key = session.scalars(select(Identity.address_key).where(Identity.contact_id == number)).first()
    entry = {"list": "unsubscribed", "channel": "email", "source": "preferences", "contact_id": number}
    session.add(Suppression(**entry, address_key=key, topic=topic))
    session.flush()


def about(session: Session, campaign_id: int, topic: str | None) -> int:
    campaign = session.get_one(Campaign, campaign_id)
    campaigns.change(session, campaign_id, version=campaign.version, by="t", topic=topic)
    return campaign_id


@pytest.mark.parametrize(
    ("topic", "first"),
    [("offers", ("skipped", "unsubscribed")), ("newsletter", ("pending", None)), (None, ("pending", None))],
)
def test_leaving_a_topic_holds_for_it_alone_in_preview_and_preparation(
    sessions: Sessions, topic: str | None, first: tuple[str, str | None]
) -> None:
    with sessions.begin() as session:
        campaign_id = about(session, draft(session, 3), topic)
        leaves(session, 1, "offers")
        leaves(session, 2, None)
        found = campaigns.preview(session, campaign_id, NOON, channels=CHANNELS).reasons
        assert found == {Reason.UNSUBSCRIBED: 2 if topic == "offers" else 1}
        launched_with(session, campaign_id)
    prepare(sessions, campaign_id)
    assert on(sessions, "email") == {0: first, 1: ("skipped", "unsubscribed"), 2: ("pending", None)}


@pytest.mark.parametrize(("topic", "arrived"), [("offers", 1), ("newsletter", 2), (None, 2)])
async def test_the_claim_asks_again(
    sessions: Sessions, async_engine: AsyncEngine, topic: str | None, arrived: int
) -> None:
    with sessions.begin() as session:
        make_campaign(session, recipients=2)
        session.execute(update(Origin).values(topic=topic))
        leaves(session, 1, "offers")
    claims = Claims("email", holder="t", size=10, clock=lambda: NOON, limit=None)
    drain = Drain(async_engine, ScriptedChannel(), content=content, holder="t", clock=lambda: NOON, claims=claims)
    assert (await drain.run()).sent == arrived


async def test_on_the_preference_page_one_topic_is_left_and_taken_up_again(
    sessions: Sessions, async_engine: AsyncEngine, tmp_path: Path
) -> None:
    with sessions.begin() as session:
        make_campaign(session, recipients=1)
        delivery = session.scalars(select(Delivery)).one()
        session.get_one(Contact, delivery.contact_id).language = "de"
        contact_id, path = delivery.contact_id, f"/p/{tokens.sign(KEY, tokens.PREFERENCES, delivery.id)}"
    assert contact_id is not None
    form = {"channel": "email", "on": "email", "topic": ["offers", "newsletter"], "language": "de"}
    async with _browser(async_engine, tmp_path) as browser:
        assert "Angebote" in await (await browser.get(path)).text()
        for _press in range(2):
            shown = await (await browser.post(path, data={**form, "about": ["newsletter"]})).text()
            assert 'value="newsletter" checked' in shown
            assert 'value="offers" checked' not in shown
        assert _entries(sessions) == [("offers", "email", None)]
        whole = f"/u/{tokens.sign(KEY, tokens.UNSUBSCRIBE, delivery.id)}"
        assert 'value="unsubscribe"' in await (await browser.get(whole)).text()
        await browser.post(path, data={**form, "about": ["newsletter", "offers"]})
        assert _entries(sessions) == [("offers", "email", NOON)]
        await browser.post(whole, data={"List-Unsubscribe": "One-Click"})
        assert _entries(sessions)[1:] == [(None, "email", None)]
    with sessions() as session:
        record = contact_pages.consent_record(session, contact_id)["consents"]
    assert isinstance(record, list)
    assert [(one["purpose"], one["topic"], one["given"]) for one in record] == [
        ("marketing", "offers", False),
        ("marketing", "offers", True),
        ("marketing", None, False),
    ]
    assert record[1]["wording"] == "Ich möchte von den Themen hören, die ich angekreuzt habe."


def test_the_story_of_a_recipient_names_the_topic(sessions: Sessions) -> None:
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=1)
        leaves(session, 1, "offers")
        delivery_id = session.scalars(select(Delivery.id)).one()
        steps = story.of_recipient(session, campaign.id, delivery_id, NOON).steps
    (listed,) = [words.step(one.code, one.params) for one in steps if one.code == "listed"]
    assert "Unsubscribed – Offers" in listed


def test_lists_as_files_keep_the_topic_and_refuse_one_that_is_not_there(sessions: Sessions) -> None:
    header, usual = ["address", "list", "topic"], Usual(None, "email", NOON)
    rows = [["a@example.org", "unsubscribed", "offers"], ["a@example.org", "unsubscribed", ""]]
    rows += [["b@example.org", "unsubscribed", "ofers"], ["b@example.org", "general", "offers"]]
    with sessions.begin() as session:
        done = suppression_imports.run(session, header, enumerate(rows, 2), usual=usual, key=KEY, country="DE", by="t")
        assert done.added == 2
        assert [(one.row, one.code) for one in done.refused] == [
            (4, "suppression.bad_topic"),
            (5, "suppression.bad_topic"),
        ]
        assert [row.topic for row, _address in lists.every(session, None)] == ["offers", None]


def test_topics_are_renamed_and_archived_and_their_keys_stay(sessions: Sessions) -> None:
    with sessions.begin() as session:
        topics.rename(session, "offers", name_en="Deals", name_de="Schnäppchen", by="t")
        assert topics.archive(session, "offers", by="t", now=NOON).archived_at == NOON
        assert topics.archive(session, "offers", by="t", now=NOON, back=True).archived_at is None
        with pytest.raises(Refused, match=r"topic\.taken"):
            topics.create(session, "Offers", name_en="Offers", name_de="Angebote", by="t")
        with pytest.raises(Invalid, match=r"topic\.bad_key"):
            topics.create(session, "2nd topic", name_en="Two", name_de="Zwei", by="t")
        with pytest.raises(Invalid, match=r"topic\.bad_name"):
            topics.rename(session, "offers", name_en="", name_de="Angebote", by="t")
        with pytest.raises(NotFound, match=r"topic\.not_found"):
            about(session, draft(session, 1), "weather")


def test_the_commands_make_topics_and_give_one_to_a_campaign(
    sessions: Sessions, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SENDBOTE_DATA", str(settings.data))
    monkeypatch.setenv("SENDBOTE_DATABASE_URL", str(settings.database_url))
    monkeypatch.setenv("SENDBOTE_REDIS_URL", str(settings.redis_url))
    _run(commands.app, "create", "events", "--en", "Events", "--de", "Veranstaltungen")
    _run(commands.app, "archive", "offers")
    assert [(one["key"], one["archived"]) for one in json.loads(_run(commands.app, "list", "--json"))] == [
        ("events", False),
        ("newsletter", False),
        ("offers", True),
    ]
    with sessions.begin() as session:
        first = session.get_one(Campaign, draft(session, 1))
        ids = map(str, ("--template", first.template_id, "--sender", first.sender_id, "--include", first.include[0]))
    made = json.loads(_run(campaign_commands.app, "create", "Fair", *ids, "--topic", "events", "--json"))
    with sessions() as session:
        assert session.get_one(Campaign, made["id"]).topic == "events"


def _run(app: Typer, *arguments: str) -> str:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def _entries(sessions: Sessions) -> list[tuple[str | None, str | None, object]]:
    with sessions() as session:
        found = session.execute(select(Suppression.topic, Suppression.channel, Suppression.released_at))
        return [(row[0], row[1], row[2]) for row in found]


@asynccontextmanager
async def _browser(engine: AsyncEngine, path: Path) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = create_app(engine, key=KEY, spool=path / "spool", clock=lambda: NOON)
    async with TestClient(TestServer(app)) as client:
        yield client
