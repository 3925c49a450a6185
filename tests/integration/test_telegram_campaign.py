"""A campaign by Telegram against a strict sandbox: who never wrote is left out, and the two counts agree."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.buckets import LocalBuckets
from channels.messenger.telegram.answers import Answer, outcome
from core.database import Sessions
from core.errors import ChannelHalted
from core.messages import Accepted, Refused, Unknown
from core.ports import Buckets
from core.queries import ledger
from core.rules.addresses import address_key
from core.services import answers
from core.tables.contacts import Attribute, Contact, Identity
from core.tables.conversations import Conversation
from core.tables.deliveries import Delivery
from core.vocabulary import BounceClass, DeliveryState, Reason
from sandbox.app import Sandbox, running
from tests.integration.bot_factory import KEY, TOKEN, control
from tests.integration.telegram_factory import carried, launched, now
from tests.integration.test_sandbox_bot_api import PIXEL

pytestmark = pytest.mark.usefixtures("awake")

FIRST = 3_000_001
PEOPLE = 60
NEVER_WROTE = 20
OLD, NEW = -77, -1001000000077


async def test_a_third_never_wrote_and_the_sandbox_counts_the_rest(
    sessions: Sessions, async_engine: AsyncEngine, tmp_path: Path
) -> None:
    async with running(tmp_path) as sandbox:
        await _people(sandbox, sessions)
        await control(sandbox, "behaviour", {"telegram": {"strict": True}})
        preview = launched(sessions)
        buckets = LocalBuckets()
        sending = asyncio.create_task(carried(sessions, async_engine, sandbox, buckets, answers_only=False))
        await asyncio.sleep(0.3)
        await _answer_meanwhile(sessions, async_engine, sandbox, buckets)
        assert not sending.done(), "the answer went past the campaign"
        await sending
        got = [await _received(sandbox, FIRST + number) for number in range(PEOPLE)]
    with sessions() as session:
        states = Counter(session.scalars(select(Delivery.state).where(Delivery.step == 0)))
        reasons = Counter(session.scalars(select(Delivery.reason).where(Delivery.reason.is_not(None))))
        assert ledger.offences(session) == []
    assert (preview.chosen, preview.reachable) == (PEOPLE, PEOPLE - NEVER_WROTE - 1)
    assert preview.reasons == {Reason.NO_CONVERSATION: NEVER_WROTE, Reason.BOT_BLOCKED: 1}
    assert states[DeliveryState.SENT] == preview.reachable + 1, "and the answer"
    assert reasons == preview.reasons
    assert [texts for texts in got if texts] == [
        [f"Hello <Anna {number}>!"] for number in range(1, PEOPLE - NEVER_WROTE)
    ]


@pytest.mark.parametrize(
    ("status", "words", "expected"),
    [
        (403, "Forbidden: bot was blocked by the user", Refused(Reason.BOT_BLOCKED)),
        (403, "Forbidden: user is deactivated", Refused(Reason.INVALID_ADDRESS, bounce=BounceClass.ADDRESS)),
        (400, "Bad Request: chat not found", Refused(Reason.NO_CONVERSATION)),
        (400, "Bad Request: can't parse entities", Refused(Reason.RELAY_REFUSED, bounce=BounceClass.CONTENT)),
        (500, "Internal Server Error", Unknown()),
    ],
)
def test_each_error_of_telegram_has_its_outcome(status: int, words: str, expected: Refused | Unknown) -> None:
    found = outcome(Answer(status, {"ok": False, "description": words}))
    assert type(found) is type(expected)
    assert found.said == words
    if isinstance(found, Refused) and isinstance(expected, Refused):
        assert (found.reason, found.bounce) == (expected.reason, expected.bounce)


def test_a_bot_that_telegram_does_not_know_halts_the_channel() -> None:
    with pytest.raises(ChannelHalted):
        outcome(Answer(401, {"ok": False, "description": "Unauthorized"}))
    assert outcome(Answer(200, {"ok": True, "result": {"message_id": 7}})) == Accepted("7")


async def test_a_pause_that_telegram_asks_for_holds_for_the_whole_bot(
    sessions: Sessions, async_engine: AsyncEngine, tmp_path: Path
) -> None:
    async with running(tmp_path) as sandbox:
        await _people(sandbox, sessions)
        await control(sandbox, "behaviour", {"telegram": {"refuse_next": 3, "retry_after": 1}})
        launched(sessions)
        await carried(sessions, async_engine, sandbox, LocalBuckets(), answers_only=False)
    with sessions() as session:
        states = Counter(session.scalars(select(Delivery.state)))
    assert states[DeliveryState.SENT] == PEOPLE - NEVER_WROTE - 1, "nobody is at fault for a 429"


async def test_a_group_that_has_moved_gets_the_message_once_at_its_new_address(
    sessions: Sessions, async_engine: AsyncEngine, tmp_path: Path
) -> None:
    async with running(tmp_path) as sandbox:
        await control(sandbox, "telegram/bots", {"token": TOKEN})
        await control(sandbox, "telegram/groups", {"id": OLD, "title": "Club", "forum": False})
        with sessions.begin() as session:
            contact = Contact(first_name="Club")
            session.add(contact)
            session.flush()
            key = address_key(KEY, "telegram", str(OLD))
            identity = Identity(contact_id=contact.id, channel="telegram", address=str(OLD), address_key=key)
            session.add(identity)
            session.flush()
            session.add(Conversation(identity_id=identity.id, last_inbound_at=now()))
        launched(sessions)
        await control(sandbox, "telegram/groups/migrate", {"group": OLD, "user": 1000001, "to": NEW})
        for _drain in range(2):
            await carried(sessions, async_engine, sandbox, LocalBuckets(), answers_only=False)
        got = await _received(sandbox, NEW)
    with sessions() as session:
        (delivery,) = session.scalars(select(Delivery))
        identities = session.execute(
            select(Identity.id, Identity.address, Identity.ended_at).order_by(Identity.id)
        ).all()
        assert [(row.address, row.ended_at is None) for row in identities] == [(str(OLD), False), (str(NEW), True)]
        assert (delivery.state, delivery.attempt, delivery.identity_id) == ("sent", 2, identities[1].id)
        assert session.scalar(select(Conversation.identity_id)) == identities[1].id
        assert ledger.offences(session) == []
    assert got == ["Hello Club!"]


async def test_pictures_files_and_buttons_arrive_with_as_much_text_as_fits(
    sessions: Sessions, async_engine: AsyncEngine, tmp_path: Path
) -> None:
    async with running(tmp_path) as sandbox, pictures() as address:
        await _people(sandbox, sessions)
        buttons = [{"text": "Look", "url": "https://shop.example/?of={{ first_name }}"}, {"text": "Call me"}]
        long = "<b>Hello {{ first_name }}</b> " + "word " * 150 + "{{ note }}"
        with sessions.begin() as session:
            session.add(Attribute(key="note", label="Note", type="text"))
            session.execute(update(Contact).values(attributes={"note": "and more &c. " * 40}))
            others = select(Conversation.identity_id).order_by(Conversation.identity_id).offset(3)
            session.execute(delete(Conversation).where(Conversation.identity_id.in_(others)))
        launched(sessions, long, {"picture": f"{address}/flower.png", "buttons": buttons}, name="Picture")
        await carried(sessions, async_engine, sandbox, LocalBuckets(), answers_only=False)
        launched(sessions, "Our list", {"document": f"{address}/list.pdf"}, name="File")
        await asyncio.sleep(1.1)
        await carried(sessions, async_engine, sandbox, LocalBuckets(), answers_only=False)
        found = await control(sandbox, f"telegram/chats/{FIRST + 1}")
    picture, file = [message for message in found["messages"] if message["from"]["is_bot"]]
    assert (picture["photo"][0]["width"], picture["photo"][0]["height"]) == (2, 1)
    assert picture["caption"].startswith("Hello <Anna 1> word")
    assert picture["caption"].endswith("…")
    assert len(picture["caption"]) == 1024
    assert picture["caption_entities"] == [{"type": "bold", "offset": 0, "length": 14}]
    first, second = (row[0] for row in picture["reply_markup"]["inline_keyboard"])
    assert first["url"].startswith("http://127.0.0.1:1/c/")
    assert (second["text"], second["callback_data"]) == ("Call me", "b:1")
    assert (file["document"]["file_name"], file["caption"]) == ("list.pdf", "Our list")


@asynccontextmanager
async def pictures() -> AsyncIterator[str]:
    """A server with one picture, which also is its file."""

    async def give(_request: web.Request) -> web.Response:
        return web.Response(body=PIXEL, content_type="image/png")

    application = web.Application()
    application.add_routes([web.get("/{name}", give)])
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def _people(sandbox: Sandbox, sessions: Sessions) -> None:
    """Sixty with a chat address each, of whom the last twenty never wrote, and the first has blocked us."""
    await control(sandbox, "telegram/bots", {"token": TOKEN})
    with sessions.begin() as session:
        rows = [{"first_name": f"<Anna {number}>"} for number in range(PEOPLE)]
        ids = session.scalars(insert(Contact).returning(Contact.id, sort_by_parameter_order=True), rows).all()
        identities = [
            {
                "contact_id": contact_id,
                "channel": "telegram",
                "address": str(FIRST + number),
                "address_key": address_key(KEY, "telegram", str(FIRST + number)),
            }
            for number, contact_id in enumerate(ids)
        ]
        made = session.scalars(insert(Identity).returning(Identity.id, sort_by_parameter_order=True), identities).all()
        now = datetime.now(UTC)
        begun = [{"identity_id": one, "last_inbound_at": now} for one in made[: PEOPLE - NEVER_WROTE]]
        session.execute(insert(Conversation), begun)
        session.get_one(Conversation, made[0]).blocked_at = now
    for number in range(PEOPLE):
        await control(sandbox, "telegram/users", {"id": FIRST + number, "first_name": f"Anna {number}"})
        if number < PEOPLE - NEVER_WROTE:
            await control(sandbox, "telegram/say", {"user": FIRST + number, "text": "Hello"})


async def _answer_meanwhile(sessions: Sessions, engine: AsyncEngine, sandbox: Sandbox, buckets: Buckets) -> None:
    """An operator answers the last who wrote, in the middle of the campaign."""
    with sessions.begin() as session:
        identity_id = session.scalar(select(func.max(Conversation.identity_id)))
        assert identity_id
        answers.answer(session, identity_id, "A person here.", by="test", now=now())
    await carried(sessions, engine, sandbox, buckets, answers_only=True)


async def _received(sandbox: Sandbox, chat: int) -> list[str]:
    found = await control(sandbox, f"telegram/chats/{chat}")
    texts = [one["text"] for one in found["messages"] if one["from"]["is_bot"] and "text" in one]
    return [text for text in texts if text != "A person here."]
