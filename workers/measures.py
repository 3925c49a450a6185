"""What workers and the scheduler count for Prometheus."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from datetime import datetime

from prometheus_client import REGISTRY, Counter, Gauge
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from channels.known import CHANNELS
from core.queries.health import Health
from core.services.dispatcher import Drain
from core.vocabulary import CampaignState, DeliveryState
from metrics.tally import Tally

JOBS = ("prepare", "drain", "run_import")
COUNT_SECONDS = 1.0

accepted = Tally("sendbote_messages_accepted", "Messages that a provider took.", "channel", list(CHANNELS))
settled = Tally("sendbote_messages_settled", "Messages that a provider answered for.", "channel", list(CHANNELS))
faults = Tally("sendbote_channel_faults", "Drains that ended by a fault of their channel.", "channel", list(CHANNELS))
begun = Tally("sendbote_jobs_begun", "Jobs that were begun.", "job", JOBS)
ended = Tally("sendbote_jobs_ended", "Jobs that came to their end; the others failed or were killed.", "job", JOBS)

ticks = Counter("sendbote_ticks", "Looks for due work.")
ticked_at = Gauge("sendbote_last_tick_timestamp_seconds", "When due work was last looked for.")
expired = Counter("sendbote_leases_expired", "Deliveries brought back from workers that were not heard of any more.")
away = Gauge("sendbote_server_away", "Whether a server did not answer when last asked.", ["server"])
unserved = Gauge("sendbote_work_unserved_seconds", "For how long there has been work and nobody at it.", ["channel"])
queued = Gauge("sendbote_queue_jobs", "Jobs in Redis that wait for a worker.")
failed = Gauge("sendbote_queue_failed_jobs", "Jobs that failed within the last day.")


def of_worker() -> None:
    """Show what jobs count: to be called in the worker, before its first job is forked."""
    for tally in (accepted, settled, faults, begun, ended):
        REGISTRY.register(tally)


async def count(drain: Drain, channel: str) -> None:
    """Add up once a second what a drain has done: nothing is counted message by message. Ends by being cancelled."""
    before = (0, 0)
    try:
        while True:
            await asyncio.sleep(COUNT_SECONDS)
            before = _added(drain, channel, before)
    finally:
        _added(drain, channel, before)


def _added(drain: Drain, channel: str, before: tuple[int, int]) -> tuple[int, int]:
    done = (drain.drained.sent, drain.drained.settled)
    accepted.add(channel, done[0] - before[0])
    settled.add(channel, done[1] - before[1])
    return done


class Unserved:
    """Remembers since when a channel has had work and no drain."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def seen(self, idle: Mapping[str, bool]) -> None:
        """Channels with work, and whether nobody is at it."""
        now = time.monotonic()
        for channel in CHANNELS:
            if idle.get(channel):
                unserved.labels(channel).set(now - self._since.setdefault(channel, now))
            else:
                self._since.pop(channel, None)
                unserved.labels(channel).set(0)


class Shown(Collector):
    """The whole installation as the scheduler last saw it."""

    def __init__(self) -> None:
        self._health: Health | None = None

    def set(self, health: Health) -> None:
        self._health = health

    def collect(self) -> Iterable[Metric]:
        if self._health is None:
            return
        health = self._health
        yield _by("sendbote_deliveries", "Recent deliveries by state.", "state", health.deliveries, DeliveryState)
        yield _by("sendbote_campaigns", "Campaigns by state.", "state", health.campaigns, CampaignState)
        gates = GaugeMetricFamily("sendbote_gates_closed", "What waits, and for what.", labels=["scope", "reason"])
        for (scope, reason), number in health.gates.items():
            gates.add_metric([scope, reason], number)
        yield gates
        yield GaugeMetricFamily("sendbote_daily_limit", "Emails that may leave today.", health.limit)
        yield GaugeMetricFamily("sendbote_daily_limit_left", "Emails that may still leave today.", health.limit_left)
        yield GaugeMetricFamily("sendbote_batches", "Batches that workers hold.", health.batches)
        yield GaugeMetricFamily("sendbote_database_bytes", "The size of the database.", health.database_bytes)
        yield GaugeMetricFamily(
            "sendbote_last_backup_timestamp_seconds", "When a backup was last made.", _moment(health.backup_at)
        )


def _by(name: str, documentation: str, label: str, counts: Mapping[str, int], words: Iterable[str]) -> Metric:
    family = GaugeMetricFamily(name, documentation, labels=[label])
    for word in words:
        family.add_metric([str(word)], counts.get(str(word), 0))
    return family


def _moment(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0
