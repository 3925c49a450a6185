"""What a short message holds beside its text: everything is a piece of template, and links are found by their name."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from core.rules.tokens import LENGTH

APPROVED = "content_sid"
"""Its place for the name of a template that the provider has approved."""
APPROVED_NAME = re.compile(r"HX[0-9a-fA-F]{32}")
"""How Twilio names one."""
VARIABLES = "content_variables"
"""Its place for what that template's own variables stand for, by their numbers."""
FROM = "from"
"""Its place for the number that an answer comes from: the one that was written to."""
URL = "url"
"""Places of this name hold an address that is tracked."""
PICTURE, DOCUMENT, BUTTONS = "picture", "document", "buttons"
BESIDE = (PICTURE, DOCUMENT)
"""Places for what makes a text a caption: an address, or a path below our own public one."""
PICTURES, FILES = "/i/", "/f/"
"""Where our own pictures and files are served, each by a name that nobody can guess."""

Extras = Mapping[str, Any]


def beside(extras: Extras) -> str | None:
    """The address or path of the picture or file that stands beside the text, if there is one."""
    return next((str(extras[place]) for place in BESIDE if extras.get(place)), None)


def placed(extras: Extras, base: str) -> Any:
    """The extras with the paths of our own files made addresses below the public one."""
    return mapped(extras, lambda name, part: base + part if name in BESIDE and part.startswith("/") else part)


def link_like(base: str, name: str) -> str:
    """An address as long as the one that a recipient gets: a token is as long for everybody."""
    kind, _sign, rest = name.partition("_")
    token = "x" * LENGTH
    paths = {"click": f"/c/{token}/{rest}", "accept": f"/k/{token}/yes", "decline": f"/k/{token}/no"}
    paths |= {"preferences": f"/p/{token}", "telegram": f"/t/{token}"}
    return base + paths.get(kind, f"/u/{token}")


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
