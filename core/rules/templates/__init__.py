"""The closed language of letters: output, named filters, a fallback, `if`, and `for` over a contact's own list."""

from core.rules.templates.compiling import compile_template
from core.rules.templates.frozen import CONSENT_NAMES, SYSTEM_NAMES, compile_frozen, is_ours
from core.rules.templates.program import MissingValue, Program

__all__ = [
    "CONSENT_NAMES",
    "SYSTEM_NAMES",
    "MissingValue",
    "Program",
    "compile_frozen",
    "compile_template",
    "is_ours",
]
