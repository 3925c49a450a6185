"""The simulated days as a picture.

Drawn with Pillow, which the product needs anyway: a chart library with its renderer would weigh a hundred megabytes for
one picture of columns.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from PIL import Image, ImageDraw, ImageFont

SIZE = (1280, 560)
LEFT, RIGHT, TOP, BOTTOM = 90, 1250, 90, 440
PAPER, INK, MUTED, TRACK, USED, WARN, BAD = "#ffffff", "#1c2430", "#586273", "#e0ded6", "#3f8f8c", "#d3a54a", "#b3261e"


class Day(Protocol):
    """What is drawn of one."""

    @property
    def day(self) -> object: ...
    @property
    def limit(self) -> int: ...
    @property
    def used(self) -> int: ...
    @property
    def action(self) -> str: ...
    @property
    def blocked(self) -> bool: ...
    @property
    def said(self) -> str: ...


def draw(days: Sequence[Day], path: Path) -> None:
    """A column a day: its limit pale, what was used of it dark, with what happened below."""
    image = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(image)
    most = max(day.limit for day in days)
    step = (RIGHT - LEFT) / len(days)
    pen.text((LEFT, 24), f"The daily limit over {len(days)} days", fill=INK, font=_font(26))
    _legend(pen)
    for part in range(5):
        y = BOTTOM - (BOTTOM - TOP) * part / 4
        pen.line((LEFT, y, RIGHT, y), fill=TRACK)
        pen.text((LEFT - 12, y), f"{most * part // 4:,}", fill=MUTED, font=_font(15), anchor="rm")
    for number, day in enumerate(days):
        _column(pen, day, LEFT + number * step, step, most)
        if day.said:
            _turned(image, day.said, LEFT + (number + 0.5) * step)
    image.save(path, optimize=True)


def _column(pen: ImageDraw.ImageDraw, day: Day, left: float, step: float, most: int) -> None:
    def height(count: int) -> float:
        return BOTTOM - (BOTTOM - TOP) * count / most

    pen.rectangle((left + 1, height(day.limit), left + step - 2, BOTTOM), fill=TRACK)
    pen.rectangle((left + 1, height(day.used), left + step - 2, BOTTOM), fill=BAD if day.blocked else USED)
    if day.action in ("halve", "start"):
        middle, top = left + step / 2, height(day.limit) - 12
        pen.polygon([(middle - 6, top), (middle + 6, top), (middle, top + 9)], fill=WARN)


def _legend(pen: ImageDraw.ImageDraw) -> None:
    shown = ((TRACK, "limit"), (USED, "used"), (WARN, "lowered"), (BAD, "campaigns stopped at once"))
    left = 640
    for colour, words in shown:
        pen.rectangle((left, 32, left + 14, 46), fill=colour)
        pen.text((left + 22, 39), words, fill=INK, font=_font(15), anchor="lm")
        left += 40 + int(pen.textlength(words, font=_font(15)))


def _turned(image: Image.Image, words: str, middle: float) -> None:
    """Slanted below the axis, so that neighbours do not touch."""
    font = _font(14)
    label = Image.new("RGBA", (200, 22), (255, 255, 255, 0))
    ImageDraw.Draw(label).text((198, 11), words, fill=INK, font=font, anchor="rm")
    turned = label.rotate(32, expand=True, resample=Image.Resampling.BICUBIC)
    image.paste(turned, (int(middle) - turned.width + 4, BOTTOM + 4), turned)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
