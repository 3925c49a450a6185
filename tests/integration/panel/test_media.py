"""Pictures in conversations: what customers sent is fetched with our login, and operators answer with some."""

from io import BytesIO
from pathlib import Path

import requests
from flask import Flask
from sqlalchemy import select

from channels.twilio.account import account
from config import Settings
from core.database import Sessions
from core.services import conversations, senders
from core.services.hearing import Person as Customer
from core.services.hearing import Words
from core.tables.contents import ContentRow
from core.tables.conversations import ConversationMessage
from core.vocabulary import Direction, Role
from sandbox.app import Sandbox
from tests.integration.panel.people import KEYS, NOON, Person, somebody
from tests.integration.sandbox_factory import sandbox_in_thread
from tests.integration.test_beside import PDF, jpeg

SENT = {"image/jpeg": jpeg(), "application/pdf": PDF}


def heard(sessions: Sessions, channel: str, media: list[dict[str, str]]) -> int:
    with sessions.begin() as session:
        senders.create(session, name="Shop", address="+4915110000009", channel=channel, by="t")
        customer = Customer(channel, "+491511000001", "Clara", None, "en")
        words = Words("photo", "Like this one?", "SM1", NOON, to="+4915110000009", media=media)
        return conversations.hear(session, customer, words, key=KEYS.addresses).identity_id


def send(sandbox: Sandbox, kind: str, body: bytes) -> str:
    """From a phone on the sandbox's page; the sid under which Twilio keeps it."""
    before = {kept.name for kept in sandbox.twilio.files.iterdir()}
    form = {"phone": "whatsapp:+491511000001", "to": "whatsapp:+4915110000009", "body": ""}
    requests.post(f"{sandbox.url}/phones", data=form, files={"file": ("a", body, kind)}, timeout=10)
    (sid,) = {kept.name for kept in sandbox.twilio.files.iterdir()} - before
    return sid


def test_a_picture_is_fetched_with_our_login_and_nothing_else_is(
    app: Flask, administrator: Person, settings: Settings, sessions: Sessions, tmp_path: Path
) -> None:
    with sandbox_in_thread(tmp_path) as sandbox:
        object.__setattr__(settings, "sandbox_port", sandbox.http_port)
        ours = account(settings, KEYS)
        base = f"{ours.url}/Messages/MM1/Media"
        media = [{"kind": kind, "at": f"{base}/{send(sandbox, kind, body)}"} for kind, body in SENT.items()]
        elsewhere = [
            {"kind": "image/png", "at": "http://127.0.0.1:9/Messages/x"},
            {"kind": "image/png", "at": f"{base}/MEx"},
        ]
        talk = heard(sessions, "whatsapp", [*media, *elsewhere])
        page = administrator.get(f"/conversations/{talk}").text
        assert f'src="/conversations/{talk}/media/1/0"' in page
        assert "File (application/pdf)" in page
        shown, saved = (administrator.get(f"/conversations/{talk}/media/1/{place}") for place in (0, 1))
        assert (shown.mimetype, shown.data) == ("image/jpeg", SENT["image/jpeg"])
        assert (saved.mimetype, saved.headers["Content-Disposition"]) == ("application/octet-stream", "attachment")
        assert "sandbox" in shown.headers["Content-Security-Policy"]
        others = [administrator.get(f"/conversations/{talk}/media/1/{place}").status_code for place in (2, 3, 4)]
        assert others == [404, 404, 404]
        assert administrator.get(f"/conversations/{talk + 1}/media/1/0").status_code == 404


def test_an_operator_answers_with_a_picture_and_a_file_has_no_text_by_whatsapp(
    app: Flask, administrator: Person, sessions: Sessions
) -> None:
    talk = heard(sessions, "whatsapp", [])
    administrator.post(f"/conversations/{talk}", text="Yes", file=(BytesIO(jpeg()), "tulip.jpg"))
    with sessions() as session:
        extras = session.scalars(select(ContentRow.extras)).one()
        said = session.scalars(select(ConversationMessage).where(ConversationMessage.direction == Direction.OUT)).one()
    assert (said.kind, said.media) == ("photo", [{"kind": "image/jpeg", "at": extras["picture"]}])
    assert administrator.get(f"/conversations/{talk}/media/{said.id}/0").data.startswith(b"\xff\xd8")
    refused = administrator.post(f"/conversations/{talk}", text="Prices", file=(BytesIO(PDF), "Prices.pdf"))
    assert "a file has no text beside it" in refused.text
    assert administrator.post(f"/conversations/{talk}", text="", file=(BytesIO(PDF), "Prices.pdf")).status_code == 302
    viewer = somebody(app, Role.VIEWER)
    assert viewer.post(f"/conversations/{talk}", file=(BytesIO(PDF), "Prices.pdf")).status_code == 403


def test_by_sms_goes_nothing_but_text(administrator: Person, sessions: Sessions) -> None:
    talk = heard(sessions, "sms", [])
    assert "Picture or file" not in administrator.get(f"/conversations/{talk}").text
    refused = administrator.post(f"/conversations/{talk}", text="Yes", file=(BytesIO(jpeg()), "tulip.jpg"))
    assert "nothing but text" in refused.text
