"""Pictures and files beside a message: who may have them, where they are fetched, and what a phone shows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from PIL import Image
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.email.press import press
from channels.known import CHANNELS
from channels.outside import outside
from config import load
from core.database import Sessions
from core.errors import Invalid, Refused
from core.messages import Accepted, Content, Message, Sender
from core.queries import attachments, templates
from core.services import beside, pictures
from core.services import templates as service
from core.services.fitting import check_fit, check_reach
from core.tables.campaigns import SenderRow
from core.tables.contents import ContentRow
from sandbox.app import running
from tests.integration.campaign_factory import NOON
from tests.integration.email_factory import CONTENT, send
from tests.integration.twilio_factory import number_of, twilio_provider
from web.app import create_app

PDF = b"%PDF-1.7 prices"


def jpeg() -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "JPEG")
    return out.getvalue()


def made(sessions: Sessions, text: str = "Hi {{ first_name }}", **file: object) -> int:
    """A template with a picture, or with the file that is named."""
    with sessions.begin() as session:
        letter = service.create(session, press, name="Spring", kind="short", subject="", source="Hi", by="t").id
        if file:
            beside.put_file(session, press, letter, by="t", **file)  # type: ignore[arg-type]
        else:
            name = pictures.keep(session, body=jpeg(), kind="jpg", width=40, height=30, by="t")
            beside.put_picture(session, press, letter, name, by="t")
        kept = {"name": "Spring", "subject": "", "source": text}
        service.change(session, press, letter, version=2, by="t", **kept)  # type: ignore[arg-type]
        return letter


def fits(sessions: Sessions, channel: str, template_id: int) -> str | None:
    """The code of the refusal, if there is one."""
    with sessions() as session:
        content = session.get_one(ContentRow, templates.get(session, template_id).content_id)
        try:
            sender = SenderRow(name="Shop", address="+4915110000001", channel=channel)
            check_fit(session, CHANNELS[channel], content, sender, campaign="Spring")
        except Refused as refused:
            return refused.code
    return None


def test_a_picture_goes_by_messengers_and_a_files_kind_and_size_are_looked_at_before_the_launch(
    sessions: Sessions,
) -> None:
    picture = made(sessions)
    assert [fits(sessions, channel, picture) for channel in ("telegram", "whatsapp")] == [None, None]
    assert fits(sessions, "sms", picture) == "campaign.nothing_beside"
    with sessions.begin() as session:
        beside.put_file(session, press, picture, "Prices.pdf", PDF, by="t")
    assert [fits(sessions, channel, picture) for channel in ("telegram", "whatsapp")] == [None, "campaign.no_caption"]
    with sessions.begin() as session:
        beside.put_file(session, press, picture, "Table.csv", b"a,b", by="t")
    assert fits(sessions, "telegram", picture) == "campaign.wrong_file"
    with sessions.begin() as session:
        large = {"name": "Film.mp4", "body": bytes(16_000_001)}
        beside.put_file(session, press, picture, by="t", **large)  # type: ignore[arg-type]
        service.change(session, press, picture, version=6, by="t", name="Spring", subject="", source="")
    assert fits(sessions, "whatsapp", picture) == "campaign.file_too_large"
    with sessions.begin() as session, pytest.raises(Invalid) as refused:
        beside.put_file(session, press, picture, "Run.exe", b"MZ", by="t")
    assert refused.value.code == "attachment.refused_kind"


def test_a_message_without_a_text_needs_something_beside_it(sessions: Sessions) -> None:
    picture = made(sessions, text="")
    assert fits(sessions, "whatsapp", picture) is None
    with sessions.begin() as session, pytest.raises(Invalid) as refused:
        beside.take_away(session, press, picture, by="t")
    assert refused.value.code == "letter.empty"


def test_buttons_go_by_telegram_or_with_a_template_that_was_approved(sessions: Sessions) -> None:
    letter = made(sessions)
    with sessions.begin() as session:
        beside.put_buttons(session, press, letter, ["To the shop = https://shop.example/", "Tell me more"], by="t")
    assert fits(sessions, "telegram", letter) is None
    assert fits(sessions, "whatsapp", letter) == "campaign.no_buttons"
    with sessions.begin() as session:
        beside.put_approved(session, press, letter, f"HX{'a' * 32}", ["1 = {{ first_name }}"], by="t")
        extras = templates.get(session, letter).extras
    assert fits(sessions, "whatsapp", letter) is None
    assert beside.written_buttons(extras) == ["To the shop = https://shop.example/", "Tell me more"]
    assert beside.written_variables(extras) == ["1 = {{ first_name }}"]
    for wrong, code in (("HX1", "beside.bad_approved"), (f"HX{'g' * 32}", "beside.bad_approved")):
        with sessions.begin() as session, pytest.raises(Invalid) as refused:
            beside.put_approved(session, press, letter, wrong, [], by="t")
        assert refused.value.code == code


def test_a_real_provider_has_to_reach_us_before_a_picture_can_go(sessions: Sessions, tmp_path: Path) -> None:
    given = {"SENDBOTE_DATA": str(tmp_path), "SENDBOTE_TWILIO_SID": f"AC{'1' * 32}", "SENDBOTE_TWILIO_TOKEN": "t"}
    here, there = outside(load(given)), outside(load({**given, "SENDBOTE_PUBLIC_URL": "https://s.example"}))
    with sessions() as session:
        content = session.get_one(ContentRow, templates.get(session, made(sessions)).content_id)
        check_reach(there, "whatsapp", content, campaign="Spring")
        check_reach(outside(load({"SENDBOTE_DATA": str(tmp_path)})), "whatsapp", content, campaign="Spring")
        with pytest.raises(Refused) as refused:
            check_reach(here, "whatsapp", content, campaign="Spring")
    assert refused.value.code == "campaign.unreachable_file"


async def test_whatsapp_shows_the_picture_with_its_text_and_the_file_under_its_name(
    sessions: Sessions, async_engine: AsyncEngine, tmp_path: Path
) -> None:
    picture, file = made(sessions), 0
    with sessions.begin() as session:
        file = service.create(session, press, name="File", kind="short", subject="", source="Hi", by="t").id
        beside.put_file(session, press, file, "Preisliste für Sie.pdf", PDF, by="t")
        service.change(session, press, file, version=2, by="t", name="File", subject="", source="")
    async with running(tmp_path) as sandbox, public(async_engine, tmp_path) as url:
        provider = twilio_provider(sandbox, "whatsapp", public=None, base=url)
        contents = [content(sessions, one) for one in (picture, file)]
        messages = [
            Message(number, 1, number_of(number), one, {"first_name": "Ada"}, NOON)
            for number, one in enumerate(contents, start=1)
        ]
        outcomes, fault = await send(provider, messages)
        assert fault is None
        assert all(isinstance(one, Accepted) for one in outcomes.values())
        shown, sent = (sandbox.twilio.conversation(f"whatsapp:{number_of(number)}")[0] for number in (1, 2))
        assert (shown.body, shown.media_type, shown.resource("USD")["num_media"]) == ("Hi Ada", "image/jpeg", "1")
        assert (sandbox.twilio.files / str(shown.media)).read_bytes() == jpeg()
        assert (sent.body, sent.media_type, sent.media_name) == ("", "application/pdf", "Preisliste für Sie.pdf")


async def test_what_is_not_there_fails_as_twilio_says_it(
    sessions: Sessions, async_engine: AsyncEngine, tmp_path: Path
) -> None:
    gone = replace(content(sessions, made(sessions)), extras={"picture": f"/i/{'x' * 22}.jpg"})
    async with running(tmp_path) as sandbox, public(async_engine, tmp_path) as url:
        provider = twilio_provider(sandbox, "whatsapp", public=None, base=url)
        await send(provider, [Message(1, 1, number_of(1), gone, {"first_name": "Ada"}, NOON)])
        for _ in range(100):
            if (seen := sandbox.twilio.conversation(f"whatsapp:{number_of(1)}")[0]).status == "failed":
                break
            await asyncio.sleep(0.05)
        assert (seen.status, seen.error) == ("failed", 63019)


async def test_a_file_is_served_under_a_name_that_nobody_guesses_and_runs_nothing(
    sessions: Sessions, async_engine: AsyncEngine, tmp_path: Path
) -> None:
    file = made(sessions, text="", name="Prices.pdf", body=PDF)
    with sessions() as session:
        path = str(templates.get(session, file).extras["document"])
        assert attachments.served(session, path) == attachments.Served("application/pdf", len(PDF), "Prices.pdf")
    assert len(path) == len("/f/") + 22
    async with public(async_engine, tmp_path) as url, aiohttp.ClientSession() as client:
        for method in ("GET", "HEAD"):
            answer = await client.request(method, f"{url}{path}")
            assert (answer.status, answer.content_type) == (200, "application/pdf")
            assert "sandbox" in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert (await client.get(f"{url}/f/{'a' * 22}")).status == 404


def content(sessions: Sessions, template_id: int) -> Content:
    with sessions() as session:
        row = session.get_one(ContentRow, templates.get(session, template_id).content_id)
        sender = Sender("Shop", "+4915110000001")
        return replace(CONTENT, id=row.id, text=row.plain, html=None, extras=row.extras, sender=sender)


@asynccontextmanager
async def public(engine: AsyncEngine, spool: Path) -> AsyncIterator[str]:
    runner = web.AppRunner(create_app(engine, key=b"k" * 32, spool=spool / "spool"))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
