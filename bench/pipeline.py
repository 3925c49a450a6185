"""How fast a campaign leaves, from `pending` to `sent`, beside Postfix's `smtp-source -d` into the same `smtp-sink`.

    python -m bench.pipeline [--recipients 100000] [--rounds 3] [--workers 1] [--json]

Personalised letters of about 5 kB (HTML and text, three tracked links, open picture, unsubscribe headers) go the whole
way: claim within the day's limit, mark, render, SMTP, record. The two take turns in one run, and the machine's noise is
in both, so read the ratio.
"""

import argparse
import contextlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from sqlalchemy import text

import embedded
from bench.smtp import sink, theirs
from channels.email.press import press
from channels.known import CHANNELS
from core import database, migrations
from core.database import Sessions
from core.services import campaigns, recipients, segments, senders, settings, templates

CONNECTIONS = 20
SOURCE = """\
<html><body style="font-family: Arial, sans-serif; color: #222222">
<h1>Hello {{ first_name }}</h1>
<p>Thank you for being with us in {{ city|fallback("your town") }}. Here is what is new this week.</p>
%s
<p><a href="https://shop.example/spring">See what is new</a> or read <a href="https://shop.example/guide">our guide</a>.
Your local shop in {{ city|fallback("your town") }} is
<a href="https://shop.example/near?c={{ city|fallback("x") }}">here</a>.</p>
</body></html>
"""
PARAGRAPH = (
    "<p>Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore "
    "magna aliqua.</p>\n"
)
PEOPLE = [
    "INSERT INTO attributes (key, label, type) VALUES ('city', 'City', 'text')",
    """
    INSERT INTO contacts (first_name, last_name, language, attributes)
    SELECT 'Name' || n, 'Surname' || n, 'en', jsonb_build_object('city', 'City' || n % 100)
    FROM generate_series(1, :rows) AS n
    """,
    """
    INSERT INTO identities (contact_id, channel, address, address_key)
    SELECT id, 'email', 'user' || id || '@example.test', decode(md5(id::text), 'hex') FROM contacts
    """,
    "ANALYZE",
]


def prepare(sessions: Sessions, rows: int) -> int:
    """So many contacts, and a draft to all of them."""
    now = datetime.now(UTC)
    with sessions.begin() as session:
        for statement in PEOPLE:
            session.execute(text(statement), {"rows": rows} if ":rows" in statement else {})
    with sessions.begin() as session:
        settings.set_daily_limit(session, 100_000_000, by="bench", now=now)
        letter = templates.create(
            session,
            press,
            name="Letter",
            kind="html",
            subject="Hello {{ first_name }}",
            source=SOURCE % (PARAGRAPH * 14),
            by="bench",
        )
        everyone = segments.create_dynamic(session, name="Everyone", expression={"all": []}, by="bench")
        sender = senders.create(session, name="Shop", address="news@shop.example", by="bench")
        return campaigns.create(
            session,
            name="Round",
            template_id=letter.id,
            sender_id=sender.id,
            include=[everyone.id],
            exclude=[],
            by="bench",
        ).id


def launch(sessions: Sessions, draft: int) -> int:
    """A copy of the draft, launched and prepared; its id."""
    from core.queries import campaigns as queries
    from core.rules.outside import Outside

    now = datetime.now(UTC)
    with sessions.begin() as session:
        kept = queries.get(session, draft)
        copied = campaigns.create(
            session,
            name="Round",
            template_id=kept.template_id,
            sender_id=kept.sender_id,
            include=kept.include,
            exclude=[],
            by="bench",
        )
        looked = campaigns.preview(session, copied.id, now, channels=CHANNELS)
        sandbox = Outside(None, real_relay=False)
        campaigns.launch(
            session,
            copied.id,
            confirmation=looked.confirmation,
            outside=sandbox,
            channels=CHANNELS,
            by="bench",
            now=now,
        )
        campaign_id = copied.id
    done = recipients.prepare(
        sessions, campaign_id, channels=CHANNELS, holder="bench", clock=lambda: now, stop=lambda: False
    )
    assert done
    return campaign_id


def drain() -> None:
    """In a process of its own: send everything, and tell the CPU and memory that it took."""
    from workers.drains import drain_channel
    from workers.installation import opened

    began = time.perf_counter()
    with opened() as installation:
        drained = drain_channel(installation, "email", seconds=3600)
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "sent": drained.sent if drained else 0,
        "seconds": time.perf_counter() - began,
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "megabytes": used.ru_maxrss / 1024,
    }
    sys.stdout.write(json.dumps(told) + "\n")


@contextlib.contextmanager
def installation() -> Iterator[tuple[Sessions, dict[str, str]]]:
    with tempfile.TemporaryDirectory(prefix="sendbote-bench-") as data:
        try:
            with embedded.running(Path(data), durable=True) as servers:
                assert servers.database_url
                assert servers.redis_url
                engine = database.sync_engine(servers.database_url)
                migrations.upgrade(engine)
                environment = {
                    "SENDBOTE_DATA": data,
                    "SENDBOTE_DATABASE_URL": servers.database_url,
                    "SENDBOTE_REDIS_URL": servers.redis_url,
                    "SENDBOTE_LOG_LEVEL": "warning",
                }
                yield database.make_sessions(engine), environment
                engine.dispose()
        finally:
            embedded.forget(Path(data))


def ours(environment: dict[str, str], port: int, workers: int) -> dict[str, float]:
    """Drains side by side until nothing is left."""
    given = (
        os.environ
        | environment
        | {
            "SENDBOTE_SMTP_URL": f"smtp://127.0.0.1:{port}?tls=none",
            "SENDBOTE_SMTP_CONNECTIONS": str(CONNECTIONS),
            "SENDBOTE_WORKERS": str(workers),
        }
    )
    began, served = time.perf_counter(), _server_cpu(environment)
    command = [sys.executable, "-m", "bench.pipeline", "--drain"]
    running = [subprocess.Popen(command, env=given, stdout=subprocess.PIPE, text=True) for _ in range(workers)]  # noqa: S603
    told = [json.loads(process.communicate()[0].splitlines()[-1]) for process in running]
    sent = sum(one["sent"] for one in told)
    seconds = max(one["seconds"] for one in told)
    return {
        "sent": sent,
        "per_second": sent / seconds,
        "wall_seconds": time.perf_counter() - began,
        "worker_us": sum(one["cpu_seconds"] for one in told) / sent * 1e6,
        "postgres_us": (_server_cpu(environment) - served) / sent * 1e6,
        "megabytes": max(one["megabytes"] for one in told),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipients", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--drain", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.drain:
        return drain()
    rounds = []
    with installation() as (sessions, environment), sink() as port:
        draft = prepare(sessions, asked.recipients)
        for _ in range(asked.rounds):
            launch(sessions, draft)
            mine = ours(environment, port, asked.workers)
            if mine["sent"] != asked.recipients:
                raise SystemExit(f"{mine['sent']} of {asked.recipients} were sent")
            mine["smtp_source"] = theirs(port, asked.recipients, CONNECTIONS)
            mine["ratio"] = mine["per_second"] / mine["smtp_source"]
            rounds.append(mine)
            if not asked.json:
                _show(mine)
    ratio = statistics.median(one["ratio"] for one in rounds)
    if asked.json:
        sys.stdout.write(json.dumps({"rounds": rounds, "ratio_to_smtp_source": ratio}) + "\n")
    else:
        sys.stdout.write(f"median ratio {ratio:.2f}\n")
    return None


def _show(one: dict[str, float]) -> None:
    sys.stdout.write(
        f"{one['per_second']:>8,.0f}/s  worker {one['worker_us']:.1f} us, PostgreSQL {one['postgres_us']:.1f} us "
        f"a mail, {one['megabytes']:.0f} MB;  smtp-source -d {one['smtp_source']:,.0f}/s;  ratio {one['ratio']:.2f}\n"
    )
    sys.stdout.flush()


def _server_cpu(environment: dict[str, str]) -> float:
    """Seconds that PostgreSQL and its children have used so far, those that ended included."""
    import psutil

    with psycopg.connect(environment["SENDBOTE_DATABASE_URL"]) as connection:
        backend = connection.info.backend_pid
        server = psutil.Process(backend).parent()
        assert server
        used = 0.0
        for process in (server, *server.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                used += times.user + times.system + times.children_user + times.children_system
        return used


if __name__ == "__main__":
    main()
