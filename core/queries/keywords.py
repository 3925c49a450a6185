"""What a customer's word is heard as and answered with, so that an operator may try one before a customer does."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from core.queries import replying
from core.queries import settings as business
from core.rules import confirming
from core.rules.contacts.cells import PHONED
from core.rules.keywords import Keyword, assent, keyword


@dataclass(frozen=True, slots=True)
class HeardAs:
    """`answer` is None where the carrier confirms it, or the bot in its own words; `sender` is whose name it has."""

    meant: Keyword | None
    by_carrier: bool = False
    answer: str | None = None
    language: str | None = None
    sender: str = ""


def heard_as(session: Session, channel: str, text: str, tongue: str | None) -> HeardAs:
    """What would come of a message from somebody who speaks that language and was not asked for consent."""
    chatting = channel not in PHONED
    if chatting and assent(text) is not None:
        return HeardAs(None)
    meant = keyword(text, business.value(session, "keywords"))
    if meant is None or chatting:
        return HeardAs(meant)
    if left_to_carrier(session, channel, meant, text):
        return HeardAs(meant, by_carrier=True)
    tongues = (tongue, confirming.tongue(text))
    sender = replying.usual_name(session, channel)
    language, words = answer(session, meant, tongues, sender or confirming.SENDER)
    return HeardAs(meant, answer=words, language=language, sender=sender)


def left_to_carrier(session: Session, channel: str, meant: Keyword, text: str) -> bool:
    ours = business.value(session, "answer_standard_words")
    return not ours and confirming.by_carrier(meant, text, channel)


def answer(session: Session, meant: Keyword, tongues: Sequence[str | None], sender: str) -> tuple[str, str]:
    """The language, and the words in it."""
    return confirming.wording(business.value(session, "keyword_answers"), meant, tongues, sender)
