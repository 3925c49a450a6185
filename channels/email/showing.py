"""A letter once more, as a page: with the values of whoever it went to, and without the picture that counts reads."""

from collections.abc import Mapping

from channels.links import Links
from core.rules.templates import compile_frozen, is_ours

NOTHING = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
"""Takes the place of that picture, and asks nobody for anything."""


def shown(source: str, values: Mapping[str, object], delivery_id: int, links: Links, *, escape: bool) -> str:
    """Raise MissingValue where a value has gone since, Invalid where it grows out of all bounds."""
    program = compile_frozen(source, escape=escape)
    ours = {name: links.named(name)(delivery_id).decode("ascii") for name in program.names if is_ours(name)}
    return program.render({**values, **ours, "open_url": NOTHING})
