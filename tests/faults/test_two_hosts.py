"""Two machines send one campaign, with a database and a Redis in common; one of them is taken away in the middle."""

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest
from sqlalchemy import select, text

from config.keys import load_keys
from core.queries import ledger
from core.tables.leases import Lease
from tests.faults.keeper import until
from tests.faults.world import World, world

PEOPLE = 1_200
AT_MOST_IN_DOUBT = 100
"""What one worker may have between mark and outcome."""


@pytest.mark.slow
def test_a_machine_that_vanishes_takes_nobodys_letter_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENDBOTE_ALL_WORKERS", "2")
    with world(people=PEOPLE) as here:
        here.forget()
        here.order(seconds=0.3)
        other = second_machine(here, tmp_path / "other")
        campaign_id, confirmation = here.draft()
        here.launch(campaign_id, confirmation)
        assert until(lambda: drains(here) == 2), "both machines take part"
        assert here.await_mails(300)
        vanish(other)
        broken_at = time.time()
        assert until(lambda: here.settled(campaign_id), 120)
        toll = here.toll(campaign_id, broken_at)
        assert (toll.lost, toll.twice, toll.why) == (0, 0, "")
        assert toll.doubt <= AT_MOST_IN_DOUBT
        got = Counter(address for _, address in here.accepted())
        assert len(got) >= PEOPLE - toll.doubt
        assert set(got.values()) == {1}
        with here.sessions() as session:
            assert ledger.offences(session) == []


def second_machine(here: World, data: Path) -> "subprocess.Popen[bytes]":
    """A worker with a data directory of its own; servers and keys are those of the first machine."""
    keys = load_keys(here.data)
    environment = here.keeper.environment | {
        "SENDBOTE_DATA": str(data),
        "SENDBOTE_ADDRESS_KEY": keys.addresses.hex(),
        "SENDBOTE_SIGNING_KEY": keys.signing.hex(),
    }
    command = [sys.executable, "-m", "tests.faults.scaled", "worker"]
    return subprocess.Popen(command, env={**os.environ, **environment}, start_new_session=True)


def vanish(machine: "subprocess.Popen[bytes]") -> None:
    """`kill -9` of everything that runs there, at once."""
    family = [psutil.Process(machine.pid), *psutil.Process(machine.pid).children(recursive=True)]
    for process in family:
        process.kill()
    machine.wait(10)


def drains(here: World) -> int:
    with here.sessions() as session:
        alive = select(Lease.holder).where(Lease.name.startswith("drain:email:"), text("expires_at > now()"))
        return len(set(session.scalars(alive)))
