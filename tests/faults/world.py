"""A whole installation to break: PostgreSQL, Valkey, a mail server, scheduler and worker, people and campaigns."""

import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
from redis import Redis
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

import embedded
from channels.email.press import press
from channels.known import CHANNELS
from core import database, migrations
from core.queries import ledger
from core.queries import settings as business
from core.rules.outside import Outside
from core.services import campaigns, pacing, segments, senders, templates
from core.tables.campaigns import Campaign
from core.tables.contacts import Identity
from core.tables.deliveries import Delivery
from core.vocabulary import CampaignState, DeliveryState
from embedded.home import home_of, open_home
from embedded.postgres import postmaster
from tests.faults.disk import small
from tests.faults.keeper import Keeper, until
from tests.faults.scaled import CLOCK
from tests.integration.campaign_factory import make_contacts

BY = "faults"
MANY = 10_000
HERE = Outside(None, real_relay=False)
MOVING = (DeliveryState.PENDING, DeliveryState.AWAITING_CONSENT, DeliveryState.CLAIMED, DeliveryState.SENDING)


@dataclass(frozen=True, slots=True)
class Toll:
    """What one run cost."""

    lost: int
    twice: int
    doubt: int
    seconds: float
    """The longest silence of the mail server after the fault."""
    why: str = ""


class World:
    def __init__(self, data: Path, servers: embedded.Servers, people: int) -> None:
        assert servers.database_url
        assert servers.redis_url
        self.data, self.people = data, people
        self.redis_url = servers.redis_url
        self.home = open_home(data.resolve())
        self.public_port, self.sandbox_port, self.sandbox_smtp_port = free_ports(3)
        self.channel = "email"
        """Which one the campaigns go out by, and whose record is held against the ledger."""
        self.mail = data / "mail"
        self.mail.mkdir()
        self.engine = database.sync_engine(servers.database_url)
        migrations.upgrade(self.engine)
        self.sessions = database.make_sessions(self.engine)
        self.keeper = Keeper(self._environment(servers), data / "log")
        self.keeper.keep("mail", "tests.faults.mail", str(self.mail))
        if not until((self.mail / "port").exists):
            raise SystemExit("the mail server did not start")
        relay = {"SENDBOTE_SMTP_URL": f"smtp://anna:secret@127.0.0.1:{(self.mail / 'port').read_text()}?tls=none"}
        self.keeper.environment |= relay
        self._fill()
        for name in ("scheduler", "worker"):
            self.start(name)

    def start(self, name: str, program: str = "") -> None:
        self.keeper.keep(name, "tests.faults.scaled", program or name)

    def order(self, **order: object) -> None:
        """Tell the mail server what to do from now on."""
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self.mail / "orders"))
            line.sendall(json.dumps(order).encode() + b"\n")
            line.recv(10)

    def at(self, stage: str, answer: str, *, about: str = "", times: int | None = None, skip: int = 0) -> None:
        self.order(at=[stage, answer, about, times, skip])

    def accepted(self) -> list[tuple[float, str]]:
        """Everything that the mail server has taken over since the run began, or Twilio, by its own record."""
        if self.channel == "sms":
            return self._taken_by_twilio()
        path = self.mail / "record"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(float(line.split()[0]), line.split()[1]) for line in lines if " " in line]

    def draft(self, *, many: bool = False) -> tuple[int, str]:
        """A campaign to so many people, or to `MANY`, and the confirmation that launches it."""
        with self.sessions.begin() as session:
            made = campaigns.create(session, name="Fault", by=BY, exclude=[], **self._made[self.channel])
            if many:
                made.include = self.everyone
            looked = campaigns.preview(session, made.id, datetime.now(UTC), channels=CHANNELS)
            return made.id, looked.confirmation

    def launch(self, campaign_id: int, confirmation: str) -> None:
        with self.sessions.begin() as session:
            campaigns.launch(
                session,
                campaign_id,
                confirmation=confirmation,
                outside=HERE,
                channels=CHANNELS,
                by=BY,
                now=datetime.now(UTC),
            )

    def await_mails(self, count: int, seconds: float = 60.0) -> bool:
        """Until the mail server has taken so many since the run began."""
        return until(lambda: len(self.accepted()) >= count, seconds)

    def forget(self) -> None:
        """Begin a run: nothing under way, an empty record, nobody on a list, a mail server that does as usual."""
        self.order(clear=True, seconds=0.02, users={"anna": "secret"})
        (self.mail / "record").write_text("")
        self.jump(0)
        with self.sessions.begin() as session:
            session.execute(text("DELETE FROM suppressions"))
            session.execute(text("DELETE FROM gates"))

    def jump(self, seconds: float) -> None:
        """The business clock of all processes goes on from so many seconds ahead."""
        (self.data / "clock").write_text(str(seconds))

    def settled(self, campaign_id: int) -> bool:
        """Whether the campaign is over, as the database sees it; False while that is away."""
        try:
            with self.sessions() as session:
                campaign = session.get_one(Campaign, campaign_id)
                return campaign.state in (CampaignState.SENT, CampaignState.CANCELLED) and bool(campaign.finished_at)
        except DBAPIError:
            return False

    def in_doubt(self, campaign_id: int) -> int:
        return self._count(campaign_id, DeliveryState.IN_DOUBT)

    def moving(self, campaign_id: int) -> int:
        """How many wait or are under way."""
        return self._count(campaign_id, *MOVING)

    def toll(self, campaign_id: int, broken_at: float, *, many: bool = False) -> Toll:
        """The ledger and the mail server's record, held against each other."""
        accepted = self.accepted()
        got = Counter(address for _, address in accepted)
        with self.sessions() as session:
            origin = session.scalar(select(Campaign.origin_id).where(Campaign.id == campaign_id))
            rows = session.execute(
                text(
                    "SELECT i.address, d.state FROM deliveries d JOIN identities i ON i.id = d.identity_id "
                    "WHERE d.origin_id = :origin"
                ),
                {"origin": origin},
            ).all()
            offences = ledger.offences(session)
        states = Counter(state for _, state in rows)
        claimed_sent = [address for address, state in rows if state in ("sent", "delivered") and not got[address]]
        denied = [address for address, state in rows if got[address] and state in ("failed", "skipped", "cancelled")]
        moving = sum(states[state] for state in MOVING)
        missing = (MANY if many else self.people) - len(rows)
        lost = len(claimed_sent) + len(denied) + moving + missing
        why = f"{dict(states)} {[one.code for one in offences]}" if lost or offences else ""
        return Toll(
            lost + len(offences),
            sum(count - 1 for count in got.values()),
            states[DeliveryState.IN_DOUBT],
            _silence([at for at, _ in accepted], broken_at),
            why,
        )

    def kill_postgres(self, number: signal.Signals = signal.SIGKILL) -> None:
        pid = postmaster(self.home)
        assert pid
        psutil.Process(pid).send_signal(number)
        with contextlib.suppress(psutil.Error):
            psutil.Process(pid).wait(20)

    def switches_log(self) -> bool:
        """Whether PostgreSQL can begin another segment of its write-ahead log, which takes 16 MB of the disk."""
        try:
            with self.sessions.begin() as session:
                session.execute(text("SELECT pg_switch_wal()"))
                session.execute(text("SELECT pg_logical_emit_message(true, 'faults', repeat('x', 100000))"))
        except DBAPIError:
            return False
        return True

    def kill_valkey(self) -> None:
        with self.redis() as client:
            psutil.Process(int(client.info("server")["process_id"])).kill()

    def redis(self) -> "Redis":
        return Redis.from_url(self.redis_url)

    def revive(self) -> None:
        embedded.revive(self.data)

    def answers(self, port: int) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        return False

    def close(self) -> None:
        self.keeper.stop()
        self.engine.dispose()

    def _environment(self, servers: embedded.Servers) -> dict[str, str]:
        return {
            "SENDBOTE_DATA": str(self.data),
            "SENDBOTE_DATABASE_URL": str(servers.database_url),
            "SENDBOTE_REDIS_URL": str(servers.redis_url),
            "SENDBOTE_PUBLIC_PORT": str(self.public_port),
            "SENDBOTE_SANDBOX_PORT": str(self.sandbox_port),
            "SENDBOTE_SANDBOX_SMTP_PORT": str(self.sandbox_smtp_port),
            "SENDBOTE_SMS_RATE": "200",
            "SENDBOTE_LOG_LEVEL": "warning",
            CLOCK: str(self.data / "clock"),
        }

    def _fill(self) -> None:
        now = datetime.now(UTC)
        with self.sessions.begin() as session:
            make_contacts(session, self.people)
            make_contacts(session, MANY - self.people, start=self.people + 1)
            pacing.set_limit(session, 100_000_000, by=BY, now=now)
            business.put(session, "retry_first_seconds", 1, by=BY)
            everyone = segments.create_dynamic(session, name="Everyone", expression={"all": []}, by=BY)
            few = segments.create_static(session, name="A few", by=BY)
            segments.add(session, few.id, range(1, self.people + 1), by=BY, now=now)
            self.everyone = [everyone.id]
            _give_phones(session, self.people)
            business.put(session, "quiet_hours", {}, by=BY)
            senders_ = {"email": "news@shop.example", "sms": "+4915110000001"}
            self._made = {
                channel: _material(session, channel, address) | {"include": [few.id]}
                for channel, address in senders_.items()
            }

    def _count(self, campaign_id: int, *states: DeliveryState) -> int:
        with self.sessions() as session:
            origin = select(Campaign.origin_id).where(Campaign.id == campaign_id).scalar_subquery()
            those = (Delivery.origin_id == origin, Delivery.state.in_(states))
            return session.scalar(select(func.count()).where(*those)) or 0

    def _taken_by_twilio(self) -> list[tuple[float, str]]:
        with contextlib.closing(sqlite3.connect(self.data / "sandbox" / "twilio.sqlite")) as record:
            return list(record.execute("SELECT at, recipient FROM messages ORDER BY number"))


def free_ports(count: int) -> list[int]:
    """Ports that nobody has now."""
    with contextlib.ExitStack() as held:
        servers = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [server.getsockname()[1] for server in servers]


def _material(session: Session, channel: str, address: str) -> dict[str, Any]:
    """A letter and a sender of a channel."""
    kind, subject = ("text", "Hello") if channel == "email" else ("short", "")
    given = {"name": f"By {channel}", "kind": kind, "subject": subject, "source": "Hello {{ first_name }}"}
    letter = templates.create(session, press, **given, extras={}, by=BY)
    sender = senders.create(session, name="Shop", address=address, channel=channel, by=BY)
    return {"channel": channel, "template_id": letter.id, "sender_id": sender.id}


def _give_phones(session: Session, people: int) -> None:
    """One to each of the first so many contacts."""
    phones = [
        {"contact_id": one, "channel": "sms", "address": f"+491511{one:06d}", "address_key": one.to_bytes(16, "big")}
        for one in range(1, people + 1)
    ]
    session.execute(insert(Identity), phones)


def _silence(times: list[float], since: float) -> float:
    """The longest time without a mail from `since` to the last one."""
    later = [since, *(at for at in times if at > since)]
    return max((after - before for before, after in pairwise(later)), default=0.0)


@contextlib.contextmanager
def world(people: int, *, small_disk: bool = False) -> Iterator[World]:
    """Raises DiskError where the servers' files cannot be put on a disk that is small enough to be filled."""
    data = Path(tempfile.mkdtemp(prefix="sendbote-faults-"))
    disk = small(home_of(data.resolve())) if small_disk else contextlib.nullcontext()
    try:
        with disk, embedded.running(data, durable=True) as servers:
            made = World(data, servers, people)
            try:
                yield made
            finally:
                embedded.revive(data)
                made.close()
    finally:
        embedded.forget(data)
        if os.environ.get("SENDBOTE_KEEP_FAULTS") is None:
            shutil.rmtree(data, ignore_errors=True)
