"""Measuring seconds and showing them as a table, or as JSON for whoever compares runs."""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    what: str
    seconds: float
    """The best of the rounds: whatever else the machine does only ever adds."""
    found: str
    peak_mb: int
    """The most memory that this process has held until then; PostgreSQL's is its own."""


class Figures:
    """Gathers what was measured; `show` prints it."""

    def __init__(self, title: str, rounds: int) -> None:
        self._title, self._rounds = title, rounds
        self._figures: list[Figure] = []

    def best(self, what: str, work: Callable[[], object]) -> None:
        """Measure work that may be done again and again; what it returns stands beside the figure."""
        self._measure(what, work, self._rounds)

    def once(self, what: str, work: Callable[[], object]) -> None:
        """Measure work that changes what it works on."""
        self._measure(what, work, 1)

    def show(self, *, as_json: bool) -> None:
        if as_json:
            told = {"title": self._title, "cores": os.cpu_count(), "figures": [asdict(one) for one in self._figures]}
            sys.stdout.write(f"{json.dumps(told)}\n")
            return
        width = max(len(one.what) for one in self._figures)
        sys.stdout.write(f"{self._title}, {os.cpu_count()} cores\n")
        for one in self._figures:
            sys.stdout.write(f"{one.what:<{width}} {one.seconds:>9.3f} s {one.peak_mb:>6} MB  {one.found}\n")

    def _measure(self, what: str, work: Callable[[], object], rounds: int) -> None:
        took = []
        for _ in range(rounds):
            began = time.perf_counter()
            found = work()
            took.append(time.perf_counter() - began)
        self._figures.append(Figure(what, min(took), "" if found is None else str(found), _peak_mb()))


def _peak_mb() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024 * 1024 if sys.platform == "darwin" else 1024)
