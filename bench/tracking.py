"""How many opened pictures and followed links one server process answers and records a second.

    python -m bench.tracking [--deliveries 100000] [--rounds 3] [--connections 64] [--json]

A campaign with three links was sent to that many people. In each round every picture is loaded once, and then one
link of every letter is followed, in random order. An answer is given only when its event is in the database, or on
disk; at the end all is proved to be recorded exactly once. In turns with them a plain aiohttp application answers the
same pictures and records nothing (`bench.plain`): a machine in a bad hour slows down both.
"""

import argparse
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from sqlalchemy import text

import embedded
from bench.load import Answers, ask
from config.keys import load_keys
from core import database, migrations
from core.database import Sessions
from core.queries import ledger
from core.rules import tokens

LINKS = 3
NUMBERS = "FROM generate_series(1, :rows) AS n"
STATEMENTS = [
    f"INSERT INTO contacts (first_name) SELECT 'Person ' || n {NUMBERS}",
    """
    INSERT INTO identities (contact_id, channel, address, address_key)
    SELECT id, 'email', 'person' || id || '@example.org', decode(md5('email' || id), 'hex') FROM contacts
    """,
    f"""
    INSERT INTO suppressions (list, channel, address_key, source)
    SELECT 'unsubscribed', 'email', decode(md5('somebody else' || n), 'hex'), 'import' {NUMBERS}
    """,
    "INSERT INTO senders (name, address) VALUES ('Shop', 'news@shop.example')",
    """
    INSERT INTO contents (kind, language, source, subject, text, hash)
    VALUES ('text', 'en', 'Hello', 'Hello', 'Hello', '')
    """,
    f"""
    INSERT INTO links (content_id, position, url)
    SELECT 1, n, 'https://shop.example/offers/' || n || '?from=letter' FROM generate_series(1, {LINKS}) AS n
    """,
    """
    INSERT INTO campaigns (name, channel, purpose, state, sender_id, content_id, include, created_by)
    VALUES ('Spring', 'email', 'marketing', 'sent', 1, 1, '[]', 'bench')
    """,
    """
    INSERT INTO origins (kind, channel, purpose, campaign_id, sender_id, open)
    VALUES ('campaign', 'email', 'marketing', 1, 1, false)
    """,
    "UPDATE campaigns SET origin_id = 1, launched_at = now(), prepared_at = now(), finished_at = now()",
    """
    INSERT INTO deliveries (origin_id, contact_id, identity_id, content_id, channel, state, attempt, address_key,
        settled_at)
    SELECT 1, contact_id, id, 1, 'email', 'sent', 1, address_key, now() FROM identities ORDER BY contact_id
    """,
]
RECORDED = """
    SELECT count(*), count(*) FILTER (WHERE reads = :reads AND clicks = :clicks),
        (SELECT count(*) FROM events) FROM engagements
"""


@dataclass(frozen=True, slots=True)
class Round:
    what: str
    a_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    """Of the server process, an answer; the database and this program use their own."""


@dataclass(frozen=True, slots=True)
class Server:
    process: psutil.Process
    host: str
    port: int

    def measure(self, what: str, paths: Sequence[str], connections: int, status: int) -> Round:
        before = self._cpu()
        answers = ask(self.host, self.port, paths, connections)
        cpu = self._cpu() - before
        if answers.statuses != {status: len(paths)}:
            raise SystemExit(f"{what}: {dict(answers.statuses)}")
        return _round(what, answers, cpu)

    def _cpu(self) -> float:
        used = self.process.cpu_times()
        return float(used.user + used.system)


def _round(what: str, answers: Answers, cpu: float) -> Round:
    p50, p99 = (round(answers.percentile(share) * 1000, 2) for share in (0.5, 0.99))
    return Round(what, round(answers.a_second), p50, p99, round(cpu / len(answers.took) * 1e6, 1))


@contextmanager
def installation() -> Iterator[tuple[Path, Sessions]]:
    with tempfile.TemporaryDirectory(prefix="sendbote-bench-") as made:
        home = Path(made)
        try:
            with embedded.running(home, redis=False) as servers:
                assert servers.database_url
                engine = database.sync_engine(servers.database_url)
                migrations.upgrade(engine)
                yield home, database.make_sessions(engine)
                engine.dispose()
        finally:
            embedded.forget(home)


@contextmanager
def serving(home: Path) -> Iterator[Server]:
    """The public pages as the product serves them, in a process of their own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SENDBOTE_")}
    environment = {**kept, "SENDBOTE_DATA": str(home), "SENDBOTE_PUBLIC_PORT": str(_free_port())}
    with _running([sys.executable, "-m", "cli.main", "web"], environment) as server:
        yield server


@contextmanager
def plain(home: Path) -> Iterator[Server]:
    with _running([sys.executable, "-m", "bench.plain", str(home)], dict(os.environ)) as server:
        yield server


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[Server]:
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        assert process.stdout
        address = process.stdout.readline().strip().removeprefix("http://")
        host, _, port = address.rpartition(":")
        try:
            yield Server(psutil.Process(process.pid), host, int(port))
        finally:
            process.terminate()


def fill(sessions: Sessions, rows: int) -> None:
    with sessions.begin() as session:
        for statement in STATEMENTS:
            session.execute(text(statement), {"rows": rows} if ":rows" in statement else {})
    with sessions() as session:
        session.connection(execution_options={"isolation_level": "AUTOCOMMIT"}).execute(text("VACUUM ANALYZE"))


def proved(sessions: Sessions, deliveries: int, rounds: int) -> str:
    """Every delivery was read and clicked once a round, and there is no event more; or the benchmark fails."""
    with sessions() as session:
        rows, right, events = session.execute(text(RECORDED), {"reads": rounds, "clicks": rounds}).one()
        offences = ledger.offences(session)
    if (rows, right, events) != (deliveries, deliveries, 2 * deliveries * rounds) or offences:
        raise SystemExit(f"not exactly once: {rows=} {right=} {events=} {offences=}")
    return f"{events:,} answers, each recorded exactly once"


def run(deliveries: int, rounds: int, connections: int) -> tuple[list[Round], str]:
    measured = []
    order = list(range(1, deliveries + 1))
    shuffled = random.Random(1)  # noqa: S311 - the same order every time
    with installation() as (home, sessions):
        fill(sessions, deliveries)
        key = load_keys(home).signing
        with serving(home) as server, plain(home) as beside:
            for number in range(rounds):
                shuffled.shuffle(order)
                opens = [f"/o/{tokens.sign(key, tokens.OPEN, one)}.png" for one in order]
                measured.append(beside.measure("plain", opens, connections, 200))
                measured.append(server.measure("opens", opens, connections, 200))
                shuffled.shuffle(order)
                clicks = [_click(key, one, (one + number) % LINKS + 1) for one in order]
                measured.append(server.measure("clicks", clicks, connections, 302))
        return measured, proved(sessions, deliveries, rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deliveries", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--json", action="store_true", help="print one line of JSON instead of the table")
    asked = parser.parse_args()
    measured, proof = run(asked.deliveries, asked.rounds, asked.connections)
    if asked.json:
        told = {"cores": os.cpu_count(), "connections": asked.connections, "rounds": list(map(asdict, measured))}
        sys.stdout.write(json.dumps({**told, "proof": proof}) + "\n")
        return
    sys.stdout.write(f"{asked.connections} connections, {asked.deliveries:,} deliveries, {os.cpu_count()} cores\n")
    for one in measured:
        sys.stdout.write(
            f"{one.what:<7}{one.a_second:>8,.0f}/s   p50 {one.p50_ms:>6.2f} ms   p99 {one.p99_ms:>6.2f} ms"
            f"   {one.cpu_us:>5.1f} us CPU an answer\n"
        )
    sys.stdout.write(f"{proof}\n")


def _click(key: bytes, delivery_id: int, link_id: int) -> str:
    return f"/c/{tokens.sign(key, tokens.CLICK, delivery_id, str(link_id))}/{link_id}"


def _free_port() -> int:
    """A port that is free now; the settings know no "any"."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


if __name__ == "__main__":
    main()
