"""A launch that takes two people, by presses in two real chats: in any order, twice, and as a repeated update."""

import asyncio
from pathlib import Path

from sqlalchemy import func, select, update

from core.database import Sessions
from core.services import campaigns, settings
from core.tables.audit import AuditEntry
from core.tables.campaigns import Campaign
from core.tables.operators import Operator
from core.vocabulary import Role
from sandbox.app import Sandbox, running
from tests.integration.bot_factory import OLIVIA, OTTO, Person, a_bot, a_world, make_draft, make_operator

BUTTON = "Launch to 5"


def ready(sessions: Sessions) -> int:
    """Five recipients, four of whom one person may launch to alone; two who may launch."""
    make_operator(sessions, OLIVIA)
    make_operator(sessions, OTTO, name="Otto")
    with sessions.begin() as session:
        settings.set_approval_above(session, 4, by="t")
        return make_draft(session, recipients=5).id


async def looked(person: Person) -> None:
    await person.say("/campaigns")
    await person.press("Spring")
    await person.press("Preview and launch")
    await person.reads("Get the message: 5")


def standing(sessions: Sessions, campaign_id: int) -> tuple[str, int]:
    with sessions() as session:
        launches = session.scalar(select(func.count()).where(AuditEntry.action == "launch"))
        return session.get_one(Campaign, campaign_id).state, launches or 0


def remember(sandbox: Sandbox) -> None:
    """Telegram forgets no update from now on."""
    database = sandbox.telegram.world.database
    database.execute("CREATE TABLE kept_updates AS SELECT * FROM updates WHERE 0")
    database.execute(
        "CREATE TRIGGER keep AFTER INSERT ON updates BEGIN INSERT INTO kept_updates VALUES"
        " (new.bot_id, new.update_id, new.kind, new.body); END"
    )


def repeat(sandbox: Sandbox) -> int:
    """Bring every update once more to whoever asks next, as after a bot that was killed; how many there are."""
    database = sandbox.telegram.world.database
    kept = database.execute("SELECT * FROM kept_updates").fetchall()
    database.executemany("INSERT OR IGNORE INTO updates VALUES (?,?,?,?)", kept)
    return len(kept)


async def test_the_second_persons_press_launches_and_ones_own_twice_does_not(
    sessions: Sessions, tmp_path: Path
) -> None:
    campaign_id = ready(sessions)
    async with running(tmp_path) as sandbox:
        olivia, otto = Person(sandbox, OLIVIA), Person(sandbox, OTTO)
        remember(sandbox)
        async with a_bot(sandbox.url, sessions):
            await otto.say("/help")
            await looked(olivia)
            await asyncio.gather(olivia.press(BUTTON), olivia.press(BUTTON))
            await olivia.reads("waits for a second person")
            await otto.reads("takes a second person", "Olivia")
        assert repeat(sandbox) >= 5
        async with a_bot(sandbox.url, sessions):
            await looked(olivia)
            await olivia.reads("So far: Olivia")
            await olivia.press(BUTTON)
            await looked(otto)
            await otto.reads("So far: Olivia")
            assert standing(sessions, campaign_id) == ("draft", 0)
            await asyncio.gather(otto.press(BUTTON), otto.press(BUTTON))
            await otto.reads("Spring", "Sending")
        repeat(sandbox)
        async with a_bot(sandbox.url, sessions):
            await otto.say("/campaigns")
            await otto.reads("Spring", "Sending")
    assert standing(sessions, campaign_id) == ("sending", 1)


async def test_an_edit_between_the_two_presses_makes_both_void(sessions: Sessions, tmp_path: Path) -> None:
    campaign_id = ready(sessions)
    async with a_world(tmp_path, sessions) as sandbox:
        olivia, otto = Person(sandbox, OLIVIA), Person(sandbox, OTTO)
        await looked(olivia)
        await looked(otto)
        await olivia.press(BUTTON)
        await olivia.reads("waits for a second person")
        with sessions.begin() as session:
            version = session.get_one(Campaign, campaign_id).version
            campaigns.change(session, campaign_id, version=version, by="t", name="Summer")
        await otto.press(BUTTON)
        await otto.reads("was changed after it was confirmed")
    assert standing(sessions, campaign_id) == ("draft", 0)


async def test_who_lost_the_right_meanwhile_does_not_count(sessions: Sessions, tmp_path: Path) -> None:
    campaign_id = ready(sessions)
    async with a_world(tmp_path, sessions) as sandbox:
        olivia, otto = Person(sandbox, OLIVIA), Person(sandbox, OTTO)
        await looked(olivia)
        await olivia.press(BUTTON)
        await olivia.reads("waits for a second person")
        with sessions.begin() as session:
            session.execute(update(Operator).where(Operator.telegram_id == OLIVIA).values(role=Role.EDITOR))
        await looked(otto)
        await otto.press(BUTTON)
        await otto.reads("waits for a second person")
    assert standing(sessions, campaign_id) == ("draft", 0)
