"""Letters of blocks in the panel: chosen, drawn, checked, mended, and pictures for them."""

import json
from io import BytesIO

import pytest
from PIL import Image

from channels.email.blocks import to_mjml
from channels.email.checks import check, mend
from channels.email.letters import make
from channels.email.outlook import as_word_shows
from channels.email.pictures import made
from channels.email.starts import starts
from core.errors import Invalid
from core.ports import PressedLetter

IMPRINT = "Shop Ltd, 1 Street, Town"
BAD = (
    '<html><body><img src="https://b.example.com/y.jpg" style="width:700px">'
    '<table width="900"><tr><td><a href="">x</a><a href="http://b.example.com/">y</a></td></tr></table></body></html>'
)


def _made(source: str, kind: str = "blocks") -> PressedLetter:
    return make(kind=kind, language="en", subject="Hi", source=source, text=None, known=["first_name"])


def _codes(source: str, kind: str = "html", imprint: str | None = IMPRINT) -> set[str]:
    letter = _made(source, kind)
    return {one.code for one in check(letter.html, letter.text, list(letter.links), imprint=imprint)}


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_dozen_letters_to_start_from_pass_the_check_as_they_are(language: str) -> None:
    found = starts(language)
    assert len(found) == 12
    for one in found:
        letter = make(
            kind="blocks", language=language, subject=one.subject, source=one.source, text=None, known=["first_name"]
        )
        assert check(letter.html, letter.text, list(letter.links), imprint=None) == [], one.key
        assert letter.required == []


def test_what_is_written_in_a_block_is_text_and_never_markup() -> None:
    source = json.dumps({"blocks": [{"type": "text", "text": '<script>x</script> {{ first_name | fallback("you") }}'}]})
    page = _made(source).html or ""
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert '{{ first_name | fallback("you") }}' in page


def test_a_block_that_is_none_is_refused_with_its_number() -> None:
    for tree, code in (
        ({"blocks": [{"type": "text"}, {"type": "film"}]}, "letter.unknown_block"),
        ({"blocks": [7]}, "letter.unknown_block"),
        ({"blocks": []}, "letter.empty"),
        ({"accent": "red;x", "blocks": [{"type": "divider"}]}, "letter.bad_colour"),
    ):
        with pytest.raises(Invalid, match=code):
            to_mjml(json.dumps(tree))


def test_the_check_names_every_fault_and_one_press_mends_what_can_be() -> None:
    assert _codes(BAD) == {
        "picture_without_alt",
        "picture_too_wide",
        "content_too_wide",
        "broken_link",
        "insecure_link",
        "no_imprint",
    }
    better = mend("html", BAD, IMPRINT)
    assert _codes(better) == {"content_too_wide", "broken_link"}, "what only a person can mend"
    assert mend("html", better, IMPRINT) == better, "mending twice changes nothing"
    assert 'width="600"' in better
    assert "max-width:600px" in better


def test_word_takes_widths_from_attributes_and_ignores_what_it_does_not_know() -> None:
    page = (
        "<style>.a{max-width:10px;color:red}@media (max-width:5px){.a{color:blue}}</style>"
        "<!--[if mso]><b>for Word</b><![endif]--><!--[if !mso]><!--><i>for others</i><!--<![endif]-->"
        '<img width="300" style="width:100%;max-width:100px;border-radius:9px">'
        '<div style="display:flex;color:red">x</div>'
    )
    shown = as_word_shows(page)
    assert "<b>for Word</b>" in shown
    assert "for others" not in shown
    assert '<img width="300" style="">' in shown
    assert '<div style="color:red">' in shown
    assert "@media" not in shown
    assert ".a{color:red}" in shown


def test_a_picture_is_resized_rid_of_its_exif_and_known_by_its_content() -> None:
    big = Image.new("RGB", (3000, 1000), "red")
    exif = Image.Exif()
    exif[0x010F] = "Camera of Anna"
    ready = made(_saved(big, "JPEG", exif=exif))
    assert (ready.kind, ready.width, ready.height) == ("jpg", 1200, 400)
    assert b"Anna" not in ready.body
    assert not Image.open(BytesIO(ready.body)).getexif()
    assert made(_saved(Image.new("RGBA", (10, 10)), "PNG")).kind == "png"
    for upload in (b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"", _saved(big, "JPEG")[:300]):
        with pytest.raises(Invalid, match="not_a_picture"):
            made(upload)
    with pytest.raises(Invalid, match="too_many_pixels"):
        made(_saved(Image.new("1", (9000, 9000)), "PNG"))


def _saved(picture: Image.Image, kind: str, **more: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()
