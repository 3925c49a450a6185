"""Which files may go with a letter: names that are safe to write into it, kinds that receivers take, sizes that fit."""

import mimetypes
import re
from collections.abc import Sequence

from core.errors import Invalid

MOST_FILES = 10
LONGEST_NAME = 120
UNKNOWN = "application/octet-stream"
REFUSED = re.compile(
    r"ad[ep]|apk|appx|bat|cab|cmd|com|cpl|dll|dmg|exe|hta|html?|in[sf]|iso|isp|jar|jse?|lib|lnk|mde|ms[cipt]|nsh|pif|ps1"
    r"|reg|sc[rt]|shb|sys|svg|vb[es]?|vhd|vxd|ws[cfh]|xll|xhtml",
    re.IGNORECASE,
)
"""Endings that large receivers refuse, whatever is in the file, and pages that could pretend to be a login."""


def usable_name(given: str) -> str:
    """The file's own name on one line; raise Invalid (`attachment.no_name`, `attachment.refused_kind`)."""
    name = "".join(one if one.isprintable() else " " for one in given.replace("\\", "/").rpartition("/")[2]).strip()
    stem, dot, ending = name.rpartition(".")
    if not stem or not dot or not ending:
        raise Invalid("attachment.no_name", where="file", name=given[:80])
    if REFUSED.fullmatch(ending):
        raise Invalid("attachment.refused_kind", where="file", name=name[:80], ending=ending.lower())
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"


def kind_of(name: str) -> str:
    """By its ending, which is what receivers go by; anything that is not known is a file of bytes."""
    guessed, packed = mimetypes.guess_type(name, strict=True)
    return guessed if guessed and packed is None and not guessed.startswith(("multipart/", "message/")) else UNKNOWN


def check_sizes(sizes: Sequence[int], most: int) -> None:
    """Raise Invalid (`attachment.empty`, `attachment.too_many`, `attachment.too_large`) for files that do not fit."""
    if 0 in sizes:
        raise Invalid("attachment.empty", where="file")
    if len(sizes) > MOST_FILES:
        raise Invalid("attachment.too_many", where="file", most=MOST_FILES)
    if sum(sizes) > most:
        megabytes = {"has": f"{sum(sizes) / 1e6:.1f}", "most": f"{most / 1e6:.0f}"}
        raise Invalid("attachment.too_large", where="file", **megabytes)
