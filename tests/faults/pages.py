"""The public pages under `kill -9`: every open that was answered is recorded once, any other at most once."""

import contextlib
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from random import Random

from sqlalchemy import select

from channels.links import Links
from config.keys import load_keys
from core.tables.campaigns import Campaign
from core.tables.deliveries import Delivery
from core.tables.events import EventRow
from core.vocabulary import EventKind
from tests.faults.keeper import until
from tests.faults.world import World

READERS = 8


@contextlib.contextmanager
def served(world: World) -> Iterator[None]:
    world.start("web")
    assert until(lambda: world.answers(world.public_port)), "the public pages did not start"
    yield
    world.keeper.drop("web")


def kill_while_people_read(world: World, random: Random, campaign_id: int) -> None:
    until(lambda: world.settled(campaign_id))
    with world.sessions() as session:
        origin = select(Campaign.origin_id).where(Campaign.id == campaign_id).scalar_subquery()
        ids = list(session.scalars(select(Delivery.id).where(Delivery.origin_id == origin)))
    answered: list[int] = []
    readers = [threading.Thread(target=_read, args=(world, ids[start::READERS], answered)) for start in range(READERS)]
    for reader in readers:
        reader.start()
    point = random.randint(1, len(ids) // 2)
    until(lambda: len(answered) >= point)
    world.keeper.kill("web")
    for reader in readers:
        reader.join()
    assert len(answered) > point, "nobody was answered after the kill"
    recorded: Counter[int] = Counter()

    def all_are() -> bool:
        recorded.clear()
        recorded.update(_recorded(world, ids))
        return all(recorded[one] for one in answered)

    assert until(all_are, 20), f"{sum(not recorded[one] for one in answered)} answered opens are lost"
    assert max(recorded.values()) == 1, "an open was recorded twice"


def _read(world: World, ids: list[int], answered: list[int]) -> None:
    """Load each picture once; while nobody listens, wait for somebody who does."""
    picture = Links(f"http://127.0.0.1:{world.public_port}", load_keys(world.data, {}).signing).named("open_url")
    for one in ids:
        until(lambda: world.answers(world.public_port))
        asked = urllib.request.Request(picture(one).decode(), headers={"User-Agent": "Mozilla/5.0"})
        with contextlib.suppress(OSError), urllib.request.urlopen(asked, timeout=10) as answer:
            if answer.status == 200:
                answered.append(one)
        time.sleep(0.002)


def _recorded(world: World, ids: list[int]) -> list[int]:
    opened = (EventRow.kind == EventKind.OPENED, EventRow.delivery_id.in_(ids))
    with world.sessions() as session:
        return [one for one in session.scalars(select(EventRow.delivery_id).where(*opened)) if one is not None]
