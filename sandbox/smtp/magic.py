"""Addresses that say in their local part how they want to be treated, as the simulators of providers have them."""

import re
from functools import lru_cache

from sandbox.smtp import words
from sandbox.smtp.rules import Deed, Rule, Stage

_DEEDS = {
    "bounce": Deed.BOUNCE,
    "refuse": Deed.REFUSE,
    "defer": Deed.DEFER,
    "greylist": Deed.DEFER,
    "slow": Deed.DELAY,
    "drop": Deed.DROP,
}
_STATUS = re.compile(r"([45][0-9]{2})(?:-([45]\.[0-9]+\.[0-9]+))?(?:-|$)")


def rule_for(recipient: str) -> Rule | None:
    """The treatment that the address asks for.

    `refuse-550…`, `refuse-full…`, `refuse-550-5.7.1…` refuse at RCPT; `defer-451…` always defers, `greylist…` only
    the first attempt; `slow…` waits two seconds before it takes the letter, `slow-10…` ten; `drop-after-dot…` hangs up
    at that stage; `bounce…`, `bounce-full…` take the letter and send it back. Any other address: None.
    """
    start = recipient.split("@", 1)[0].split("-", 1)[0].split("+", 1)[0].lower()
    return _rule(recipient) if start in _DEEDS else None


@lru_cache(maxsize=10_000)
def _rule(recipient: str) -> Rule:
    """Remembered, so that an address that is to be deferred once is known when it comes again."""
    name, _, rest = recipient.split("@", 1)[0].lower().replace("+", "-").partition("-")
    deed = _DEEDS[name]
    if deed is Deed.DELAY:
        seconds = re.match(r"[0-9]+", rest)
        return Rule(deed, Stage.DOT, seconds=min(float(seconds[0]), 600.0) if seconds else 2.0)
    if deed is Deed.DROP:
        return Rule(deed, Stage(_longest(rest, [stage.value for stage in Stage], Stage.DOT.value)))
    return Rule(deed, reply=_reply(rest), attempts=1 if name == "greylist" else None)


def _reply(rest: str) -> str:
    status = _STATUS.match(rest)
    if status is None:
        return _longest(rest, list(words.REPLIES), "")
    if status[2]:
        return f"{status[1]}-{status[2]}"
    return status[1] if status[1] in words.BY_CODE else f"{status[1]} {status[1][0]}.0.0 not accepted"


def _longest(rest: str, names: list[str], otherwise: str) -> str:
    return max((name for name in names if rest.startswith(name)), key=len, default=otherwise)
