"""When each campaign's figures are looked at again: often while they move, more seldom while they rest."""

from collections.abc import Iterable
from dataclasses import dataclass

LONGEST = 10.0
"""Seconds between two looks at figures that do not move."""
SHARE = 10
"""Counting may take a tenth of the time: the figures of a million recipients cost a second."""


@dataclass(slots=True)
class _Looked:
    state: str
    pause: float
    due: float


class Pace:
    """Remembers when each campaign was looked at; `now` is a clock that never jumps."""

    def __init__(self, shortest: float) -> None:
        self._shortest = shortest
        self._looked: dict[int, _Looked] = {}

    def is_due(self, campaign_id: int, state: str, now: float) -> bool:
        """A campaign whose state has moved is due at once."""
        last = self._looked.get(campaign_id)
        return last is None or last.state != state or now >= last.due

    def looked(self, campaign_id: int, state: str, *, moved: bool, took: float, now: float) -> None:
        last = self._looked.get(campaign_id)
        pause = self._shortest if moved or last is None else min(last.pause * 1.5, LONGEST)
        pause = max(pause, took * SHARE)
        self._looked[campaign_id] = _Looked(state, pause, now + pause)

    def keep_only(self, campaign_ids: Iterable[int]) -> None:
        """Forget the campaigns that nobody follows any more."""
        kept = set(campaign_ids)
        self._looked = {number: looked for number, looked in self._looked.items() if number in kept}
