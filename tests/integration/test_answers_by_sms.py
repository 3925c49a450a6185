"""Answers to customers who wrote by SMS or WhatsApp, by operators and to keywords: from which number, and when not."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

import config
from config.keys import Keys
from core.database import Sessions
from core.errors import Refused
from core.messages import Event
from core.queries import conversations
from core.rules.addresses import address_key
from core.rules.keywords import Keyword
from core.services import answers, keywords, recording, senders
from core.tables.contacts import Contact, Identity
from core.tables.deliveries import Delivery
from core.tables.suppression import Suppression
from core.vocabulary import EventKind
from sandbox.app import Sandbox
from tests.integration.sandbox_factory import sandbox_in_thread
from tests.integration.twilio_factory import number_of
from workers.drains import drain_channel
from workers.installation import Installation

KEYS = Keys(addresses=b"a" * 32, signing=b"s" * 32)
FIRST, SECOND, UNLISTED = "+4915110000001", "+4915110000002", "+4915110000009"
CUSTOMER = number_of(1)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with sandbox_in_thread(tmp_path) as running:
        yield running


@pytest.fixture
def here(sandbox: Sandbox, settings: config.Settings, engine: Engine, sessions: Sessions) -> Installation:
    own = replace(settings, sandbox_port=sandbox.http_port, sms_per_second=1000.0)
    assert own.database_url is not None
    assert own.redis_url is not None
    return Installation(own, KEYS, engine, sessions, own.database_url, own.redis_url)


def hear(session: Session, text: str, *, to: str, channel: str = "sms", sid: str = "SM1") -> int:
    """The identity of the customer who wrote that."""
    key = address_key(KEYS.addresses, channel, CUSTOMER)
    details = {"address_key": key.hex(), "text": text, "to": to}
    at = datetime.now(UTC)
    spoken = Event(EventKind.REPLIED, "twilio", sid, at, channel=channel, address=CUSTOMER, details=details)
    recording.record(session, [spoken])
    return session.scalars(select(Identity.id).where(Identity.address_key == key)).one()


def arrived(sandbox: Sandbox) -> list[dict[str, Any]]:
    told = requests.get(f"{sandbox.url}/control/twilio/messages", timeout=10).json()["messages"]
    return list(told)


def answer(session: Session, identity_id: int) -> int:
    return answers.answer(session, identity_id, "At six.", by="t", now=datetime.now(UTC))


@pytest.mark.parametrize("written_to", [FIRST, SECOND, UNLISTED])
@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
def test_an_answer_comes_from_the_number_that_was_written_to(
    here: Installation, sandbox: Sandbox, channel: str, written_to: str
) -> None:
    with here.sessions.begin() as session:
        senders.create(session, name="Shop", address=FIRST, pool=[SECOND], channel=channel, by="t")
        answer(session, hear(session, "Open until when?", to=written_to, channel=channel))
    drain_channel(here, channel, seconds=20)
    before = "whatsapp:" if channel == "whatsapp" else ""
    assert [(one["from"], one["body"]) for one in arrived(sandbox)] == [(before + written_to, "At six.")]


def test_where_the_number_is_not_known_the_channels_first_sender_answers(here: Installation, sandbox: Sandbox) -> None:
    with here.sessions.begin() as session:
        for address in (SECOND, FIRST):
            senders.create(session, name="Shop", address=address, channel="sms", by="t")
        answer(session, hear(session, "Open until when?", to=""))
    drain_channel(here, "sms", seconds=20)
    assert [one["from"] for one in arrived(sandbox)] == [SECOND]


def test_without_any_sender_the_answer_is_refused_and_nothing_is_kept(sessions: Sessions) -> None:
    with sessions.begin() as session:
        asked = hear(session, "Open until when?", to="")
    with pytest.raises(Refused, match=r"answer\.no_sender"), sessions.begin() as session:
        answer(session, asked)
    with sessions() as session:
        assert session.scalars(select(Delivery.id)).all() == []


def confirmed(here: Installation, sandbox: Sandbox, channel: str = "sms") -> list[str]:
    drain_channel(here, channel, seconds=20)
    return [one["body"] for one in reversed(arrived(sandbox))]


def shop(session: Session, channel: str = "sms") -> None:
    senders.create(session, name="Shop", address=FIRST, channel=channel, by="t")


def test_help_says_who_we_are_and_how_to_stop_in_the_customers_language_and_once(
    here: Installation, sandbox: Sandbox
) -> None:
    with here.sessions.begin() as session:
        shop(session)
        for _again in range(2):
            asked = hear(session, "HELP", to=FIRST)
        session.scalars(select(Contact)).one().language = "de-AT"
        session.flush()
        hear(session, "Help!", to=FIRST, sid="SM2")
    english, german = confirmed(here, sandbox)
    assert english == "Shop: write to us here and a person answers. Send STOP to get no more news from us."
    assert german.startswith("Shop: Schreiben Sie uns hier")
    with here.sessions() as session:
        said = [(one.direction, one.written_by) for one in conversations.thread(session, asked)]
        assert said == [("in", None), ("out", "system"), ("in", None), ("out", "system")]
        assert conversations.count_unanswered(session) == 1, "a person answers as well"


def test_a_stop_is_confirmed_once_although_the_number_is_off_the_list_then(
    here: Installation, sandbox: Sandbox
) -> None:
    with here.sessions.begin() as session:
        shop(session)
        for number, text in enumerate(("Abmelden", "abmelden!", "Anmelden", "Abmelden")):
            hear(session, text, to=FIRST, sid=f"SM{number}")
    told = confirmed(here, sandbox)
    assert sorted(words.split(" Mit ")[0] for words in told) == [
        "Shop: Danke, ab jetzt bekommen Sie hier unsere Neuigkeiten.",
        "Shop: Sie bekommen hier keine Neuigkeiten mehr von uns.",
        "Shop: Sie bekommen hier keine Neuigkeiten mehr von uns.",
    ]


def test_what_twilio_confirms_by_itself_is_left_to_it_unless_that_is_switched_off(
    here: Installation, sandbox: Sandbox
) -> None:
    with here.sessions.begin() as session:
        shop(session)
        shop(session, "whatsapp")
        for number, text in enumerate(("STOP", "START")):
            hear(session, text, to=FIRST, sid=f"SM{number}")
        hear(session, "STOP", to=FIRST, sid="SM8", channel="whatsapp")
    assert confirmed(here, sandbox) == []
    assert len(confirmed(here, sandbox, "whatsapp")) == 1
    with here.sessions.begin() as session:
        keywords.answer_standard_words(session, on=True, by="t")
        keywords.set_answer(session, Keyword.STOP, "en", "{sender} is silent {{ now }}.", by="t")
        hear(session, "STOP", to=FIRST, sid="SM9")
    assert confirmed(here, sandbox)[-1] == "Shop is silent {{ now }}."


def test_a_keyword_is_heeded_where_nothing_can_be_sent_from(sessions: Sessions) -> None:
    with sessions.begin() as session:
        hear(session, "Abmelden", to="")
    with sessions() as session:
        assert session.scalars(select(Delivery.id)).all() == []
        assert session.scalars(select(Suppression.list)).all() == ["unsubscribed"]
