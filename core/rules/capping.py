"""How many messages one person gets in so many days, over all channels."""

from collections.abc import Collection
from dataclasses import dataclass

from core.errors import Invalid
from core.vocabulary import Purpose

MOST_MESSAGES, MOST_DAYS = 1000, 365
ALWAYS_EXEMPT = frozenset({Purpose.TEST, Purpose.SEED, Purpose.REPLY})
"""Who asks for a test or an answer wants it, and so does whoever is to get a copy of everything."""
USUALLY_EXEMPT = (Purpose.SERVICE, Purpose.CONSENT)


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `messages` in `days`; messages of the `exempt` purposes go all the same, and do not count."""

    messages: int
    days: int
    exempt: frozenset[str]

    def holds_for(self, purpose: str) -> bool:
        return purpose not in self.exempt


def made(messages: int, days: int, exempt: Collection[str]) -> Cap:
    """Raise Invalid (`cap.bad_messages`, `cap.bad_days`, `cap.bad_purpose`)."""
    if not 1 <= messages <= MOST_MESSAGES:
        raise Invalid("cap.bad_messages", where="messages", most=MOST_MESSAGES)
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("cap.bad_days", where="days", most=MOST_DAYS)
    if unknown := sorted(set(exempt) - set(Purpose)):
        raise Invalid("cap.bad_purpose", where="exempt", purpose=unknown[0])
    return Cap(messages, days, frozenset(exempt) | ALWAYS_EXEMPT)
