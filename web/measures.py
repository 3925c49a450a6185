"""What the public pages count for Prometheus: answers by route and class, never by address."""

from functools import cache

from prometheus_client import Counter, Gauge

answers = Counter("sendbote_web_answers", "Answers of the public pages.", ["route", "status"])
quick = Counter("sendbote_web_quick_answers", "Those of them that were given in front of the application.")
recorded = Counter("sendbote_web_events", "Events that came in, by where they went first.", ["to"])
groups = Counter("sendbote_web_groups", "Groups of events: each is one commit.", ["result"])
spooled = Gauge("sendbote_web_spool_bytes", "What waits on disk for the database.")


@cache
def answered(route: str, hundreds: int) -> Counter:
    """By route, of which there are a few: a stranger's words are never a label."""
    return answers.labels(route, f"{hundreds}xx")
