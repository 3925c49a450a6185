"""A launch from the chat where the balance lasts for a part only: who may, and what a press is bound to."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from sqlalchemy import func, select

from core.database import Sessions
from core.messages import Money
from core.queries import prices
from core.services import campaigns, settings
from core.tables.audit import AuditEntry
from core.tables.campaigns import Campaign
from core.vocabulary import Role
from tests.integration.bot_factory import OLIVIA, OTTO, Person, a_world, make_operator
from tests.integration.test_balance import draft


def poor(sessions: Sessions) -> int:
    """A draft of 100 messages of 0.075 each, and money for forty of them."""
    campaign_id = draft(sessions, 100)
    with sessions.begin() as session:
        prices.keep(session, "sms", Money(Decimal(3), "USD"), datetime.now(UTC))
    return campaign_id


async def looked(person: Person) -> None:
    await person.say("/campaigns")
    await person.press("Spring")
    await person.press("Preview and launch")


async def test_a_part_is_launched_with_the_figures_on_the_button_and_once(sessions: Sessions, tmp_path: Path) -> None:
    campaign_id = poor(sessions)
    make_operator(sessions, OLIVIA)
    async with a_world(tmp_path, sessions) as sandbox:
        olivia = Person(sandbox, OLIVIA)
        await looked(olivia)
        shown = await olivia.reads("It lasts for about 40 of 100; 4.50 USD are missing.", "waits for a top-up")
        assert "Launch to" not in str(shown["reply_markup"])
        await asyncio.gather(*(olivia.press("Launch a part: about 40 of 100") for _twice in range(2)))
        await olivia.reads("Spring", "Sending")
    with sessions() as session:
        campaign = session.get_one(Campaign, campaign_id)
        assert (campaign.state, campaign.launched_by) == ("sending", f"telegram:{OLIVIA}")
        assert session.scalar(select(func.count()).where(AuditEntry.action == "launch")) == 1


async def test_a_changed_draft_makes_the_button_for_a_part_void(sessions: Sessions, tmp_path: Path) -> None:
    campaign_id = poor(sessions)
    make_operator(sessions, OLIVIA)
    async with a_world(tmp_path, sessions) as sandbox:
        olivia = Person(sandbox, OLIVIA)
        await looked(olivia)
        await olivia.reads("It lasts for about 40 of 100")
        with sessions.begin() as session:
            version = session.get_one(Campaign, campaign_id).version
            campaigns.change(session, campaign_id, version=version, by="t", name="Summer")
        await olivia.press("Launch a part")
        await olivia.reads("was changed after it was confirmed")
    with sessions() as session:
        assert session.get_one(Campaign, campaign_id).state == "draft"


async def test_the_right_to_launch_a_part_is_one_of_its_own(sessions: Sessions, tmp_path: Path) -> None:
    campaign_id = poor(sessions)
    make_operator(sessions, OLIVIA)
    make_operator(sessions, OTTO, Role.ADMINISTRATOR, "Otto")
    async with a_world(tmp_path, sessions) as sandbox:
        olivia, otto = Person(sandbox, OLIVIA), Person(sandbox, OTTO)
        await looked(olivia)
        await olivia.reads("It lasts for about 40 of 100")
        with sessions.begin() as session:
            settings.set_part_role(session, Role.ADMINISTRATOR, by="t")
        assert "does not allow" in await olivia.answer_to(await olivia.press("Launch a part"))
        await looked(olivia)
        shown = await olivia.reads("Your role does not allow to launch a part.")
        assert "Launch" not in str(shown["reply_markup"])
        await looked(otto)
        await otto.press("Launch a part: about 40 of 100")
        await otto.reads("Spring", "Sending")
    with sessions() as session:
        assert session.get_one(Campaign, campaign_id).launched_by == f"telegram:{OTTO}"


async def test_where_the_balance_lasts_for_nobody_there_is_nothing_to_press(sessions: Sessions, tmp_path: Path) -> None:
    draft(sessions, 100)
    with sessions.begin() as session:
        prices.keep(session, "sms", Money(Decimal("0.01"), "USD"), datetime.now(UTC))
    make_operator(sessions, OLIVIA)
    async with a_world(tmp_path, sessions) as sandbox:
        olivia = Person(sandbox, OLIVIA)
        await looked(olivia)
        shown = await olivia.reads("The balance lasts for nobody.")
        assert "Launch" not in str(shown["reply_markup"])
