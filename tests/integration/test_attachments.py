"""Files that go with a letter: what is refused, what is frozen, and what a mail program finds in it."""

import email
import email.policy
from dataclasses import replace

import pytest
from sqlalchemy import select

from channels.email.press import press
from core.database import Sessions
from core.errors import Invalid
from core.messages import Attachment, Content
from core.queries import settings as business
from core.services import attachments, templates
from core.tables.contents import ContentRow
from core.tables.templates import Template
from tests.integration.test_dkim import content, message, mime, verified

NAMES = ("Preise 2027 – Übersicht.pdf", "a.txt", 'odd "name";.csv', "ä" * 100 + ".pdf")
BODY = bytes(range(256)) * 30 + b"\r\n.\r\n"


def parsed(part: Content) -> email.message.EmailMessage:
    raw = mime(part).render(message(42, part, "Ada"))
    assert all(len(line) <= 200 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert verified(raw) == [True, True]
    read = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(read, email.message.EmailMessage)
    return read


@pytest.mark.parametrize(("html", "text"), [("<p>Hi {{ name }}</p>", "Hi {{ name }}"), (None, "Hi {{ name }}")])
def test_a_mail_program_finds_the_letter_and_its_files(html: str | None, text: str) -> None:
    files = tuple(Attachment(name, "application/pdf", BODY) for name in NAMES)
    mail = parsed(replace(content(html, text), attachments=files))
    assert mail.get_content_type() == "multipart/mixed"
    found = list(mail.iter_attachments())
    assert [one.get_filename() for one in found] == list(NAMES)
    assert {one.get_content() for one in found} == {BODY}
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "Hi Ada"
    assert (mail.get_body(("html",)) is not None) == (html is not None)


def made(sessions: Sessions) -> int:
    with sessions.begin() as session:
        return templates.create(
            session, press, name="Offer", kind="text", subject="Hi", source="Hi {{ first_name }}", by="t"
        ).id


def attached(sessions: Sessions, template_id: int, name: str = "Prices.pdf", body: bytes = BODY) -> None:
    with sessions.begin() as session:
        attachments.attach(session, press, template_id, name, body, by="t")


def test_a_frozen_letter_keeps_its_files(sessions: Sessions) -> None:
    template_id = made(sessions)
    attached(sessions, template_id)
    attached(sessions, template_id, "../../C:\\Terms.TXT")
    with sessions.begin() as session:
        template = session.get_one(Template, template_id)
        frozen, first = template.content_id, template.attachments[0]
        attachments.detach(session, press, template_id, first, by="t")
    with sessions() as session:
        template = session.get_one(Template, template_id)
        before, after = (session.get_one(ContentRow, one) for one in (frozen, template.content_id))
        assert (len(before.attachments), len(after.attachments)) == (2, 1)
        assert before.hash != after.hash
        assert session.scalars(select(Template.version)).one() == 4


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("Setup.EXE", b"x", "attachment.refused_kind"),
        ("page.html", b"x", "attachment.refused_kind"),
        ("noending", b"x", "attachment.no_name"),
        ("..", b"x", "attachment.no_name"),
        ("a.pdf", b"", "attachment.empty"),
        ("a.pdf", b"x" * 1001, "attachment.too_large"),
    ],
)
def test_what_receivers_would_refuse_is_refused_here(sessions: Sessions, name: str, body: bytes, code: str) -> None:
    template_id = made(sessions)
    with sessions.begin() as session:
        business.put(session, "attachments_most_bytes", 1000, by="t")
    with pytest.raises(Invalid) as problem:
        attached(sessions, template_id, name, body)
    assert problem.value.code == code
    with sessions() as session:
        assert session.get_one(Template, template_id).attachments == []
