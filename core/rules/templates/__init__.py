"""The closed language of letters: output, named filters, a fallback, `if`, and `for` over a contact's own list."""

from core.rules.templates.compiling import compile_template
from core.rules.templates.program import MissingValue, Program

__all__ = ["SYSTEM_NAMES", "MissingValue", "Program", "compile_template"]

SYSTEM_NAMES = ("unsubscribe_url", "preferences_url", "view_url", "open_url")
"""Values that the renderer makes for each delivery, beside `click_<link id>`."""
