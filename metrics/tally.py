"""Counters in memory that a process shares with those it forks: what a forked job adds, its worker still shows.

RQ runs each job in a child of its worker. A file for every child, as prometheus_client's own way with several
processes has it, would be thousands of files a day; a child that is killed here takes nothing with it.
"""

import mmap
import struct
from collections.abc import Iterable, Sequence

from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

_NUMBER = struct.Struct("=d")


class Tally(Collector):
    """One counter with one label of closed values; only one process may add at a time, as a worker runs one job."""

    def __init__(self, name: str, documentation: str, label: str, values: Sequence[str]) -> None:
        self._name, self._documentation, self._label = name, documentation, label
        self._places = {value: number * _NUMBER.size for number, value in enumerate(values)}
        self._memory = mmap.mmap(-1, max(1, len(values)) * _NUMBER.size)

    def add(self, value: str, amount: float = 1) -> None:
        """A value that the counter does not know is left out: labels come from closed words, never from outside."""
        place = self._places.get(value)
        if place is not None:
            _NUMBER.pack_into(self._memory, place, _NUMBER.unpack_from(self._memory, place)[0] + amount)

    def collect(self) -> Iterable[CounterMetricFamily]:
        family = CounterMetricFamily(self._name, self._documentation, labels=[self._label])
        for value, place in self._places.items():
            family.add_metric([value], _NUMBER.unpack_from(self._memory, place)[0])
        yield family
