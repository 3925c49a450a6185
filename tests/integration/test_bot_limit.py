"""The daily limit in the chat: its figures, the alarm when campaigns are stopped, and the release."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from core.database import Sessions
from core.queries import gates, limits
from core.rules.pacing import Inputs
from core.services import pacing
from core.tables.audit import AuditEntry
from core.vocabulary import GateScope, Role
from tests.integration.bot_factory import OLIVIA, OTTO, Person, a_world, make_operator, until
from tests.integration.campaign_factory import make_campaign

SEEN = Inputs(limit=1000, used=300, attempts=300, errors=60, base=240, complaints=0)


def block(sessions: Sessions, key: str = "email") -> None:
    with sessions.begin() as session:
        reason = "blocked_by_errors"
        gates.close(session, GateScope.MARKETING, key, reason=reason, by="system", seen=SEEN.kept())


async def test_the_limit_is_told_with_its_days(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA, Role.VIEWER)
    with sessions.begin() as session:
        make_campaign(session, recipients=7)
        pacing.set_limit(session, 1500, by="command", now=datetime.now(UTC))
        pacing.set_reserve(session, 100, by="command")
    async with a_world(tmp_path, sessions) as sandbox:
        olivia = Person(sandbox, OLIVIA)
        await olivia.say("/limit")
        told = await olivia.reads("Daily limit", "0 of 1\u202f500 used", "set by hand", "7 wait; at this pace done on")
        assert "last 100 slots" in told["text"]
        assert "reply_markup" not in told


async def test_operators_are_told_of_a_block_once_and_whoever_may_launch_releases_it(
    sessions: Sessions, tmp_path: Path
) -> None:
    make_operator(sessions, OLIVIA, Role.LAUNCHER)
    make_operator(sessions, OTTO, Role.VIEWER, "Otto")
    with sessions.begin() as session:
        campaign = make_campaign(session, recipients=2, name="Spring <b>")
    async with a_world(tmp_path, sessions) as sandbox:
        olivia, otto = Person(sandbox, OLIVIA), Person(sandbox, OTTO)
        for one in (olivia, otto):
            await one.say("/limit")
            await one.reads("Daily limit")
        block(sessions)
        block(sessions, f"sender:{campaign.sender_id}")
        told = await olivia.reads("All email campaigns are stopped", "20 % errors", "Spring <b>")
        assert "reply_markup" not in await otto.reads("20 % errors")
        await until(lambda: as_awaitable(untold(sessions)), lambda found: found == [])
        assert told == await olivia.reads("These wait:")
        await olivia.answer_to(await olivia.press("Release: Account"))
        await olivia.reads("Daily limit", "0 of 1\u202f000 used")
        with sessions() as session:
            assert limits.blocks(session) == []
        block(sessions)
        await until(olivia.messages, lambda found: sum("20 % errors" in one["text"] for one in found) == 1)
    with sessions() as session:
        noted = session.scalars(select(AuditEntry.actor).where(AuditEntry.action == "release")).all()
        assert set(noted) == {f"telegram:{OLIVIA}"}


def untold(sessions: Sessions) -> list[int]:
    with sessions() as session:
        return limits.untold(session)


async def as_awaitable(found: list[int]) -> list[int]:
    return found
