"""Sending times in the panel: scheduling and taking back, hours of the day, and what operators are told."""

import re
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import select

from core.database import Sessions
from core.services import notices
from core.tables.campaigns import Campaign
from core.tables.notices import Notice
from core.vocabulary import Role
from tests.integration.panel.people import somebody

NEXT_JULY = f"{datetime.now(UTC).year + 1}-07-01T09:00"


def confirmation(page: str) -> str:
    found = re.search(r'name="confirmation" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_launch_is_scheduled_by_the_accounts_clock_and_taken_back(app: Flask, draft: int, sessions: Sessions) -> None:
    launcher, check = somebody(app, Role.LAUNCHER), f"/campaigns/{draft}/check"
    bound = confirmation(launcher.get(check).text)
    path = f"/campaigns/{draft}/schedule"
    assert somebody(app, Role.EDITOR).post(path, confirmation=bound, at=NEXT_JULY).status_code == 403
    assert launcher.post(path, confirmation=bound, at=NEXT_JULY).location.endswith(f"/campaigns/{draft}")
    with sessions() as session:
        at = session.get_one(Campaign, draft).schedule_at
        assert at is not None
        assert f"{at.astimezone(UTC):%m-%d %H:%M}" == "07-01 07:00"
    page = launcher.get(f"/campaigns/{draft}").text
    assert "Take back the schedule" in page
    assert launcher.get(check).status_code == 302, "its letter is fixed"
    launcher.post(f"/campaigns/{draft}/unschedule")
    with sessions() as session:
        assert session.get_one(Campaign, draft).state == "draft"


def test_a_time_that_has_passed_is_refused_on_the_page(app: Flask, draft: int) -> None:
    launcher, check = somebody(app, Role.LAUNCHER), f"/campaigns/{draft}/check"
    bound = confirmation(launcher.get(check).text)
    launcher.post(f"/campaigns/{draft}/schedule", confirmation=bound, at="2020-01-01T09:00")
    assert "passed already" in launcher.get(check).text
    launcher.post(f"/campaigns/{draft}/schedule", confirmation=bound, at="soon")
    assert "no date and time" in launcher.get(check).text


def test_hours_are_kept_shown_and_taken_away(app: Flask, draft: int, sessions: Sessions) -> None:
    editor, path = somebody(app, Role.EDITOR), f"/campaigns/{draft}/hours"
    editor.post(path, opens="22:00", closes="06:00", own_zone="on")
    with sessions() as session:
        kept = session.get_one(Campaign, draft).settings["hours"]
        assert kept == {"opens": "22:00", "closes": "06:00", "own_zone": True}
    assert 'value="22:00"' in editor.get(f"/campaigns/{draft}/check").text
    editor.post(path, opens="", closes="")
    with sessions() as session:
        assert session.get_one(Campaign, draft).settings["hours"] is None


def test_what_operators_are_told_stays_until_somebody_has_read_it(app: Flask, draft: int, sessions: Sessions) -> None:
    with sessions.begin() as session:
        problem = {"problem": "campaign.nobody", "params": {"name": "Autumn"}}
        told = {"name": "Autumn", "at": "2026-11-25T08:00:00+00:00", **problem}
        notices.tell(session, "launch_refused", told, now=datetime.now(UTC), campaign_id=draft)
        session.flush()
        number = session.scalar(select(Notice.id))
    launcher = somebody(app, Role.LAUNCHER)
    for page in ("/campaigns/", f"/campaigns/{draft}/check"):
        assert "would reach nobody" in launcher.get(page).text
    assert "would reach nobody" not in somebody(app, Role.VIEWER).get("/campaigns/").text
    launcher.post(f"/campaigns/notices/{number}/read")
    assert "would reach nobody" not in launcher.get("/campaigns/").text
