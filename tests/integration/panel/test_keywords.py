"""Keywords in the panel: own words, answers in each language, and a message that is tried."""

from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from core.database import Sessions
from core.queries import settings as business
from core.services import senders
from core.tables.audit import AuditEntry
from tests.integration.panel.people import Person

PAGE = "/settings/keywords/"


def test_an_own_word_is_heard_from_then_on_and_no_more_once_it_is_removed(
    administrator: Person, sessions: Sessions
) -> None:
    assert "ordinary message" in _tried(administrator, "Kein Interesse!")
    administrator.post(f"{PAGE}stop/words", word=" Kein Interesse. ")
    assert "<strong>STOP</strong>" in _tried(administrator, "kein interesse!")
    administrator.post(f"{PAGE}stop/words/drop", word="kein interesse")
    assert "ordinary message" in _tried(administrator, "Kein Interesse!")
    with sessions() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.subject == "setting:keywords")).all()
        assert [entry.details["after"]["stop"] for entry in entries] == [["kein interesse"], []]


@pytest.mark.parametrize(
    ("word", "said"),
    [("stop", "means STOP already"), ("...", "at least one letter"), ("a" * 41, "at most 40 characters")],
)
def test_a_word_that_cannot_be_one_is_named(administrator: Person, word: str, said: str) -> None:
    assert said in administrator.post(f"{PAGE}start/words", word=word).text


def test_a_word_never_means_two_things(administrator: Person, sessions: Sessions) -> None:
    administrator.post(f"{PAGE}help/words", word="wer?")
    assert "means HELP already" in administrator.post(f"{PAGE}stop/words", word="Wer").text
    with sessions() as session:
        assert business.value(session, "keywords")["stop"] == []


def test_the_answer_is_tried_with_the_name_of_who_sends(administrator: Person, sessions: Sessions) -> None:
    with sessions.begin() as session:
        senders.create(session, name="Gartenbau Grün", address="+4915112345678", channel="sms", by="t")
    assert "Gartenbau Grün: Schreiben Sie uns hier" in _tried(administrator, "Hilfe")
    administrator.post(f"{PAGE}help/answer", language="fr", text="{sender} <b>vous répond.")
    assert "Gartenbau Grün &lt;b&gt;vous répond." in _tried(administrator, "HELP", language="fr")
    administrator.post(f"{PAGE}help/answer", language="fr", text="")
    assert "write to us here" in _tried(administrator, "HELP", language="fr")


def test_what_the_carrier_confirms_is_said_to_be_left_to_it(administrator: Person) -> None:
    assert "Twilio confirms this word" in _tried(administrator, "Stop")
    administrator.post(f"{PAGE}carrier", answer_standard_words="on")
    assert "until there is one, nothing is answered" in _tried(administrator, "Stop")
    assert "you get no more news from us" in _tried(administrator, "Stop")
    assert "The bot answers in its own words" in _tried(administrator, "Stop", channel="telegram")


def test_yes_in_a_chat_is_no_keyword_as_it_is_by_sms(administrator: Person) -> None:
    assert "<strong>START</strong>" in _tried(administrator, "ja", channel="whatsapp")
    assert "ordinary message" in _tried(administrator, "ja", channel="telegram")


def _tried(administrator: Person, text: str, *, channel: str = "sms", language: str = "") -> str:
    query = urlencode({"text": text, "channel": channel, "language": language})
    return administrator.get(f"{PAGE}?{query}").text
