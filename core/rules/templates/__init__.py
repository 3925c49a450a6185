"""The closed language of letters: output, named filters, a fallback, `if`, and `for` over a contact's own list."""

from core.rules.templates.compiling import compile_template
from core.rules.templates.program import MissingValue, Program

__all__ = ["CONSENT_NAMES", "SYSTEM_NAMES", "MissingValue", "Program", "compile_template"]

SYSTEM_NAMES = ("unsubscribe_url", "preferences_url", "view_url", "open_url", "telegram_url")
"""Values that the renderer makes for each delivery, beside `click_<link id>`."""
CONSENT_NAMES = ("accept_url", "decline_url")
"""Those of a request for consent; no other letter may use them."""
