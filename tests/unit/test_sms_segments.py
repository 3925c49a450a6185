"""Parts of a short message: 160 or 153 septets, 70 or 67 units of UCS-2, and what made it dear."""

import pytest

from core.rules.keywords import Keyword, keyword
from core.rules.sms_segments import Encoding, count


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", Encoding.GSM7, 0, 1),
        ("a" * 160, Encoding.GSM7, 160, 1),
        ("a" * 161, Encoding.GSM7, 161, 2),
        ("a" * 306, Encoding.GSM7, 306, 2),
        ("a" * 307, Encoding.GSM7, 307, 3),
        ("€" * 80, Encoding.GSM7, 160, 1),
        ("€" * 81, Encoding.GSM7, 162, 2),
        ("Grüße, {Ä}", Encoding.GSM7, 12, 1),
        ("ş" + "a" * 69, Encoding.UCS2, 70, 1),
        ("ş" + "a" * 70, Encoding.UCS2, 71, 2),
        ("🎉" * 35, Encoding.UCS2, 70, 1),
        ("🎉" * 36, Encoding.UCS2, 72, 2),
    ],
)
def test_parts_are_counted_as_phones_put_them_together(
    text: str, encoding: Encoding, units: int, segments: int
) -> None:
    counted = count(text)
    assert (counted.encoding, counted.units, counted.segments) == (encoding, units, segments)


def test_an_escaped_character_is_not_torn_in_two() -> None:
    assert count("a" * 152 + "€" + "a" * 151).segments == 2
    assert count("a" * 152 + "€" + "a" * 152).segments == 3


def test_the_character_that_made_it_dear_is_named() -> None:
    assert count("Nice day – really").dear == "–"
    assert count("Nice day - really").dear is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("STOP", Keyword.STOP),
        (" stop! ", Keyword.STOP),
        ("/stop", Keyword.STOP),
        ("Abmelden", Keyword.STOP),
        ("kein interesse", Keyword.STOP),
        ("start", Keyword.START),
        ("Hilfe?", Keyword.HELP),
        ("please stop sending", None),
        ("", None),
    ],
)
def test_a_keyword_is_the_whole_message(text: str, meant: Keyword | None) -> None:
    assert keyword(text, {"stop": ["Kein Interesse"]}) is meant
