"""Contents that were checked when they were saved: compiled as they are, and which of their values are made by us."""

from core.rules.templates.compiling import compile_template
from core.rules.templates.program import Program

SYSTEM_NAMES = ("unsubscribe_url", "preferences_url", "view_url", "open_url", "telegram_url")
"""Values that the renderer makes for each delivery, beside `click_<link id>`."""
CONSENT_NAMES = ("accept_url", "decline_url")
"""Those of a request for consent; no other letter may use them."""


def compile_frozen(source: str, *, escape: bool) -> Program:
    return compile_template(source, _Anything(), escape=escape)


def is_ours(name: str) -> bool:
    return name in SYSTEM_NAMES or name in CONSENT_NAMES or name.startswith("click_")


class _Anything(frozenset[str]):
    """Every name was known when the content was saved; an attribute that went since is a missing value."""

    def __contains__(self, name: object) -> bool:
        return True
