"""Backups made in mid-campaign: what they hold adds up, and a restored installation writes to nobody a second time."""

from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

import config
from cli.context import opened
from cli.keeping.backup import make
from cli.keeping.restore import restore
from core import database
from core.queries import ledger
from core.services import restored
from core.tables.campaigns import Campaign
from core.vocabulary import CampaignState
from tests.faults.keeper import until
from tests.faults.world import World, world

PEOPLE = 300
AT_MOST_IN_DOUBT = 100
"""What one worker may have between mark and outcome."""


@pytest.mark.slow
def test_a_backup_in_mid_campaign_adds_up_and_its_restored_installation_sends_nothing_twice(tmp_path: Path) -> None:
    with world(people=PEOPLE) as here:
        here.forget()
        here.order(seconds=0.15)
        campaign_id, confirmation = here.draft()
        here.launch(campaign_id, confirmation)
        assert here.await_mails(50)
        while_sending = backup(here, tmp_path / "while-sending.tar")
        assert here.await_mails(120)
        for name in ("worker", "scheduler"):
            here.keeper.drop(name)
        after_the_end = backup(here, tmp_path / "after-the-end.tar")
        sent = len(here.accepted())
        assert 120 <= sent < PEOPLE, "in the middle"

        move(here, tmp_path / "first", while_sending)
        assert not until(lambda: len(here.accepted()) > sent, 3), "nothing leaves before an operator says so"
        with here.sessions.begin() as session:
            assert restored.open_again(session, go_on=False, by="test") == [campaign_id]
        assert not until(lambda: len(here.accepted()) > sent, 3), "what may have been sent since is left to a person"
        with here.sessions() as session:
            assert session.get_one(Campaign, campaign_id).state == CampaignState.PAUSED
            assert ledger.offences(session) == []

        move(here, tmp_path / "second", after_the_end)
        with here.sessions.begin() as session:
            restored.open_again(session, go_on=True, by="test")
        assert until(lambda: here.settled(campaign_id), 120)
        toll = here.toll(campaign_id, 0)
        assert (toll.lost, toll.twice, toll.why) == (0, 0, "")
        got = Counter(address for _, address in here.accepted())
        assert len(got) >= PEOPLE - AT_MOST_IN_DOUBT


def backup(here: World, path: Path) -> Path:
    """As `sendbote backup` makes it, while everything goes on."""
    with opened(settings=config.load(here.keeper.environment)) as door:
        return make(door, path, by="test").path


def move(here: World, data: Path, made: Path) -> None:
    """Restore on another machine, with a database of its own, and go on there; it adds up before anything runs."""
    for name in here.keeper.names & {"worker", "scheduler"}:
        here.keeper.drop(name)
    name = f"restored_{data.name}"
    old = here.keeper.environment["SENDBOTE_DATABASE_URL"]
    with psycopg.connect(old, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    url = urlsplit(old)._replace(path=f"/{name}").geturl()
    here.keeper.environment |= {"SENDBOTE_DATA": str(data), "SENDBOTE_DATABASE_URL": url}
    restore(config.load(here.keeper.environment), made, replace=False, by="test")
    here.engine.dispose()
    here.engine = database.sync_engine(url)
    here.sessions = database.make_sessions(here.engine)
    with here.sessions() as session:
        assert ledger.offences(session) == []
        assert restored.waiting_since(session) is not None
    for process in ("scheduler", "worker"):
        here.start(process)
