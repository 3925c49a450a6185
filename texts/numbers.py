"""Where a number came from, in words."""

from typing import Protocol

from texts import _


class _Came(Protocol):
    @property
    def filename(self) -> str | None: ...
    @property
    def row(self) -> int | None: ...


def origin(one: _Came) -> str:
    """The row and the file's name; empty for what came by no import, or by one that is forgotten."""
    if one.filename is None or one.row is None:
        return ""
    return _("row %(row)s of %(file)s", row=one.row, file=one.filename)
