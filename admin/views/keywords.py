"""Words by which customers stop, start and ask for help, what each is answered with, and a place to try one."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin.access import by, needs
from admin.context import reading
from admin.saving import saved
from core.queries import keywords as queries
from core.queries import settings as business
from core.rules.confirming import BY_CARRIER, LONGEST, USUAL
from core.rules.contacts.cells import PHONED
from core.rules.keywords import WORDS, Keyword
from core.rules.sms_segments import count
from core.services import keywords
from core.vocabulary import Role
from texts.keywords import deed, title
from texts.segments import channel

CHATTED = (*sorted(PHONED), "telegram")
pages = Blueprint("keyword", __name__, url_prefix="/settings/keywords")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a keyword is answered with in one language; `own` is empty where it is the usual text."""

    language: str
    own: str
    usual: str

    @property
    def parts(self) -> int:
        return count(self.own or self.usual).segments


@pages.get("/")
@needs(Role.ADMINISTRATOR)
def index() -> ResponseReturnValue:
    return _page()


@pages.post("/<meant>/words")
@needs(Role.ADMINISTRATOR)
def add(meant: str) -> ResponseReturnValue:
    word = request.form.get("word", "")
    return _saved(lambda session: keywords.add(session, _keyword(meant), word, by=by()))


@pages.post("/<meant>/words/drop")
@needs(Role.ADMINISTRATOR)
def drop(meant: str) -> ResponseReturnValue:
    word = request.form.get("word", "")
    return _saved(lambda session: keywords.drop(session, _keyword(meant), word, by=by()))


@pages.post("/<meant>/answer")
@needs(Role.ADMINISTRATOR)
def answer(meant: str) -> ResponseReturnValue:
    """In one language; empty text is the usual one again."""
    language, text = request.form.get("language", "").strip().lower(), request.form.get("text", "")
    return _saved(lambda session: keywords.set_answer(session, _keyword(meant), language, text, by=by()))


@pages.post("/carrier")
@needs(Role.ADMINISTRATOR)
def carrier() -> ResponseReturnValue:
    on = "answer_standard_words" in request.form
    return _saved(lambda session: keywords.answer_standard_words(session, on=on, by=by()))


def _saved(change: Callable[[Session], object]) -> ResponseReturnValue:
    return saved(change, _page, url_for("keyword.index"))


def _keyword(name: str) -> Keyword:
    if name not in set(Keyword):
        abort(404)
    return Keyword(name)


def _page() -> str:
    session = reading()
    own = business.value(session, "keywords")
    return render_template(
        "panel/keywords.html",
        kinds=[_kind(meant, own[meant.value], _answers(session, meant)) for meant in Keyword],
        most=LONGEST,
        answer_standard_words=business.value(session, "answer_standard_words"),
        typed=request.form,
        refused=(request.view_args or {}).get("meant"),
        channels=[(key, channel(key)) for key in CHATTED],
        tried=_tried(session),
    )


def _kind(meant: Keyword, own: list[str], answers: list[Answer]) -> dict[str, object]:
    standard = BY_CARRIER.get(meant, frozenset())
    return {
        "key": meant.value,
        "title": title(meant),
        "deed": deed(meant),
        "usual": sorted(WORDS[meant], key=lambda word: (word not in standard, word)),
        "standard": standard,
        "own": own,
        "answers": answers,
    }


def _answers(session: Session, meant: Keyword) -> list[Answer]:
    own, usual = business.value(session, "keyword_answers").get(meant.value, {}), USUAL[meant.value]
    return [Answer(code, own.get(code, ""), usual.get(code, "")) for code in sorted({*own, *usual})]


def _tried(session: Session) -> dict[str, object] | None:
    """What would come of the message that was typed; nothing is sent or kept."""
    text, chosen = request.args.get("text", "").strip(), request.args.get("channel", "")
    if not text or chosen not in CHATTED:
        return None
    heard = queries.heard_as(session, chosen, text, request.args.get("language") or None)
    return {"text": text, "heard": heard, "deed": deed(heard.meant) if heard.meant else None}
