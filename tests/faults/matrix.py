"""The faults, one function each; what it does to the world stands in its first line, as the table prints it."""

import asyncio
import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from sqlalchemy import select, text

from core.database import async_engine
from core.errors import IllegalTransition
from core.messages import Event
from core.services import campaigns, events
from core.tables.campaigns import Campaign
from core.tables.deliveries import Delivery
from core.vocabulary import EventKind
from tests.faults import phones
from tests.faults.disk import fill
from tests.faults.keeper import until
from tests.faults.pages import kill_while_people_read, served
from tests.faults.world import BY, World

CUT = 20
"""As many connections are open, each perhaps with a letter behind its dot."""
UNDER_WAY = 100
"""The most letters that a worker which is killed may leave in doubt."""
SECONDS_A_KILL = 5.0
SLOWEST_LETTER = 1.0
"""Well within the patience with a mail server, as it is here."""

Strike = Callable[[World, Random, int], None]
Launch = Callable[[World, int, str], None]
Around = Callable[[World], contextlib.AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Fault:
    name: str
    strike: Strike
    doubts: int = 0
    """The most that may be in doubt after one run: 100 for each worker that is killed, and each answer withheld."""
    launch: Launch = World.launch
    around: Around | None = None
    """What surrounds each run."""
    many: bool = False
    """Whether its campaign goes to more people, for a fault that takes longer."""
    runs: int | None = None
    """How many, if not as many as asked for."""
    small_disk: bool = False
    """Whether the servers' files are on a disk that can be filled."""


def kill(*names: str) -> Strike:
    def strike(world: World, random: Random, campaign_id: int) -> None:
        world.keeper.kill(*names)

    return strike


def kill_horse(world: World, random: Random, campaign_id: int) -> None:
    for child in world.keeper.children("worker"):
        child.kill()


def kill_all_fifty_times(world: World, random: Random, campaign_id: int) -> None:
    """Every other time not before a letter has left again; and slowly enough for some to be left at the last one."""
    for kills in range(50, 0, -1):
        spare = max(world.moving(campaign_id) - kills * UNDER_WAY, 1)
        world.order(seconds=min(CUT * kills * SECONDS_A_KILL / spare, SLOWEST_LETTER))
        world.keeper.kill("worker", "scheduler", *(["web"] if "web" in world.keeper.names else []))
        time.sleep(random.uniform(0.1, 3.0))
        if kills % 2:
            world.await_mails(len(world.accepted()) + 1)
    assert not world.settled(campaign_id), "the campaign was over before the last of fifty kills"
    world.order(seconds=0.02)


def terminate_worker(world: World, random: Random, campaign_id: int) -> None:
    world.keeper.signal("worker", signal.SIGTERM)


def freeze(world: World, random: Random, campaign_id: int) -> None:
    """Past its lease, while another worker goes on; then it wakes."""
    stopped = [*world.keeper.children("worker"), world.keeper.process("worker")]
    for process in stopped:
        with contextlib.suppress(Exception):
            process.suspend()
    world.start("second", "worker")
    until(lambda: world.settled(campaign_id), 25)
    for process in stopped:
        with contextlib.suppress(Exception):
            process.resume()
    time.sleep(2)
    world.keeper.drop("second")


def empty_redis(world: World, random: Random, campaign_id: int) -> None:
    with world.redis() as client:
        client.flushall()


def kill_redis(world: World, random: Random, campaign_id: int) -> None:
    world.kill_valkey()
    world.revive()


def redis_away(world: World, random: Random, campaign_id: int) -> None:
    world.kill_valkey()
    time.sleep(random.uniform(5, 12))
    world.revive()


def launch_without_redis(world: World, campaign_id: int, confirmation: str) -> None:
    """Sent while Redis is away: the worker finds it by itself."""
    world.kill_valkey()
    time.sleep(1)
    world.launch(campaign_id, confirmation)


def redis_back(world: World, random: Random, campaign_id: int) -> None:
    sent = until(lambda: world.settled(campaign_id), 60)
    world.revive()
    assert sent, "nothing was sent while Redis was away"


def postgres_by(number: signal.Signals) -> Strike:
    def strike(world: World, random: Random, campaign_id: int) -> None:
        world.kill_postgres(number)
        time.sleep(random.uniform(0, 2))
        world.revive()

    return strike


def full_disk(world: World, random: Random, campaign_id: int) -> None:
    """For some seconds not a byte is left; whoever gave up is started again when there is room."""
    world.order(seconds=0.2)
    waste = fill(world.home.path)
    assert until(lambda: not world.switches_log()), "PostgreSQL did not notice that the disk is full"
    time.sleep(random.uniform(1, 6))
    waste.unlink()
    world.revive()
    world.order(seconds=0.02)


def mail_at(stage: str, answer: str, most: int) -> Strike:
    def strike(world: World, random: Random, campaign_id: int) -> None:
        if stage in ("connect", "ehlo"):
            world.order(hang_up=True)
        world.at(stage, answer, times=random.randint(1, most))

    return strike


def change_password(world: World, random: Random, campaign_id: int) -> None:
    world.order(users={"anna": "changed"}, hang_up=True)
    time.sleep(random.uniform(1, 3))
    world.order(users={"anna": "secret"})


def press_twice(world: World, campaign_id: int, confirmation: str) -> None:
    refused: list[Exception] = []

    def press() -> None:
        try:
            world.launch(campaign_id, confirmation)
        except IllegalTransition as problem:
            refused.append(problem)

    presses = [threading.Thread(target=press) for _ in range(2)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert len(refused) == 1, "the second press has launched it again"


def nothing(world: World, random: Random, campaign_id: int) -> None:
    pass


def pause_and_resume(world: World, random: Random, campaign_id: int) -> None:
    with world.sessions.begin() as session:
        campaigns.pause(session, campaign_id, by=BY)
    time.sleep(1)
    held = len(world.accepted())
    time.sleep(1)
    assert len(world.accepted()) == held, "something was sent more than a second after the pause"
    with world.sessions.begin() as session:
        campaigns.resume(session, campaign_id, by=BY)


def customers_say(kind: EventKind) -> Strike:
    def strike(world: World, random: Random, campaign_id: int) -> None:
        with world.sessions() as session:
            origin = session.scalar(select(Campaign.origin_id).where(Campaign.id == campaign_id))
            ids = list(session.scalars(select(Delivery.id).where(Delivery.origin_id == origin)))
        said = [
            Event(kind, "faults", f"{campaign_id}:{one}", datetime.now(UTC), one)
            for one in random.sample(ids, min(20, len(ids)))
        ]
        asyncio.run(_record(str(world.engine.url.render_as_string(hide_password=False)), said))

    return strike


async def _record(url: str, said: list[Event]) -> None:
    engine = async_engine(url)
    async with engine.begin() as connection:
        await events.record(connection, said)
    await engine.dispose()


def clock_jumps(world: World, random: Random, campaign_id: int) -> None:
    """Hours forward and back, over midnight and both changes of daylight saving."""
    for hours in (1, -1, 26, -30, 24 * 120):
        world.jump(hours * 3600)
        time.sleep(random.uniform(0.1, 0.5))
    world.jump(0)


@contextlib.contextmanager
def two_schedulers(world: World) -> Iterator[None]:
    world.start("other scheduler", "scheduler")
    yield
    world.keeper.drop("other scheduler")


@contextlib.contextmanager
def poison(world: World) -> Iterator[None]:
    """An encoded line break in one name, a real one in an address, and one that is no address at all."""
    poisonous = {
        "UPDATE contacts SET first_name = :value WHERE id = 17": "=?utf-8?q?Hi=0D=0ABcc=3A_x=40example.org?=",
        "UPDATE identities SET address = :value WHERE contact_id = 23": "per\r\nBcc: son@example.org",
        "UPDATE identities SET address = :value WHERE contact_id = 29": "\x00".replace("\x00", "><@"),
    }
    with world.sessions.begin() as session:
        session.execute(text("ALTER TABLE identities DISABLE TRIGGER USER"))
        for statement, value in poisonous.items():
            session.execute(text(statement), {"value": value})
    yield
    with world.sessions.begin() as session:
        session.execute(text("UPDATE contacts SET first_name = 'Person 17' WHERE id = 17"))
        session.execute(
            text(
                "UPDATE identities SET address = 'person' || contact_id || '@example.org' WHERE contact_id IN (23, 29)"
            )
        )
        session.execute(text("ALTER TABLE identities ENABLE TRIGGER USER"))


STAGES = ("connect", "ehlo", "mail", "rcpt", "data")
FIRST = ("connect", "ehlo")
"""To see new connections fail, the open ones are cut first."""
FAULTS = (
    Fault("kill -9 of the worker", kill("worker"), doubts=100),
    Fault("kill -9 of its horse", kill_horse, doubts=100),
    Fault("kill -9 of the scheduler", kill("scheduler")),
    Fault("kill -9 of all at once", kill("worker", "scheduler"), doubts=100),
    Fault("… fifty times in a row", kill_all_fifty_times, doubts=5000, many=True, runs=1),
    Fault("SIGTERM to the worker", terminate_worker),
    Fault("a worker frozen past its lease, woken", freeze, doubts=100, runs=2),
    Fault("kill -9 of the public pages", kill_while_people_read, around=served),
    Fault("two schedulers, one killed", kill("other scheduler"), around=two_schedulers),
    Fault("Redis emptied", empty_redis),
    Fault("Redis killed and started again", kill_redis),
    Fault("Redis away for a while", redis_away, runs=2),
    Fault("launched while Redis is away", redis_back, launch=launch_without_redis, runs=2),
    Fault("PostgreSQL restarted", postgres_by(signal.SIGINT), doubts=100),
    Fault("PostgreSQL killed", postgres_by(signal.SIGKILL), doubts=100),
    *(
        Fault(f"mail server drops at {stage.upper()}", mail_at(stage, "DROP", 30), doubts=CUT if stage in FIRST else 0)
        for stage in STAGES
    ),
    Fault("… in the middle of a body", mail_at("data", "DROP_IN_BODY", 30), doubts=30),
    Fault("… after the dot, before it took it", mail_at("body", "DROP", 30), doubts=30),
    Fault("… after the dot, having taken it", mail_at("body", "KEEP_AND_DROP", 30), doubts=30),
    Fault("mail server hangs before DATA", mail_at("rcpt", "HANG", 10)),
    Fault("… after the dot, having taken it", mail_at("body", "KEEP_AND_HANG", 10), doubts=10),
    Fault("4xx in a burst", mail_at("rcpt", "451 4.3.0 later", 200)),
    Fault("421, too many connections", mail_at("connect", "421 4.7.0 too many connections", 20), doubts=CUT),
    Fault("its password changed", change_password, doubts=CUT, runs=2),
    Fault("launch pressed twice", nothing, launch=press_twice),
    Fault("paused and resumed", pause_and_resume, runs=2),
    Fault("people unsubscribe meanwhile", customers_say(EventKind.UNSUBSCRIBED)),
    Fault("people complain meanwhile", customers_say(EventKind.COMPLAINED)),
    Fault("the clock jumps", clock_jumps),
    Fault("poisonous recipients", nothing, around=poison, runs=2),
    *(
        Fault(name, strike, doubts, around=phones.phones)
        for name, strike, doubts in (
            ("Twilio fails, having taken it", phones.fails_after_it_took, 0),
            ("Twilio says 429, too fast", phones.too_fast, 0),
            ("Twilio reports before it answers", phones.reports_before_answers, 0),
            ("… twice and out of order", phones.reports_again, 0),
            ("forged reports", phones.reports_forged, 0),
            ("kill -9 of the worker while texts leave", phones.worker_killed, 100),
        )
    ),
    Fault("the disk of PostgreSQL and Redis is full", full_disk, doubts=100, many=True, small_disk=True),
)
"""A new line here is a new line of the table."""
