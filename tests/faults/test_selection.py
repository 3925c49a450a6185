"""A few of the faults, once each; `make faults` runs all of them, many times."""

from collections.abc import Iterator
from random import Random

import pytest

from tests.faults.__main__ import run
from tests.faults.matrix import FAULTS
from tests.faults.world import World, world

SELECTION = (
    "kill -9 of the worker",
    "SIGTERM to the worker",
    "launched while Redis is away",
    "PostgreSQL killed",
    "launch pressed twice",
    "poisonous recipients",
    "Twilio fails, having taken it",
    "forged reports",
)


@pytest.fixture(scope="module")
def here() -> Iterator[World]:
    with world(people=300) as made:
        yield made


@pytest.mark.slow
@pytest.mark.parametrize("name", SELECTION)
def test_nothing_is_lost_and_nothing_sent_twice(here: World, name: str) -> None:
    fault = next(fault for fault in FAULTS if fault.name == name)
    toll = run(here, fault, Random(name))
    assert (toll.lost, toll.twice, toll.why) == (0, 0, "")
    assert toll.doubt <= fault.doubts
