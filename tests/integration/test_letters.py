"""Letters from source to what a mail program reads."""

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email import letters
from channels.email.composing import Composer
from channels.email.mime import ContentMime
from channels.email.press import press
from channels.email.returning import BOUNCE, UNSUBSCRIBE, ReturnPath, sent_to
from channels.links import Links
from core.database import Sessions
from core.errors import Invalid
from core.messages import Content, Message, Sender
from core.ports import PressedLetter
from core.queries import templates
from tests.integration.campaign_factory import make_campaign

KEY = b"k" * 32
KNOWN = ("first_name", "city", "items")
AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
MJML = """<mjml><mj-body><mj-section><mj-column>
<mj-text>Hello {{ first_name | fallback("friend") }}</mj-text>
<mj-button href="https://shop.example/?c={{ city }}">Look</mj-button>
</mj-column></mj-section></mj-body></mjml>"""
TABLE = """<html><head><style>td{color:red}</style></head><body><table>
{% for item in items %}<tr><td>{{ item }}</td></tr>{% endfor %}</table>
<a href="https://shop.example/a?b=1&amp;c=2">A</a> <a href="mailto:x@y.example">M</a></body></html>"""


def made(kind: str, source: str, text: str | None = None, language: str = "en") -> PressedLetter:
    return letters.make(kind=kind, language=language, subject="Hi", source=source, text=text, known=KNOWN)


def content(subject: str, html: str | None, text: str | None) -> Content:
    sender = Sender("Müller & Söhne", "news@shop.example")
    return Content(7, subject, html, text, sender, 3, "marketing", "campaigns.1", "Frühling")


def rendered(part: Content, **values: object) -> email.message.EmailMessage:
    message = Message(42, 1, "ada@example.org", part, values, AT)
    mime = ContentMime(part, Links("https://m.example", KEY), KEY)
    raw = mime.render(message)
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert not mime.tame or (raw.isascii() and b"\n." not in raw and raw.endswith(b"\r\n"))
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(parsed, email.message.EmailMessage)
    return parsed


def test_mjml_becomes_html_with_tracked_links_and_the_marks_survive() -> None:
    letter = made("mjml", MJML)
    assert letter.html is not None
    assert '{{ first_name | fallback("friend") }}' in letter.html
    assert list(letter.links) == ["https://shop.example/?c={{ city }}"]
    assert 'href="{{ click_0 }}"' in letter.html
    assert "{{ open_url }}" in letter.html


def test_a_loop_stays_in_its_table_and_styles_are_inlined() -> None:
    letter = made("html", TABLE)
    assert letter.html is not None
    assert letter.html.index("<table") < letter.html.index("{% for") < letter.html.index("</table>")
    assert 'style="color: red' in letter.html or 'style="color:red' in letter.html
    assert list(letter.links) == ["https://shop.example/a?b=1&c=2"]
    assert "mailto:x@y.example" in letter.html


def test_a_letter_without_an_unsubscribe_link_gets_one_in_its_language() -> None:
    letter = made("html", "<p>Hallo</p>", language="de")
    assert letter.html is not None
    assert letter.html.count("{{ unsubscribe_url }}") == 1
    assert "{{ unsubscribe_url }}" in letter.text


def test_a_text_letter_tracks_its_addresses() -> None:
    letter = made("text", "See https://shop.example/x.")
    assert letter.html is None
    assert letter.text.startswith("See {{ click_0 }}.")


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("<p>{{ nobody }}</p>", "template.unknown_variable"),
        ("<p>{{ first_nam }}</p>", "template.unknown_variable_near"),
        ("<p>{% for a in range(9) %}{% endfor %}</p>", "template.not_in_language"),
        ("<p>{{ first_name", "template.syntax"),
        ("   ", "letter.empty"),
    ],
)
def test_what_cannot_work_is_refused_with_its_place(source: str, code: str) -> None:
    with pytest.raises(Invalid) as problem:
        press(kind="html", language="en", subject="Hi", source=source, text=None, known=KNOWN)
    assert problem.value.code == code
    assert problem.value.params["where"] == "source"


def test_a_letter_reads_as_it_was_written() -> None:
    letter = made("html", "<p>Grüße, {{ first_name }}!</p><p>" + "Zeile. " * 300 + "</p>")
    part = content("Für {{ first_name }}", letter.html, letter.text)
    mail = rendered(part, first_name="Zoë <3")
    assert mail["Subject"] == "Für Zoë <3"
    assert mail["From"].addresses[0].display_name == "Müller & Söhne"
    html = mail.get_body(("html",))
    text = mail.get_body(("plain",))
    assert html is not None
    assert text is not None
    assert "Grüße, Zoë &lt;3!" in html.get_content()
    assert "Grüße, Zoë <3!" in text.get_content()
    assert mail["List-Unsubscribe"].startswith("<https://m.example/u/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_retry_has_the_same_message_id_and_date() -> None:
    part = content("Hi", None, "Hi")
    assert rendered(part)["Message-ID"] == rendered(part)["Message-ID"]
    assert rendered(part)["Date"] == "Mon, 23 Nov 2026 10:00:00 +0000"


@settings(max_examples=150, deadline=None)
@given(st.text(min_size=1, max_size=300))
def test_no_name_can_add_a_header_or_change_the_text_around_it(name: str) -> None:
    part = content("Hello {{ first_name }}", None, "a\n.b {{ first_name }}|\n")
    mail = rendered(part, first_name=name)
    names = {"date", "to", "subject", "message-id", "list-unsubscribe", "list-unsubscribe-post", "from", "list-id"}
    names |= {"feedback-id", "mime-version", "content-type", "content-transfer-encoding"}
    assert {header.lower() for header in mail.keys()} == names  # noqa: SIM118 - a message's keys repeat
    expected = "a\n.b " + name.replace("\r\n", "\n").replace("\r", "\n") + "|"
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode("utf-8").replace("\r\n", "\n").rstrip("\n") == expected.encode("utf-8", "replace").decode()


def test_two_campaigns_with_one_letter_are_each_sent_by_their_own_sender() -> None:
    letter = content("Hi", None, "Hello")
    other = replace(letter, origin_id=4, sender=Sender("Other", "other@shop.example"))
    composer = Composer(lambda content: ContentMime(content, Links("https://m.example", KEY), KEY))
    composed = [
        composer.compose(Message(number, 1, "a@b.example", part, {}, AT)) for number, part in enumerate((letter, other))
    ]
    assert [b"other@shop.example" in one.body for one in composed] == [False, True]


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("mjml", MJML),
        (
            "mjml",
            MJML.replace(
                "<mj-body>",
                "<mj-head><mj-font name='Inter' href='https://f.example/i'/>"
                "<mj-attributes><mj-all font-family='Inter'/></mj-attributes></mj-head><mj-body>",
            ),
        ),
        (
            "html",
            '<head><link rel="stylesheet" href="https://f.example/i.css"><link href=//f.example rel=preconnect>'
            "<style>@import 'https://f.example/a;b.css';@IMPORT url(//f.example/c?a;b) screen; td{color:red}"
            "@font-face{font-family:I;src:url('https://f.example/i.woff2')}@media print{td{color:blue}}</style></head>"
            "<body><table><tr><td>Hello</td></tr></table></body>",
        ),
    ],
)
def test_no_letter_fetches_a_font_from_elsewhere(kind: str, source: str) -> None:
    page = made(kind, source).html or ""
    assert "@import" not in page.lower()
    assert "f.example" not in page
    assert "fonts.googleapis.com" not in page
    if kind == "html":
        assert "color: red" in page
        assert "@media print" in page


def test_a_letter_can_be_unsubscribed_from_by_mail_and_comes_back_to_the_same_place() -> None:
    part = content("Hi", None, "Hello")
    returns = ReturnPath(["returns@shop.example"], KEY)
    message = Message(42, 1, "ada@example.org", part, {}, AT)
    composer = Composer(
        lambda _: ContentMime(part, Links("https://m.example", KEY), KEY, returns=returns), returns.envelope_sender
    )
    letter = composer.compose(message)
    header = email.message_from_bytes(letter.body)["List-Unsubscribe"]
    assert header.startswith("<https://m.example/u/")
    assert header.endswith("@shop.example?subject=unsubscribe>")
    assert sent_to(KEY, header) == (UNSUBSCRIBE, 42)
    assert sent_to(KEY, letter.sender) == (BOUNCE, 42)


def test_what_operators_call_a_campaign_stands_in_no_header(sessions: Sessions) -> None:
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=1, name="Those who owe us money")
        assert campaign.content_id
        assert campaign.origin_id
        sent = templates.content(session, campaign.content_id, campaign.origin_id)
    assert (sent.list_name, sent.sender.name) == ("Shop", "Shop")
