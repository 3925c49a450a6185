"""How many parts a short message has, in which alphabet, and which character made it dear (3GPP TS 23.038, 23.040)."""

from dataclasses import dataclass
from enum import StrEnum

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
"""Written with an escape before them: they count twice."""


class Encoding(StrEnum):
    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


LIMITS = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}
"""Units in a single message, and in each part of several: the rest says which part it is."""


@dataclass(frozen=True, slots=True)
class Segments:
    encoding: Encoding
    units: int
    """Septets or 16-bit units."""
    segments: int
    left: int
    """Units before another part begins."""
    dear: str | None
    """The first character that GSM-7 does not have, and for which all of the message is written in UCS-2."""


def count(text: str) -> Segments:
    """Parts are cut where they fit: neither an escaped character nor a surrogate pair is torn in two."""
    dear = next((sign for sign in text if sign not in BASIC and sign not in EXTENSION), None)
    encoding = Encoding.GSM7 if dear is None else Encoding.UCS2
    widths = [_width(sign, encoding) for sign in text]
    single, several = LIMITS[encoding]
    units = sum(widths)
    if units <= single:
        return Segments(encoding, units, 1, single - units, dear)
    parts, last = 1, 0
    for width in widths:
        if last + width > several:
            parts, last = parts + 1, 0
        last += width
    return Segments(encoding, units, parts, several - last, dear)


def _width(sign: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM7:
        return 2 if sign in EXTENSION else 1
    return 2 if ord(sign) > 0xFFFF else 1
