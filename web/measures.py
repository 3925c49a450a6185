"""What the public pages count for Prometheus: answers by route and class, never by address."""

from prometheus_client import Counter, Gauge

answers = Counter("sendbote_web_answers", "Answers of the public pages.", ["route", "status"])
recorded = Counter("sendbote_web_events", "Events that came in, by where they went first.", ["to"])
groups = Counter("sendbote_web_groups", "Groups of events: each is one commit.", ["result"])
spooled = Gauge("sendbote_web_spool_bytes", "What waits on disk for the database.")
