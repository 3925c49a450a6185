"""All words for people: English in the code, other languages in `texts/locale`, chosen per context."""

import gettext as gettext_module
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("en", "de")
LOCALE = Path(__file__).parent / "locale"

_language: ContextVar[str] = ContextVar("language", default="en")


def _(message: str, **values: object) -> str:
    """The message in the current language, its `%(name)s` filled with `values`."""
    words = _catalogue(_language.get()).gettext(message)
    return words % values if values else words


def ngettext(singular: str, plural: str, n: int, **values: object) -> str:
    """The form for `n`, which is also the value of `%(n)s`."""
    return _catalogue(_language.get()).ngettext(singular, plural, n) % {"n": n, **values}


def N_(message: str) -> str:  # noqa: N802 - gettext's own name
    """Mark a message for translation; `_` translates it when it is shown."""
    return message


def language() -> str:
    return _language.get()


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """Within the block all words are in that language; one that we do not have is English."""
    token = _language.set(known(language))
    try:
        yield
    finally:
        _language.reset(token)


def known(language: str | None) -> str:
    """The nearest language that we have: `de-AT` is `de`, an unknown one is English."""
    short = (language or "en").replace("_", "-").split("-")[0].lower()
    return short if short in LANGUAGES else "en"


@cache
def _catalogue(language: str) -> gettext_module.NullTranslations:
    source = LOCALE / language / "LC_MESSAGES" / "sendbote.po"
    if not source.exists():
        return gettext_module.NullTranslations()
    compiled = BytesIO()
    with source.open("rb") as lines:
        write_mo(compiled, read_po(lines, locale=language))
    compiled.seek(0)
    return gettext_module.GNUTranslations(compiled)
