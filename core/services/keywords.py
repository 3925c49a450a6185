"""The account's own words for stop, start and help, and what each is answered with: checked, and audited."""

import re
from collections.abc import Sequence

from sqlalchemy.orm import Session

from core.errors import Invalid
from core.queries import settings as business
from core.rules import confirming
from core.rules.keywords import LONGEST_WORD, Keyword, keyword, plain
from core.services import changes

TONGUE = re.compile(r"[a-z]{2}")


def set_words(session: Session, meant: Keyword, words: Sequence[str], *, by: str) -> None:
    """The account's own words for it, beside the usual ones; none: only these. Raises Invalid as `add` does."""
    others = {**business.value(session, "keywords"), meant.value: []}
    for word in words:
        _check(word, others)
    _keep(session, meant, [plain(word) for word in words], by=by)


def add(session: Session, meant: Keyword, word: str, *, by: str) -> None:
    """Raises Invalid: `keyword.empty`, `keyword.long`, and `keyword.taken` for one that means something already."""
    own = business.value(session, "keywords")
    _check(word, own)
    _keep(session, meant, [*own[meant.value], plain(word)], by=by)


def drop(session: Session, meant: Keyword, word: str, *, by: str) -> None:
    """From now on it is what any other message is; one that is no own word changes nothing."""
    own = business.value(session, "keywords")[meant.value]
    left = [one for one in own if plain(one) != plain(word)]
    if left != own:
        _keep(session, meant, left, by=by)


def set_answer(session: Session, meant: Keyword, tongue: str, text: str, *, by: str) -> None:
    """What the keyword is answered with in that language; empty: the usual text.

    Raises Invalid (`setting.bad_language`, `setting.answer_too_long`).
    """
    if not TONGUE.fullmatch(tongue):
        raise Invalid("setting.bad_language", where="keyword_answers", language=tongue[:20])
    if len(text.strip()) > confirming.LONGEST:
        raise Invalid("setting.answer_too_long", where="keyword_answers", most=confirming.LONGEST)
    before = business.value(session, "keyword_answers")
    texts = {**before.get(meant.value, {}), tongue: text.strip()}
    after = {**before, meant.value: {code: words for code, words in texts.items() if words}}
    changes.put(session, "keyword_answers", after, by=by)


def answer_standard_words(session: Session, *, on: bool, by: str) -> None:
    """Whether we confirm STOP and START by SMS where the carrier's own words were used, which it answers itself."""
    changes.put(session, "answer_standard_words", on, by=by)


def _check(word: str, own: dict[str, list[str]]) -> None:
    bare = plain(word)
    if not bare:
        raise Invalid("keyword.empty", where="keywords")
    if len(bare) > LONGEST_WORD:
        raise Invalid("keyword.long", where="keywords", most=LONGEST_WORD)
    means = keyword(bare, own)
    if means is not None:
        raise Invalid("keyword.taken", where="keywords", word=bare, meant=means.value.upper())


def _keep(session: Session, meant: Keyword, words: Sequence[str], *, by: str) -> None:
    own = business.value(session, "keywords")
    changes.put(session, "keywords", {**own, meant.value: sorted(set(words))}, by=by)
