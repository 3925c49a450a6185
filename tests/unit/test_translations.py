"""Every sentence of the code stands in every language, with the values it names."""

import ast
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from texts import LANGUAGES, LOCALE

ROOT = Path(__file__).parent.parent.parent
SPOKEN = [
    "admin",
    "bot",
    "channels",
    "cli",
    "config",
    "core",
    "embedded",
    "files",
    "sandbox",
    "texts",
    "web",
    "workers",
]
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
PLACE = re.compile(r"%\((\w+)\)[sd]")
TRANSLATED = [language for language in LANGUAGES if language != "en"]

Message = str | tuple[str, ...]


@cache
def spoken() -> dict[Message, str]:
    """Every message of the code, and a file that says it."""
    found: dict[Message, str] = {}
    for package in SPOKEN:
        for file, _line, message, _comments, _context in extract_from_dir(ROOT / package, METHODS, keywords=KEYWORDS):
            found[message] = f"{package}/{file}"
    return found


@cache
def translated(language: str) -> dict[Message, Message]:
    with (LOCALE / language / "LC_MESSAGES" / "sendbote.po").open("rb") as lines:
        catalogue = read_po(lines, locale=language)
    return {_whole(message.id): _whole(message.string or "") for message in catalogue if message.id}


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated_and_none_is_left_over(language: str) -> None:
    known = translated(language)
    missing = {message: file for message, file in spoken().items() if not all(_forms(known.get(message, "")))}
    assert missing == {}, "run `make texts`, and translate what is empty"
    assert set(known) - set(spoken()) == set(), "run `make texts`"


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_names_the_same_values(language: str) -> None:
    for message, string in translated(language).items():
        named = set(PLACE.findall(_forms(message)[-1]))
        assert all(set(PLACE.findall(form)) <= named for form in _forms(string)), message
        assert set(PLACE.findall(_forms(string)[-1])) == named, message


def test_no_sentence_hides_in_an_f_string() -> None:
    """There it is found by Python 3.12 and later alone."""
    hidden = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for package in SPOKEN
        for path in (ROOT / package).rglob("*.py")
        for string in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(string, ast.JoinedStr)
        for node in ast.walk(string)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS
        if any(isinstance(argument, ast.Constant) for argument in node.args)
    ]
    assert hidden == []


def _whole(message: str | Sequence[str]) -> Message:
    return message if isinstance(message, str) else tuple(message)


def _forms(message: Message) -> tuple[str, ...]:
    return (message,) if isinstance(message, str) else tuple(message)
