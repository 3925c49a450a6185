"""Break everything, many times, and count what was lost.

    python -m tests.faults [--runs 4] [--people 600] [--seed 1] [--only WORDS]

Prints a line for each fault: runs, lost, sent twice, the most in doubt after one run with its bound, and the longest
silence of the mail server that followed. Exit code 1 if anything was lost, sent twice, or in doubt beyond the bound.
"""

import argparse
import contextlib
import sys
import time
from dataclasses import replace
from random import Random

from tests.faults.disk import DiskError
from tests.faults.keeper import until
from tests.faults.matrix import FAULTS, Fault
from tests.faults.world import Toll, World, world

SETTLED_SECONDS = 150.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="of each fault, at so many random points")
    parser.add_argument("--people", type=int, default=600, help="recipients of each run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="faults whose name holds these words")
    asked = parser.parse_args()
    chosen = [fault for fault in FAULTS if asked.only in fault.name]
    _print(f"{'fault':<42}{'runs':>5}{'lost':>6}{'twice':>6}{'in doubt':>14}{'seconds':>9}")
    groups = [[fault for fault in chosen if fault.small_disk is small] for small in (False, True)]
    held = [result for faults in groups if faults for result in together(faults, asked)]
    sys.exit(0 if all(held) else 1)


def together(faults: list[Fault], asked: argparse.Namespace) -> list[bool]:
    """Try them in one installation; whether each holds."""
    try:
        with world(asked.people, small_disk=faults[0].small_disk) as here:
            return [tried(here, fault, asked.runs, asked.seed) for fault in faults]
    except DiskError:
        for fault in faults:
            _print(f"{fault.name:<42} left out: only root, where mounting is allowed")
        return []


def tried(here: World, fault: Fault, runs: int, seed: int) -> bool:
    """Print its line; whether it holds."""
    tolls = [run(here, fault, Random(f"{seed} {fault.name} {number}")) for number in range(fault.runs or runs)]
    lost, twice = sum(toll.lost for toll in tolls), sum(toll.twice for toll in tolls)
    doubt, seconds = max(toll.doubt for toll in tolls), max(toll.seconds for toll in tolls)
    bound = f"{doubt} of {fault.doubts}"
    _print(f"{fault.name:<42}{len(tolls):>5}{lost:>6}{twice:>6}{bound:>14}{seconds:>9.1f}")
    for why in {toll.why for toll in tolls if toll.why}:
        _print(f"    {why}")
    return lost == 0 and twice == 0 and doubt <= fault.doubts


def run(here: World, fault: Fault, random: Random) -> Toll:
    """One campaign, broken at a random point between its first mail and its last."""
    here.forget()
    with fault.around(here) if fault.around else contextlib.nullcontext():
        campaign_id, confirmation = here.draft(many=fault.many)
        broken_at, broken_promise = time.time(), ""
        try:
            fault.launch(here, campaign_id, confirmation)
            here.await_mails(random.randint(1, int(here.people * 0.9)))
            broken_at = time.time()
            fault.strike(here, random, campaign_id)
        except AssertionError as promise:
            broken_promise = str(promise)
        until(lambda: here.settled(campaign_id), SETTLED_SECONDS, every=0.1)
        toll = here.toll(campaign_id, broken_at, many=fault.many)
        return replace(toll, lost=toll.lost + 1, why=broken_promise) if broken_promise else toll


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
