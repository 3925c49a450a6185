"""Launches at a time from the chat, and what operators are told there without having asked."""

from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from channels.known import CHANNELS
from core.database import Sessions
from core.rules.outside import Outside
from core.rules.rhythm import Rhythm
from core.services import campaigns, notices, series, topics
from core.tables.campaigns import Campaign
from core.vocabulary import Role
from tests.integration.bot_factory import OLIVIA, OTTO, Person, a_world, make_draft, make_operator, until


async def test_a_launch_is_scheduled_by_a_press_and_taken_back(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA, Role.LAUNCHER)
    with sessions.begin() as session:
        campaign_id = make_draft(session, recipients=3).id

    async def state() -> str:
        with sessions() as session:
            return session.get_one(Campaign, campaign_id).state

    async with a_world(tmp_path, sessions) as sandbox:
        olivia = Person(sandbox, OLIVIA)
        await olivia.say("/campaigns")
        await olivia.press("Spring")
        await olivia.press("Sending hours")
        await olivia.press("08:00–18:00")
        await olivia.reads("Sending hours: 08:00–18:00")
        await olivia.press("Preview and launch")
        await olivia.press("At a time")
        await olivia.reads("Times are those of Europe/Berlin")
        await olivia.press("Monday")
        await until(state, lambda now: now == "scheduled")
        await olivia.press("Take back the schedule")
        await until(state, lambda now: now == "draft")


async def test_hours_of_ones_own_are_typed(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA, Role.LAUNCHER)
    make_operator(sessions, OTTO, Role.EDITOR, name="Otto")
    with sessions.begin() as session:
        topics.create(session, "offers", name_en="Offers <b>", name_de="Angebote", by="t")
        draft = make_draft(session, recipients=3)
        draft.topic = "offers"
        campaign_id = draft.id

    async with a_world(tmp_path, sessions) as sandbox:
        olivia, otto = Person(sandbox, OLIVIA), Person(sandbox, OTTO)
        await otto.say(f"/hours {campaign_id} 9:30-17:45")
        await otto.reads("Your role")
        await olivia.say("/hours 9:30-17:45")
        await olivia.reads("Write it like this", "/hours 12 always")
        await olivia.say(f"/hours {campaign_id} half past nine")
        await olivia.reads("are no hours of the day")
        await olivia.say(f"/hours {campaign_id} 9:30-17:45")
        await olivia.reads("Sending hours: 09:30–17:45", "Topic: Offers")
        await olivia.say(f"/hours {campaign_id} always")
        await until(partial(_settings, sessions, campaign_id), lambda kept: kept["hours"] is None)


async def _settings(sessions: Sessions, campaign_id: int) -> dict[str, object]:
    with sessions() as session:
        return session.get_one(Campaign, campaign_id).settings


async def test_a_time_of_ones_own_is_written_and_confirmed(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA, Role.LAUNCHER)
    make_operator(sessions, OTTO, Role.EDITOR, name="Otto")
    with sessions.begin() as session:
        campaign_id = make_draft(session, recipients=3).id
    year = datetime.now(UTC).year + 1

    async def planned() -> datetime | None:
        with sessions() as session:
            return session.get_one(Campaign, campaign_id).schedule_at

    async with a_world(tmp_path, sessions) as sandbox:
        olivia, otto = Person(sandbox, OLIVIA), Person(sandbox, OTTO)
        await otto.say(f"/schedule {campaign_id} {year}-07-01 09:00")
        await otto.reads("Your role")
        await olivia.say("/schedule tomorrow")
        await olivia.reads("Write it like this")
        await olivia.say(f"/schedule {campaign_id} {year}-07-01 09:00")
        await olivia.reads("Chosen: 3")
        assert await planned() is None
        await olivia.press(f"{date(year, 7, 1):%A}, 1 July")
        assert await until(planned) == datetime(year, 7, 1, 7, tzinfo=UTC)


async def test_whoever_may_launch_hears_that_a_launch_was_refused(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA, Role.LAUNCHER)
    make_operator(sessions, OTTO, Role.VIEWER, name="Otto")
    with sessions.begin() as session:
        campaign_id = make_draft(session, recipients=1).id
    async with a_world(tmp_path, sessions) as sandbox:
        olivia, otto = Person(sandbox, OLIVIA), Person(sandbox, OTTO)
        for person in (olivia, otto):
            await person.say("/status")
            await person.reads("Nothing is being sent")
        with sessions.begin() as session:
            problem = {"problem": "schedule.missed", "params": {"hours": "6"}}
            told = {"name": "Spring <b>", "at": "2026-11-25T08:00:00+00:00", **problem}
            notices.tell(session, "launch_refused", told, now=datetime.now(UTC), campaign_id=campaign_id)
        await olivia.reads("09:00", "within 6 hours")
        await olivia.press("Look at it")
        await olivia.reads("Draft")
        assert len(await otto.messages()) == 1
        refused = [one for one in await olivia.messages() if "within 6 hours" in one["text"]]
        assert len(refused) == 1


async def test_series_are_listed_with_their_next_five_runs(sessions: Sessions, tmp_path: Path) -> None:
    make_operator(sessions, OLIVIA, Role.VIEWER)
    async with a_world(tmp_path, sessions) as sandbox:
        olivia = Person(sandbox, OLIVIA)
        await olivia.say("/series")
        await olivia.reads("There are no series yet")
        with sessions.begin() as session:
            draft, now = make_draft(session, recipients=1), datetime.now(UTC)
            bound = campaigns.preview(session, draft.id, now, channels=CHANNELS).confirmation
            mondays = Rhythm.read("week", "09:00", weekdays=[1])
            outside = Outside(None, real_relay=False)
            series.create(session, draft.id, mondays, confirmation=bound, outside=outside, by="test", now=now)
        await olivia.say("/series")
        message = await olivia.reads("Spring", "every Monday at 09:00")
        assert message["text"].count("• Monday") == 5
