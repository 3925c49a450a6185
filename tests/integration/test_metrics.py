"""Figures for Prometheus: right across forks and kills, on sockets for their owner only, with nobody in them."""

import os
import re
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from redis import Redis
from sqlalchemy import update

from cli.ports import held_port
from core.database import Sessions
from core.queries import gates
from core.queries.health import health
from core.tables.deliveries import Delivery
from core.vocabulary import DeliveryState, GateScope
from metrics import gathering, serving
from metrics.tally import Tally
from tests.integration.campaign_factory import make_campaign
from workers import measures
from workers.watching import Watch

FORKED = """
import os, signal
from metrics.tally import Tally
tally = Tally("jobs", "Jobs.", "job", ["drain"])
for dies in (False, True):
    pid = os.fork()
    if pid == 0:
        tally.add("drain", 2)
        tally.add("unknown")
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)
        os._exit(0)
    os.waitpid(pid, 0)
(family,) = tally.collect()
print([(sample.labels, sample.value) for sample in family.samples])
"""
LABELS = {"process", "route", "status", "to", "result", "channel", "job", "server", "state", "scope", "reason", "le",
          "generation", "implementation", "major", "minor", "patchlevel", "version"}  # fmt: skip
"""Every label that there is: all of closed words."""


def test_what_a_forked_job_counts_its_worker_shows_even_if_the_job_is_killed() -> None:
    said = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[({'job': 'drain'}, 4.0)]"


def test_one_port_shows_every_process_by_name_and_who_is_gone(tmp_path: Path) -> None:
    server = gathering.serve(tmp_path, held_port(0, set()))
    try:
        os.environ["SENDBOTE_PROCESS"] = "worker 1"
        serving.serve(tmp_path, "worker")
        folder = tmp_path / serving.FOLDER
        assert (folder / "worker 1.sock").stat().st_mode & 0o077 == 0
        assert folder.stat().st_mode & 0o077 == 0
        dead = serving.Server(str(folder / "web.sock"), serving.Answer)
        dead.server_close()
        said = asked(server.server_address[1])
    finally:
        del os.environ["SENDBOTE_PROCESS"]
        server.shutdown()
        server.server_close()
    assert 'sendbote_process_up{process="worker 1"} 1.0' in said
    assert 'sendbote_process_up{process="web"} 0.0' in said
    assert re.search(r'process_resident_memory_bytes\{process="worker 1"\} \d', said)
    assert said.count("# TYPE sendbote_process_up gauge") == 1


def test_the_installation_is_seen_without_anybody_in_it(sessions: Sessions, redis_url: str) -> None:
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=4, name="Anna's secret")
        session.execute(update(Delivery).where(Delivery.id == 1).values(state=DeliveryState.IN_DOUBT))
        gates.close(session, GateScope.CAMPAIGN, str(campaign.id), reason="paused", by="Anna")
    shown = measures.Shown()
    with sessions() as session:
        shown.set(health(session, datetime.now(UTC)))
    registry = CollectorRegistry()
    registry.register(shown)
    said = generate_latest(registry).decode()
    assert 'sendbote_deliveries{state="in_doubt"} 1.0' in said
    assert 'sendbote_deliveries{state="pending"} 3.0' in said
    assert 'sendbote_gates_closed{reason="paused",scope="campaign"} 1.0' in said
    assert "Anna" not in said
    watch = Watch()
    watch.look(sessions, Redis.from_url(redis_url), datetime.now(UTC))


def test_every_label_is_of_closed_words() -> None:
    """A name, an address or a number of a person as a label would be kept for ever, and never end."""
    from prometheus_client import REGISTRY

    import admin.measures
    import bot.measures
    import web.measures

    assert admin.measures, bot.measures
    assert web.measures
    families = text_string_to_metric_families(generate_latest(REGISTRY).decode())
    used = {label for family in families for sample in family.samples for label in sample.labels}
    assert used <= LABELS


def test_work_that_nobody_is_at_is_seen() -> None:
    unserved = measures.Unserved()
    unserved.seen({"email": True})
    unserved.seen({"email": True})
    assert measures.unserved.labels("email")._value.get() > 0
    unserved.seen({"email": False})
    assert measures.unserved.labels("email")._value.get() == 0


def test_a_tally_is_nought_before_anything_happened() -> None:
    (family,) = Tally("sent", "Sent.", "channel", ["email", "sms"]).collect()
    assert [sample.value for sample in family.samples] == [0, 0]


def asked(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return str(answer.read().decode())
