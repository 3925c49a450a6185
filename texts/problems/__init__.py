"""Problems in plain words: each code of `core.errors` has one sentence, in the file of its noun."""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from texts import _
from texts.manner import FIGURES
from texts.pacing import THRESHOLDS
from texts.reasons import ACTIONS, STATES
from texts.retention import KINDS
from texts.segments import channel

CODES = {
    "state": STATES,
    "action": ACTIONS,
    "kept": {kind: words for kind, (words, _leads_to) in KINDS.items()},
    "manner": {which: words for which, (words, _leads_to) in FIGURES.items()},
    **dict.fromkeys(("threshold", "milder", "worse"), THRESHOLDS),
}


def sentence(code: str, params: Mapping[str, object]) -> str:
    """What happened, where, and what to do; a code without a sentence names itself."""
    message = _sentences().get(code)
    if message is None:
        return _("Something went wrong (%(code)s).", code=code)
    return _(message) % {name: _worded(name, value) for name, value in params.items()}


def _worded(name: str, value: object) -> object:
    """States and actions in words; what is missing is left out."""
    if name == "channel":
        return channel(str(value))
    if name in CODES and str(value) in CODES[name]:
        return _(CODES[name][str(value)])
    return "" if value is None else value


@cache
def _sentences() -> dict[str, str]:
    found: dict[str, str] = {}
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        found |= importlib.import_module(module.name).SENTENCES
    return found
