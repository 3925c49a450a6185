"""Texts that became too long are cut where Telegram counts, and stay well formed."""

from hypothesis import given
from hypothesis import strategies as st

from channels.messenger.telegram.cutting import cut, units
from core.rules.markup import visible_length

TAGS = ("b", "i", "a")
PIECES = st.lists(st.sampled_from(["<b>", "</b>", "<i>", "</i>", "word ", "&amp;", "&#x27;", "🍷", "ß"]), max_size=60)


def test_what_fits_is_left_alone() -> None:
    assert cut("<b>Hello</b> &amp; welcome", 15, html=True) == "<b>Hello</b> &amp; welcome"


def test_open_tags_are_closed_and_no_entity_is_halved() -> None:
    assert cut("<b>Hello <i>wor&amp;ld</i></b> again", 10, html=True) == "<b>Hello <i>wor…</i></b>"
    assert cut('<a href="https://x.test/?a=1&amp;b=2">Hello world</a>', 6, html=True) == (
        '<a href="https://x.test/?a=1&amp;b=2">Hello…</a>'
    )


def test_a_character_of_two_units_is_not_halved() -> None:
    assert cut("ab🍷cd", 4, html=False) == "ab…"
    assert cut("ab🍷cd", 5, html=False) == "ab🍷…"


@given(PIECES, st.integers(min_value=1, max_value=40))
def test_whatever_is_cut_fits_and_is_still_markup(pieces: list[str], longest: int) -> None:
    text = ""
    open_: list[str] = []
    for piece in pieces:
        tag = piece.strip("</>")
        if piece.startswith("</"):
            if not open_ or open_[-1] != tag:
                continue
            open_.pop()
        elif piece.startswith("<"):
            open_.append(tag)
        text += piece
    text += "".join(f"</{tag}>" for tag in reversed(open_))
    shown = cut(text, longest, html=True)
    assert visible_length(shown, TAGS) <= longest
    assert units(shown) > 0 or not text
