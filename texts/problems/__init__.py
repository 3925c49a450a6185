"""Problems in plain words: each code of `core.errors` has one sentence, in the file of its noun."""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from texts import _


def sentence(code: str, params: Mapping[str, object]) -> str:
    """What happened, where, and what to do; a code without a sentence names itself."""
    message = _sentences().get(code)
    if message is None:
        return _("Something went wrong (%(code)s).", code=code)
    return _(message) % {name: "" if value is None else value for name, value in params.items()}


@cache
def _sentences() -> dict[str, str]:
    found: dict[str, str] = {}
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        found |= importlib.import_module(module.name).SENTENCES
    return found
