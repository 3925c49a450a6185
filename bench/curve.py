"""What a message costs in campaigns of 10 thousand to a million recipients, and what memory their worker needs.

python -m bench.curve [--sizes 10000,100000,1000000,2000000] [--json]

Two million take as long again as all the others, so that they are asked for.
"""

import argparse
import sys
import time

from bench.campaign import draft, launch, more, prepare, previewed
from bench.installation import served
from bench.smtp import sink
from bench.table import Line, show, tell
from bench.worker import send

SIZES = "10000,100000,1000000"


def measured(sizes: list[int]) -> list[Line]:
    found: list[Line] = []
    with served() as (sessions, environment), sink() as into:
        drafted = draft(sessions, sizes[0])
        for before, size in zip([sizes[0], *sizes], sizes, strict=False):
            more(sessions, before, size)
            campaign_id, confirmation = previewed(sessions, drafted)
            launch(sessions, campaign_id, confirmation)
            began = time.perf_counter()
            prepare(sessions, campaign_id)
            prepared = time.perf_counter() - began
            sent = send(environment, into)
            if sent.messages != size:
                raise SystemExit(f"{sent.messages} of {size} were sent")
            of, used = f"{size:,} recipients", sent.worker_us + sent.postgres_us
            sys.stderr.write(f"{of}: {sent.a_second:,.0f}/s, {used:.1f} us, {sent.megabytes:.0f} MB\n")
            found += [
                Line(f"curve.prepare_{size}", f"{of}: preparing", round(prepared, 2), "s", _preparing(size)),
                Line(f"curve.per_second_{size}", f"{of}: mails a second", round(sent.a_second), "/s"),
                Line(f"curve.cpu_{size}", f"{of}: CPU of 1,000, worker and PostgreSQL", round(used, 1), "ms"),
                Line(f"curve.peak_mb_{size}", f"{of}: peak memory", round(sent.megabytes, 1), "MB", "under 100"),
            ]
    return found


def _preparing(size: int) -> str:
    return "under 15" if size == 1_000_000 else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default=SIZES, help="rising, separated by commas")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = measured([int(size) for size in asked.sizes.split(",")])
    (tell if asked.json else show)(found)


if __name__ == "__main__":
    main()
