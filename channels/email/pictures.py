"""Uploaded pictures: known by their content, bounded before they are decoded, resized, and rid of what they tell."""

import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import Invalid

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
WIDEST = 1200
"""Twice the width of a letter, for screens with small pixels."""
TALLEST = 4000
QUALITY = 85


@dataclass(frozen=True, slots=True)
class Picture:
    body: bytes
    kind: str
    """`png` or `jpg`: what every mail program shows."""
    width: int
    height: int


def made(upload: bytes) -> Picture:
    """The picture as it is served; raise Invalid (`picture.too_large`, `.too_many_pixels`, `.not_a_picture`).

    Pillow reads the header first, so that the size is known before a byte is unpacked. Of a moving picture the first
    frame is kept. What cameras write into pictures (place, time, device) is left out.
    """
    if len(upload) > MOST_BYTES:
        raise Invalid("picture.too_large", where="file", most=MOST_BYTES // 1024 // 1024)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return _drawn(Image.open(BytesIO(upload), formats=FORMATS))
    except Image.DecompressionBombError:
        raise Invalid("picture.too_many_pixels", where="file", most=MOST_PIXELS // 1_000_000) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        raise Invalid("picture.not_a_picture", where="file") from None


def _drawn(opened: Image.Image) -> Picture:
    if opened.width * opened.height > MOST_PIXELS:
        raise Invalid("picture.too_many_pixels", where="file", most=MOST_PIXELS // 1_000_000)
    opened.draft("RGB", (WIDEST, TALLEST))
    turned = ImageOps.exif_transpose(opened)
    clear = "A" in turned.getbands() or "transparency" in turned.info
    plain = turned.convert("RGBA" if clear else "RGB")
    plain.thumbnail((WIDEST, TALLEST))
    out = BytesIO()
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    if clear:
        bare.save(out, "PNG", optimize=True)
    else:
        bare.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return Picture(out.getvalue(), "png" if clear else "jpg", *bare.size)
