"""The tags that a messenger shows."""

import pytest

from core.errors import Invalid
from core.rules.markup import visible_length

ALLOWED = ("b", "a")


def test_a_text_is_as_long_as_what_is_seen_of_it() -> None:
    assert visible_length('<b>Hi</b> &amp; <a href="https://x.example/">so</a>', ALLOWED) == 7
    assert visible_length("👋", ALLOWED) == 2, "as Telegram counts"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("one\n<h1>two</h1>", "markup.unknown_tag", 2),
        ("<b>one", "markup.not_closed", 1),
        ("one</b>", "markup.not_open", 1),
        ('<b><a href="x">one</b></a>', "markup.not_open", 1),
    ],
)
def test_what_cannot_be_shown_is_named_with_its_line(text: str, code: str, line: int) -> None:
    with pytest.raises(Invalid) as refusal:
        visible_length(text, ALLOWED)
    assert refusal.value.code == code
    assert refusal.value.params["line"] == line
