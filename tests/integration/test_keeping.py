"""Backup, restore and upgrade from a filled installation: nothing is missing, and nothing is sent twice blindly."""

import os
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import NullPool, create_engine, insert, select, text, update

import config
import embedded
from cli.context import opened
from cli.keeping.backup import Backup, make
from cli.keeping.restore import restore
from cli.keeping.upgrade import upgrade
from core.database import Sessions, make_sessions, sync_engine
from core.errors import Invalid, Refused
from core.messages import Event
from core.queries import gates, ledger, statistics
from core.rules import tokens
from core.services import events, restored
from core.tables.campaigns import Campaign
from core.tables.deliveries import Batch, Delivery
from core.tables.events import EventRow
from core.tables.imports import Import
from core.vocabulary import CampaignState, DeliveryState, EventKind
from embedded.cluster import major_version
from embedded.home import open_home
from tests.integration.campaign_factory import NOON, make_campaign, make_contacts

OLD_PROGRAMS = Path("/usr/lib/postgresql/15/bin")


@dataclass
class Place:
    """Two installations on the test run's servers, each with a database and a data directory of its own."""

    settings: config.Settings
    url: str

    @property
    def sessions(self) -> Sessions:
        url = self.url.replace("postgresql:", "postgresql+psycopg:")
        return make_sessions(create_engine(url, poolclass=NullPool))


@pytest.fixture
def places(servers: embedded.Servers, tmp_path: Path) -> Iterator[list[Place]]:
    assert servers.database_url
    made = []
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        for name in ("first", "second"):
            database = f"kept_{name}_{os.getpid()}"
            connection.execute(f"CREATE DATABASE {database}".encode())
            url = servers.database_url.replace("/sendbote?", f"/{database}?")
            given = {"SENDBOTE_DATA": str(tmp_path / name), "SENDBOTE_DATABASE_URL": url}
            made.append(Place(config.load(given), url))
    yield made
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        for place in made:
            database = place.url.split("/")[3].split("?")[0]
            connection.execute(f"DROP DATABASE {database} WITH (FORCE)".encode())


async def fill(place: Place) -> int:
    """Five recipients: two sent to and one of them clicked, one on the wire, one claimed, one waiting. Its campaign."""
    with opened(settings=place.settings) as door:
        with door.sessions.begin() as session:
            campaign = make_campaign(session, recipients=5)
            ids = list(session.scalars(select(Delivery.id).order_by(Delivery.id)))
            sent = update(Delivery).where(Delivery.id.in_(ids[:2]))
            session.execute(sent.values(state=DeliveryState.SENT, attempt=1, settled_at=NOON))
            for delivery_id, state in ((ids[2], DeliveryState.SENDING), (ids[3], DeliveryState.CLAIMED)):
                session.execute(update(Delivery).where(Delivery.id == delivery_id).values(state=state, attempt=1))
            held = {"origin_id": campaign.origin_id, "holder": "gone", "delivery_ids": ids[2:4]}
            session.execute(insert(Batch).values(**held, lease_until=datetime.now(UTC)))
            uploads = place.settings.data / "uploads"
            uploads.mkdir()
            (uploads / "people.csv").write_text("email\nanna@example.org\n", encoding="utf-8")
            path = str(uploads / "people.csv")
            session.add(Import(filename="people.csv", path=path, created_by="test"))
            campaign_id = campaign.id
        await click(place, ids[0])
    return campaign_id


async def click(place: Place, delivery_id: int) -> None:
    from core.database import async_engine

    engine = async_engine(place.url)
    async with engine.begin() as connection:
        await events.record(connection, [Event(EventKind.CLICKED, "web", f"k{delivery_id}", NOON, delivery_id)])
    await engine.dispose()


def back_up(place: Place) -> Backup:
    with opened(settings=place.settings) as door:
        return make(door, None, by="test")


async def test_a_filled_installation_is_restored_elsewhere_with_its_keys_and_files(places: list[Place]) -> None:
    first, second = places
    campaign_id = await fill(first)
    backup = back_up(first)
    assert backup.path.stat().st_mode & 0o077 == 0
    with opened(settings=first.settings) as door:
        token = tokens.sign(door.keys.signing, tokens.CLICK, 1)
        with door.sessions() as session:
            before = statistics.figures(session, campaign_id)
    restore(second.settings, backup.path, replace=False, by="test")
    with opened(settings=second.settings) as door, door.sessions() as session:
        assert ledger.offences(session) == []
        after = statistics.figures(session, campaign_id)
        assert (after.recipients, after.sent, after.clickers) == (5, 2, 1) == (before.recipients, before.sent, 1)
        assert tokens.verify(door.keys.signing, tokens.CLICK, token) == 1
        (path,) = session.scalars(select(Import.path))
    assert path == str(second.settings.data / "uploads" / "people.csv")
    assert Path(path).read_text(encoding="utf-8") == "email\nanna@example.org\n"


async def test_a_restored_installation_sends_nothing_until_it_is_told_to(places: list[Place]) -> None:
    first, second = places
    campaign_id = await fill(first)
    restore(second.settings, back_up(first).path, replace=False, by="test")
    with second.sessions.begin() as session:
        campaign = session.get_one(Campaign, campaign_id)
        assert [gate.reason for gate in gates.before(session, campaign, NOON)] == ["restored"]
        states = list(session.scalars(select(Delivery.state).order_by(Delivery.id)))
        assert states == ["sent", "sent", "in_doubt", "pending", "pending"]
        assert restored.open_again(session, go_on=False, by="test") == [campaign_id]
        assert campaign.state == CampaignState.PAUSED
        assert restored.waiting_since(session) is None


async def test_links_of_letters_that_the_backup_never_saw_name_nobody_new(places: list[Place]) -> None:
    first, second = places
    await fill(first)
    backup = back_up(first)
    with first.sessions.begin() as session:
        make_campaign(session, recipients=3, name="After the backup")
        seen = session.scalar(select(Delivery.id).order_by(Delivery.id.desc()).limit(1))
    restore(second.settings, backup.path, replace=False, by="test")
    with second.sessions.begin() as session:
        make_campaign(session, recipients=3, name="After the restore")
        new = list(session.scalars(select(Delivery.id).order_by(Delivery.id)))[5:]
    assert seen
    assert min(new) > seen + 1_000_000


async def test_new_events_come_after_the_restored_ones_in_the_stream(places: list[Place]) -> None:
    first, second = places
    await fill(first)
    with first.sessions.begin() as session:
        session.execute(update(EventRow).values(recorded_xid=10**12))
    restore(second.settings, back_up(first).path, replace=False, by="test")
    await click(second, 2)
    with second.sessions() as session:
        stream = select(EventRow.delivery_id).order_by(EventRow.recorded_xid, EventRow.id)
        assert list(session.scalars(stream)) == [1, 2]


async def test_a_filled_installation_is_not_overwritten_by_mistake(places: list[Place]) -> None:
    first, second = places
    await fill(first)
    backup = back_up(first)
    with opened(settings=second.settings) as door, door.sessions.begin() as session:
        make_contacts(session, 7)
    own_key = (second.settings.data / "keys" / "address.key").read_text()
    with pytest.raises(Refused) as refused:
        restore(second.settings, backup.path, replace=False, by="test")
    assert refused.value.code == "restore.filled"
    restore(second.settings, backup.path, replace=True, by="test")
    with second.sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM contacts")) == 5
    (kept,) = second.settings.data.glob("before-restore-*")
    assert (kept / "keys" / "address.key").read_text() == own_key


async def test_what_was_there_is_back_if_restoring_fails(places: list[Place], monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = places
    await fill(first)
    backup = back_up(first)
    with opened(settings=second.settings) as door, door.sessions.begin() as session:
        make_contacts(session, 7)
    monkeypatch.setenv("SENDBOTE_ADDRESS_KEY", "ab" * 32)
    with pytest.raises(Refused) as refused:
        restore(second.settings, backup.path, replace=True, by="test")
    assert refused.value.code == "restore.other_key"
    with second.sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM contacts")) == 7


async def test_nothing_is_restored_beneath_processes_that_run(places: list[Place]) -> None:
    first, second = places
    await fill(first)
    backup = back_up(first)
    with psycopg.connect(second.url), pytest.raises(Refused) as refused:
        restore(second.settings, backup.path, replace=True, by="test")
    assert refused.value.code == "restore.in_use"


async def test_a_damaged_or_newer_backup_changes_nothing(places: list[Place], tmp_path: Path) -> None:
    first, second = places
    await fill(first)
    whole = back_up(first).path.read_bytes()
    broken = tmp_path / "broken.tar"
    for content in (whole[: len(whole) // 2], whole.replace(b"anna@", b"bert@"), b"no tar at all"):
        broken.write_bytes(content)
        with pytest.raises(Invalid):
            restore(second.settings, broken, replace=True, by="test")
    broken.write_bytes(whole.replace(b'"schema": "0', b'"schema": "9'))
    with pytest.raises(Refused) as refused:
        restore(second.settings, broken, replace=True, by="test")
    assert refused.value.code == "backup.newer"


def test_a_backup_cannot_write_outside_the_installation(places: list[Place], tmp_path: Path) -> None:
    (tmp_path / "evil").write_text("x")
    with tarfile.open(tmp_path / "evil.tar", "w") as tar:
        tar.add(tmp_path / "evil", "files/../../../evil")
    with pytest.raises(Invalid) as refused:
        restore(places[0].settings, tmp_path / "evil.tar", replace=True, by="test")
    assert refused.value.code == "backup.broken"


def test_an_older_database_is_saved_and_migrated_and_a_newer_one_refused(places: list[Place]) -> None:
    from alembic import command

    from core import migrations

    place = places[0]
    engine = sync_engine(place.url)
    with engine.begin() as connection:
        command.upgrade(migrations._config(connection), "0003")
        connection.execute(text("INSERT INTO contacts (first_name) VALUES ('Home'), ('Ada')"))
        for contact, number in enumerate(("+493012345678", "+4915111111111"), start=1):
            values = f"({contact}, 'sms', '{number}', '{contact}')"
            connection.execute(
                text(f"INSERT INTO identities (contact_id, channel, address, address_key) VALUES {values}")
            )
    done = upgrade(place.settings, programs=None, by="test")
    assert done.before == "0003"
    assert done.after > "0003"
    assert done.backup
    assert done.backup.exists()
    with engine.begin() as connection:
        textless = connection.scalars(text("SELECT contact_id FROM identities WHERE textless")).all()
        assert textless == [1]
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(Refused) as refused, opened(settings=place.settings):
        pass
    assert refused.value.code == "database.newer"


@pytest.mark.slow
@pytest.mark.skipif(not OLD_PROGRAMS.exists(), reason="needs Debian's postgresql-15")
async def test_data_of_another_major_version_of_postgresql_are_brought_over(tmp_path: Path) -> None:
    settings = config.load({"SENDBOTE_DATA": str(tmp_path / "data")})
    try:
        _make_old_cluster(settings.data)
        with embedded.with_old_programs(settings.data, OLD_PROGRAMS) as url:
            given = {"SENDBOTE_DATA": str(settings.data), "SENDBOTE_DATABASE_URL": url}
            campaign_id = await fill(Place(config.load(given), url))
        with pytest.raises(embedded.EmbeddedProblem) as refused, opened(settings=settings):
            pass
        assert refused.value.code == "embedded.other_major"
        done = upgrade(settings, programs=None, by="test")
        assert done.kept
        assert done.kept.exists()
        assert major_version(open_home(settings.data)) == "18"
        with opened(settings=settings) as door, door.sessions() as session:
            assert statistics.figures(session, campaign_id).recipients == 5
    finally:
        embedded.forget(settings.data)


def _make_old_cluster(data: Path) -> None:
    home = open_home(data.resolve())
    tools = embedded.programs(home.account)
    shutil.rmtree(home.cluster)
    place = home.logs / "initdb"
    initdb: list[str | Path] = [OLD_PROGRAMS / "initdb", "-D", place, "-U", "sendbote", "--encoding=UTF8"]
    said = tools.run([*initdb, "--no-locale", "--auth-local=peer", "--no-sync"], cwd=home.logs)
    assert said.returncode == 0, said.stdout
    place.rename(home.cluster)
