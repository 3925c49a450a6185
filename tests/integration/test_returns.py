"""The mailbox that letters come back to: read once, by whoever is asked, and nobody is suppressed by a forgery."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage

import pytest
from sqlalchemy import Engine, select, update

import config
from channels.email.place import parse_place
from channels.email.provider import EmailProvider
from channels.email.returning import ReturnPath
from channels.email.returns import meaning
from channels.email.returns.parsing import read_return
from config.keys import Keys
from core.database import Sessions
from core.messages import Content, Message, Sender
from core.queries import ledger, mailboxes
from core.queries.trials import latest
from core.rules import tokens
from core.tables.campaigns import Origin
from core.tables.deliveries import Delivery
from core.tables.events import Engagement, EventRow
from core.tables.suppression import Suppression
from core.vocabulary import CampaignState, DeliveryState, OriginKind
from tests.integration.campaign_factory import NOON, make_campaign
from tests.integration.certificates import Authority
from tests.integration.dns_server import dns_server
from tests.integration.dovecot_factory import Dovecot, dovecot
from tests.integration.email_factory import CONTENT, PlainMime, kinds, relay, send
from tests.integration.postfix_factory import postfix
from tests.integration.scripted_smtp import ScriptedSmtp
from texts import arrival
from workers.installation import Installation, now
from workers.returns import read_returns
from workers.timetable import tick

KEYS = Keys(addresses=b"a" * 32, signing=b"s" * 32)
PATH = ReturnPath(["returns@shop.test"], KEYS.signing)
REPORT = """\
From: MAILER-DAEMON@relay.test
To: {to}
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=edge

--edge
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.test

Final-Recipient: rfc822; person1@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown
--edge--
"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def server(authority: Authority) -> Iterator[Dovecot]:
    with dovecot(authority) as found:
        yield found


@pytest.fixture
def installation(settings: config.Settings, engine: Engine, sessions: Sessions, server: Dovecot) -> Installation:
    settings = replace(settings, returns_url=server.url)
    return Installation(settings, KEYS, engine, sessions, settings.database_url or "", settings.redis_url or "")


def sent(sessions: Sessions, recipients: int) -> None:
    with sessions.begin() as session:
        make_campaign(session, recipients=recipients).state = CampaignState.SENT
        session.execute(update(Delivery).values(state=DeliveryState.SENT, attempt=1, settled_at=NOON))


def envelope(delivery_id: int) -> str:
    return PATH.envelope_sender(letter(delivery_id))


def letter(delivery_id: int, address: str = "person@far.test") -> Message:
    content: Content = replace(CONTENT, sender=Sender("Shop", "news@shop.test"))
    return Message(delivery_id, 1, address, content, {}, NOON)


def read(installation: Installation) -> None:
    read_returns(installation, lambda: False)


def told(sessions: Sessions) -> dict[str, list[int | None]]:
    """Kinds of events, with the deliveries that they name."""
    found: dict[str, list[int | None]] = {}
    with sessions() as session:
        assert ledger.offences(session) == []
        for row in session.execute(select(EventRow.kind, EventRow.delivery_id).order_by(EventRow.id)):
            found.setdefault(row.kind, []).append(row.delivery_id)
    return found


def states(sessions: Sessions) -> list[str]:
    with sessions() as session:
        return list(session.scalars(select(Delivery.state).order_by(Delivery.id)))


def listed(sessions: Sessions) -> set[tuple[str, int | None]]:
    with sessions() as session:
        return {(row.list, row.delivery_id) for row in session.scalars(select(Suppression))}


def stays(server: Dovecot) -> int:
    return sum(len(list((server.home / "mail" / name).glob("*.*"))) for name in ("new", "cur"))


def written(subject: str, text: str, to: str = "returns@shop.test", **headers: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Anna <anna@far.test>", to, subject
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return bytes(mail)


def test_each_kind_of_mail_is_understood_once_and_what_nobody_understood_stays(
    installation: Installation, sessions: Sessions, server: Dovecot
) -> None:
    sent(sessions, 6)
    message_id = f"<{tokens.sign_lower(KEYS.signing, tokens.MESSAGE_ID, 4).decode()}@shop.test>"
    mailto = PATH.mailto("news@shop.test")(2).decode().partition("mailto:")[2].partition("?")[0]
    arrived = [
        REPORT.format(to=envelope(1)).encode(),
        written("unsubscribe", "", mailto),
        written("Out of office", "Back on Monday", envelope(3), Auto_Submitted="auto-replied"),
        written("Re: Hello", "Thank you, when does it open?\n\n> Hello", In_Reply_To=message_id),
        written("Re: Hello", "Bitte abmelden!\n\n> Hello", envelope(5)),
        REPORT.format(to="returns@shop.test").encode(),
        written("Buy now", "A stranger writes."),
        b"\xff\xfe\x00" * 500,
    ]
    for raw in (*arrived, arrived[0]):
        server.put(raw)
    for _ in range(2):
        read(installation)
        assert told(sessions) == {
            "bounced": [1, None],
            "unsubscribed": [2, 5],
            "autoreplied": [3],
            "replied": [4],
            "unread": [None, None],
        }
    assert states(sessions) == ["failed", *["sent"] * 5]
    assert listed(sessions) == {("general", 1), ("unsubscribed", 2), ("unsubscribed", 5)}
    assert stays(server) == 4
    with sessions() as session:
        assert session.scalars(select(Engagement.delivery_id).where(Engagement.replied_at.is_not(None))).all() == [4]
        row = mailboxes.get(session, parse_place(server.url).name)
        assert row is not None
        assert (row.problem, row.last_uid) == (None, 9)


def test_a_forged_bounce_suppresses_nobody(installation: Installation, sessions: Sessions, server: Dovecot) -> None:
    sent(sessions, 1)
    token = envelope(1).partition("b-")[2].partition("@")[0]
    for to in (f"returns+b-{token[::-1]}@shop.test", "returns+b-1@shop.test", f"returns+b-{'a' * 34}@shop.test"):
        server.put(REPORT.format(to=to).encode())
    read(installation)
    assert told(sessions) == {"bounced": [None, None, None]}
    assert (states(sessions), listed(sessions)) == (["sent"], set())


@pytest.mark.parametrize("is_test", [True, False])
def test_a_copy_of_a_test_letter_tells_how_it_arrived_and_changes_nothing_else(
    installation: Installation, sessions: Sessions, server: Dovecot, is_test: bool
) -> None:
    sent(sessions, 1)
    with sessions.begin() as session:
        kind = OriginKind.TEST if is_test else OriginKind.CAMPAIGN
        session.execute(update(Origin).values(kind=kind))
    token = tokens.sign_lower(KEYS.signing, tokens.MESSAGE_ID, 1).decode()
    leave = PATH.mailto("news@shop.test")(1).decode().strip(", ")
    copy = written("Spring", "unsubscribe", **{"Message-ID": f"<{token}@shop.test>", "List-Unsubscribe": leave})
    claims = b"Authentication-Results: mx.far.test; spf=pass smtp.mailfrom=shop.test; dmarc=pass header.from=shop.test"
    server.put(claims + b"\r\n" + copy)
    with dns_server() as zone:
        here = replace(installation, settings=replace(installation.settings, dns=zone.address))
        read(here)
        read(here)
    assert told(sessions) == {"arrived": [1]}
    assert states(sessions) == ["sent"]
    assert listed(sessions) == set()
    assert stays(server) == 0
    with sessions() as session:
        shown = latest(session, 1)
    if is_test:
        assert shown[0].arrival is not None
        assert "SPF: mx.far.test found that the relay may send for shop.test." in arrival.noted(shown[0].arrival)
        assert "The letter has no signature." in arrival.noted(shown[0].arrival)
    else:
        assert shown == []


def test_a_copy_under_a_name_that_is_not_ours_is_nobodys(
    installation: Installation, sessions: Sessions, server: Dovecot
) -> None:
    sent(sessions, 1)
    server.put(written("Spring", "Hello", **{"Message-ID": f"<{'ab' * 21}@shop.test>"}))
    read(installation)
    assert told(sessions) == {"unread": [None]}


def test_a_letter_that_was_never_written_is_nobodys(
    installation: Installation, sessions: Sessions, server: Dovecot
) -> None:
    server.put(REPORT.format(to=envelope(99)).encode())
    read(installation)
    assert told(sessions) == {}


def test_a_poisonous_message_is_kept_and_stops_nobody(
    installation: Installation, sessions: Sessions, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(sessions, 1)
    whole = read_return

    def explode(raw: bytes) -> object:
        if b"poison" in raw:
            raise ZeroDivisionError
        return whole(raw)

    monkeypatch.setattr(meaning, "read_return", explode)
    server.put(written("poison", "poison", envelope(1)))
    server.put(REPORT.format(to=envelope(1)).encode())
    read(installation)
    assert told(sessions) == {"unread": [None], "bounced": [1]}


def test_a_complaint_holds_for_the_contact_and_the_address(
    installation: Installation, sessions: Sessions, server: Dovecot
) -> None:
    sent(sessions, 1)
    returned = f"From: news@shop.test\nReturn-Path: <{envelope(1)}>\nTo: redacted@far.test\nSubject: Hello\n\nHello"
    report = "Feedback-Type: abuse\nUser-Agent: Provider/1\nVersion: 1\n"
    server.put(
        "From: fbl@provider.test\nTo: abuse@shop.test\nSubject: FW: Hello\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=feedback-report; boundary=edge\n\n--edge\n"
        "Content-Type: text/plain\n\nA complaint.\n--edge\nContent-Type: message/feedback-report\n\n"
        f"{report}\n--edge\nContent-Type: message/rfc822\n\n{returned}\n--edge--\n".encode()
    )
    read(installation)
    with sessions() as session:
        entries = session.execute(select(Suppression.list, Suppression.channel).order_by(Suppression.id))
        assert [tuple(row) for row in entries] == [("complaints", "email"), ("complaints", None)]


def test_a_mailbox_that_cannot_be_read_is_told_and_asked_less_often(
    installation: Installation, sessions: Sessions, server: Dovecot
) -> None:
    wrong = server.url.replace("secret", "wrong")
    read(replace(installation, settings=replace(installation.settings, returns_url=wrong)))
    gone = server.url.replace(str(server.plain), "1")
    read(replace(installation, settings=replace(installation.settings, returns_url=gone)))
    with sessions() as session:
        for url, code in ((wrong, "imap.login"), (gone, "imap.unreachable")):
            row = mailboxes.get(session, parse_place(url).name)
            assert row is not None
            assert row.problem == code
            assert "secret" not in str(row.params)
            assert not mailboxes.is_due(session, row.name, now())


def test_by_tls_from_the_first_byte(installation: Installation, sessions: Sessions, server: Dovecot) -> None:
    sent(sessions, 1)
    server.put(REPORT.format(to=envelope(1)).encode())
    read(replace(installation, settings=replace(installation.settings, returns_url=server.secure_url)))
    assert told(sessions) == {"bounced": [1]}


def test_the_scheduler_rings_for_it_now_and_then(installation: Installation, sessions: Sessions) -> None:
    class Heard:
        def __init__(self) -> None:
            self.jobs: list[str] = []

        def ring(self, job: str, *_: int | str) -> None:
            self.jobs.append(job)

    bell = Heard()
    tick(installation, bell)
    assert bell.jobs == ["read_returns"]
    read(installation)
    tick(installation, bell)
    assert bell.jobs == ["read_returns"]


async def test_bounces_that_postfix_makes_come_back_and_are_counted(
    installation: Installation, sessions: Sessions, server: Dovecot, authority: Authority
) -> None:
    sent(sessions, 5)
    answers = {
        "gone@": "550 5.1.1 no such user here",
        "full@": "554 5.2.2 mailbox is full",
        "closed@": "550 5.2.1 this account has been disabled",
        "spam@": "554 5.7.1 message looks like spam to us",
    }
    async with ScriptedSmtp() as far:
        for about, answer in answers.items():
            far.at("rcpt", answer, about=about)
        far_away = f"inline:{{far.test=smtp:[127.0.0.1]:{far.port}}}"
        more = f"relay_domains = far.test\nrelay_recipient_maps =\ntransport_maps = {far_away}\n"
        with postfix(*authority.server("127.0.0.1"), more) as ours:
            carrier = EmailProvider([relay(ours.port)], PlainMime, envelope_sender=PATH.envelope_sender)
            names = ["gone", "full", "closed", "spam", "well"]
            letters = [letter(number, f"{name}@far.test") for number, name in enumerate(names, start=1)]
            outcomes, fault = await send(carrier, letters)
            assert (fault, kinds(outcomes)) == (None, {"Accepted": 5})
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline and len(ours.delivered(0)) < 4:
                await asyncio.sleep(0.1)
            for raw in ours.delivered(4):
                server.put(raw)
    read(installation)
    assert states(sessions) == ["failed"] * 4 + ["sent"]
    assert listed(sessions) == {("general", 1), ("general", 3)}
    assert stays(server) == 0
    with sessions() as session:
        classes = dict(session.execute(select(EventRow.delivery_id, EventRow.bounce)).all())
        assert classes == {1: "address", 2: "mailbox", 3: "mailbox", 4: "content"}
