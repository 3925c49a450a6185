"""What each kind of block asks for in the editor, in the operator's words."""

from typing import Any

from texts import N_, _

Field = tuple[str, str, str]
"""Name, words, and how it is filled in: `line`, `text`, `link`, `picture` or `choice:<name>`."""

PICTURE: tuple[Field, ...] = (
    ("picture", N_("Picture (address)"), "picture"),
    ("alt", N_("What the picture shows"), "line"),
    ("link", N_("Leads to"), "link"),
)
KINDS: dict[str, tuple[str, tuple[Field, ...]]] = {
    "header": (N_("Header"), (("title", N_("Title"), "line"), *PICTURE[:2])),
    "text": (
        N_("Text"),
        (("text", N_("Text"), "text"), ("tone", N_("Look"), "choice:tone"), ("align", N_("Aligned"), "choice:align")),
    ),
    "picture": (N_("Picture"), PICTURE),
    "columns": (N_("Columns"), (("columns", N_("Column"), "list:column"),)),
    "button": (N_("Button"), (("label", N_("Words on it"), "line"), ("link", N_("Leads to"), "link"))),
    "divider": (N_("Line between"), ()),
    "social": (N_("Social networks"), (("links", N_("Network"), "list:network"),)),
    "footer": (N_("Footer with imprint"), (("text", N_("Imprint: who you are, and where"), "text"),)),
}
PARTS: dict[str, tuple[Field, ...]] = {
    "column": (("text", N_("Text"), "text"), *PICTURE),
    "network": (("name", N_("Name"), "line"), ("link", N_("Leads to"), "link")),
}
CHOICES: dict[str, tuple[tuple[str, str], ...]] = {
    "tone": (("", N_("Usual")), ("large", N_("Large")), ("small", N_("Small")), ("panel", N_("On a tinted ground"))),
    "align": (("", N_("Left")), ("center", N_("Centred"))),
}
WORDS = {
    "add": N_("Add a block …"),
    "up": N_("Move up"),
    "down": N_("Move down"),
    "remove": N_("Remove"),
    "more": N_("One more"),
    "upload": N_("Upload a picture"),
    "failed": N_("The picture did not arrive. Choose it again."),
    "accent": N_("Colour of the letter"),
    "hint": N_("**bold**, *italic*, [words](https://…), “# ” for a heading, “- ” for a list."),
}


def described() -> dict[str, Any]:
    """All of it in the current language, for the editor's script."""
    return {
        "kinds": {kind: {"words": _(words), "fields": _fields(fields)} for kind, (words, fields) in KINDS.items()},
        "parts": {part: _fields(fields) for part, fields in PARTS.items()},
        "choices": {name: [[value, _(words)] for value, words in pairs] for name, pairs in CHOICES.items()},
        "words": {name: _(words) for name, words in WORDS.items()},
    }


def _fields(fields: tuple[Field, ...]) -> list[list[str]]:
    return [[name, _(words), how] for name, words, how in fields]
