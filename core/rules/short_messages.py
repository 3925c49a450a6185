"""What a short message holds beside its text: everything is a piece of template, and links are found by their name."""

from collections.abc import Callable, Mapping
from typing import Any

APPROVED = "content_sid"
"""Its place for the name of a template that the provider has approved."""
FROM = "from"
"""Its place for the number that an answer comes from: the one that was written to."""
URL = "url"
"""Places of this name hold an address that is tracked."""

Extras = Mapping[str, Any]


def mapped(part: Any, change: Callable[[str, str], str], name: str = "") -> Any:
    """The extras with each string changed; `change` gets the name of its place, and the string."""
    match part:
        case str():
            return change(name, part)
        case Mapping():
            return {key: mapped(value, change, str(key)) for key, value in part.items()}
        case list() | tuple():
            return [mapped(value, change, name) for value in part]
    return part
