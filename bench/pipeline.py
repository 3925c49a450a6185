"""How fast a campaign leaves, from `pending` to `sent`, beside Postfix's `smtp-source -d` into the same `smtp-sink`.

    python -m bench.pipeline [--recipients 100000] [--rounds 3] [--json]

Personalised letters of about 5 kB (HTML and text, three tracked links, open picture, unsubscribe headers) go the whole
way: claim within the day's limit, mark, render, SMTP, record. The two take turns in one run, and the machine's noise is
in both, so read the ratio. Two workers side by side come last: they show whether the database is the brake.
"""

import argparse
import statistics
import sys
from collections.abc import Callable

from bench.campaign import draft, launched
from bench.installation import served
from bench.smtp import Sink, sink, theirs
from bench.table import Line, show, tell
from bench.worker import CONNECTIONS, Sent, send
from core.database import Sessions

MS = "ms"
LETTER_BYTES = 5_830
"""Of the campaign's letter, headers included: `smtp-source` sends as much."""
PARTS = {
    "claim": "claim: limit, suppression, rows",
    "render": "render",
    "smtp": "SMTP",
    "record": "record: marks and outcomes",
    "loop": "event loop",
}


def measured(
    sessions: Sessions, environment: dict[str, str], into: Sink, recipients: int, rounds: int
) -> tuple[list[Sent], list[float], Sent]:
    """Our rounds, `smtp-source`'s in between, and one of two workers."""
    drafted = draft(sessions, recipients)
    ours, source = [], []
    for _ in range(rounds):
        launched(sessions, drafted)
        ours.append(_all(send(environment, into), recipients))
        source.append(theirs(into.port, recipients, CONNECTIONS, LETTER_BYTES))
        ratio = ours[-1].a_second / source[-1]
        sys.stderr.write(f"ours {ours[-1].a_second:,.0f}/s, smtp-source -d {source[-1]:,.0f}/s, ratio {ratio:.2f}\n")
    launched(sessions, drafted)
    return ours, source, _all(send(environment, into, workers=2), recipients)


def _all(sent: Sent, recipients: int) -> Sent:
    if sent.messages != recipients:
        raise SystemExit(f"{sent.messages} of {recipients} were sent")
    return sent


def lines(ours: list[Sent], source: list[float], two: Sent) -> list[Line]:
    """Medians of the rounds; a microsecond a message is a millisecond, and a thousandth of a second, a thousand."""
    ratio = statistics.median(one.a_second / other for one, other in zip(ours, source, strict=True))
    parts = [
        Line(f"pipeline.cpu_{part}", f"CPU of 1,000: {what}", _of(ours, lambda one, part=part: one.parts_us[part]), MS)  # type: ignore[misc]
        for part, what in PARTS.items()
    ]
    return [
        Line("pipeline.ratio_to_smtp_source", "ratio to smtp-source -d", round(ratio, 3), "", "0.75 at least, 1.0"),
        Line("pipeline.per_second", "mails a second", _of(ours, lambda one: one.a_second), "/s"),
        Line("pipeline.smtp_source_per_second", "smtp-source -d", round(statistics.median(source)), "/s"),
        *parts,
        Line("pipeline.cpu_worker", "CPU of 1,000: the worker in all", _of(ours, lambda one: one.worker_us), MS),
        Line("pipeline.cpu_postgres", "CPU of 1,000: PostgreSQL", _of(ours, lambda one: one.postgres_us), MS),
        Line("pipeline.cpu_sink", "CPU of 1,000: smtp-sink", _of(ours, lambda one: one.sink_us), MS),
        Line("pipeline.peak_mb", "peak memory of a worker", _of(ours, lambda one: one.megabytes), "MB", "under 100"),
        Line("pipeline.two_workers_per_second", "two workers side by side", round(two.a_second), "/s"),
        Line("pipeline.two_workers_cpu_worker", "CPU of 1,000: two workers", round(two.worker_us, 1), MS),
        Line("pipeline.two_workers_cpu_postgres", "CPU of 1,000: PostgreSQL then", round(two.postgres_us, 1), MS),
    ]


def _of(rounds: list[Sent], figure: Callable[[Sent], float]) -> float:
    return round(statistics.median(figure(one) for one in rounds), 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipients", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with served() as (sessions, environment), sink() as into:
        found = lines(*measured(sessions, environment, into, asked.recipients, asked.rounds))
    (tell if asked.json else show)(found)


if __name__ == "__main__":
    main()
