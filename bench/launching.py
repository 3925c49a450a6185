"""How soon after its launch a campaign's first mail leaves, and how soon a pause holds: with scheduler, RQ and worker.

    python -m bench.launching [--recipients 1000000] [--rounds 3] [--json]

The launch is committed in this process, as the panel does it; a scheduler and a worker of the product, in processes of
their own, hear of it. A mail has left when its provider has answered.
"""

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from sqlalchemy import func, select

from bench.campaign import draft, launch, previewed
from bench.installation import served
from bench.smtp import sink
from bench.table import Line, show, tell
from bench.worker import CONNECTIONS
from core.database import Sessions
from core.queries import campaigns as queries
from core.services import campaigns
from core.tables.deliveries import Delivery

LONGEST_SECONDS = 60.0


@contextlib.contextmanager
def working(environment: Mapping[str, str]) -> Iterator[None]:
    """The product's scheduler and one worker, until the block ends."""
    commands = [[sys.executable, "-m", "cli.main", name] for name in ("scheduler", "worker")]
    given = {**os.environ, **environment}
    running = [subprocess.Popen(command, env=given) for command in commands]  # noqa: S603 - the commands are ours
    try:
        time.sleep(6)
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


def once(sessions: Sessions, drafted: int) -> tuple[float, float]:
    """Seconds from the launch to the first mail, and from the pause to the last."""
    campaign_id, confirmation = previewed(sessions, drafted)
    began = datetime.now(UTC)
    launch(sessions, campaign_id, confirmation)
    deadline = time.monotonic() + LONGEST_SECONDS
    while (first := _sent(sessions, campaign_id, "min")) is None:
        if time.monotonic() > deadline:
            raise SystemExit("nothing was sent")
        time.sleep(0.05)
    time.sleep(2)
    with sessions.begin() as session:
        campaigns.pause(session, campaign_id, by="bench")
    paused = datetime.now(UTC)
    time.sleep(3)
    last = _sent(sessions, campaign_id, "max")
    assert last is not None
    with sessions.begin() as session:
        campaigns.cancel(session, campaign_id, by="bench", now=datetime.now(UTC))
    while not _is_over(sessions, campaign_id):
        time.sleep(0.2)
    return (first - began).total_seconds(), max(0.0, (last - paused).total_seconds())


def _is_over(sessions: Sessions, campaign_id: int) -> bool:
    with sessions() as session:
        return queries.get(session, campaign_id).finished_at is not None


def _sent(sessions: Sessions, campaign_id: int, which: str) -> datetime | None:
    with sessions() as session:
        origin_id = queries.get(session, campaign_id).origin_id
        found = select(getattr(func, which)(Delivery.settled_at)).where(Delivery.origin_id == origin_id)
        return session.scalar(found.where(Delivery.state == "sent"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipients", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with served() as (sessions, environment), sink() as into:
        drafted = draft(sessions, asked.recipients)
        relay = f"smtp://127.0.0.1:{into.port}?tls=none"
        given = {**environment, "SENDBOTE_SMTP_URL": relay, "SENDBOTE_SMTP_CONNECTIONS": str(CONNECTIONS)}
        rounds = []
        with working(given):
            for _ in range(asked.rounds):
                rounds.append(once(sessions, drafted))
                sys.stderr.write(f"first mail after {rounds[-1][0]:.2f} s, paused after {rounds[-1][1]:.2f} s\n")
                time.sleep(2)
    of = f"of {asked.recipients:,}"
    found = [
        Line("launch.first_mail", f"first mail {of} after its launch", _median(rounds, 0), "s", "under 1"),
        Line("launch.pause", f"last mail {of} after a pause", _median(rounds, 1), "s", "under 1"),
    ]
    (tell if asked.json else show)(found)


def _median(rounds: list[tuple[float, float]], which: int) -> float:
    return round(statistics.median(one[which] for one in rounds), 3)


if __name__ == "__main__":
    main()
