"""Series in the panel: repeating a draft, its runs and next dates in words, pausing and ending."""

from typing import Any

from flask import Flask
from sqlalchemy import insert, select

from core.database import Sessions
from core.tables.contacts import Attribute
from core.tables.contents import ContentRow
from core.tables.series import Series
from core.tables.templates import Template
from core.vocabulary import Role
from tests.integration.panel.people import somebody
from tests.integration.panel.test_timing import confirmation

MONDAYS: dict[str, Any] = {"every": "week", "at": "09:00", "weekdays": ["1", "4"]}


def test_a_draft_is_repeated_and_its_next_runs_stand_in_words(app: Flask, draft: int, sessions: Sessions) -> None:
    launcher = somebody(app, Role.LAUNCHER)
    bound = confirmation(launcher.get(f"/campaigns/{draft}/check").text)
    path = f"/series/from/{draft}"
    assert somebody(app, Role.EDITOR).post(path, confirmation=bound, **MONDAYS).status_code == 403
    page = launcher.post(path, confirmation=bound, **MONDAYS).location
    shown = launcher.get(page).text
    assert "every Monday and Thursday at 09:00" in shown
    assert shown.count(", 09:00</li>") == 5
    assert "every Monday and Thursday at 09:00" in launcher.get("/series/").text
    for move, words in (("pause", "Paused"), ("resume", "Running"), ("end", "Ended")):
        launcher.post(f"{page}/{move}")
        assert words in launcher.get(page).text


def test_a_birthday_series_is_for_whose_day_it_is(app: Flask, draft: int, sessions: Sessions) -> None:
    with sessions.begin() as session:
        session.execute(insert(Attribute), [{"key": "born", "label": "Birthday", "type": "date"}])
    launcher = somebody(app, Role.LAUNCHER)
    check = launcher.get(f"/campaigns/{draft}/check").text
    assert "Every year, as for birthdays" in check
    rule = {"every": "day", "at": "08:00", "attribute": "born", "days": "3", "side": "before", "yearly": "on"}
    page = launcher.post(f"/series/from/{draft}", confirmation=confirmation(check), **rule).location
    assert "3 days before “Birthday”, every year" in launcher.get(page).text
    with sessions() as session:
        assert session.scalar(select(Series.date_rule)) == {"attribute": "born", "days": -3, "yearly": True}


def test_what_is_no_rhythm_is_said_on_the_page(app: Flask, draft: int) -> None:
    launcher, check = somebody(app, Role.LAUNCHER), f"/campaigns/{draft}/check"
    bound = confirmation(launcher.get(check).text)
    launcher.post(f"/series/from/{draft}", confirmation=bound, every="week", at="09:00")
    assert "at least one day of the week" in launcher.get(check).text


def test_the_letter_of_a_series_is_exchanged_by_whoever_may_launch(app: Flask, draft: int, sessions: Sessions) -> None:
    launcher = somebody(app, Role.LAUNCHER)
    bound = confirmation(launcher.get(f"/campaigns/{draft}/check").text)
    page = launcher.post(f"/series/from/{draft}", confirmation=bound, **MONDAYS).location
    with sessions.begin() as session:
        content = ContentRow(kind="text", language="en", source="New", subject="New", plain="New", hash=b"2")
        session.add(content)
        session.flush()
        newer = Template(name="Newer", kind="text", subject="x", source="x", content_id=content.id, created_by="x")
        session.add(newer)
        session.flush()
        choice = f"{newer.id}:{content.id}"
    assert f'value="{choice}"' in launcher.get(page).text
    assert somebody(app, Role.EDITOR).post(f"{page}/letter", letter=choice).status_code == 403
    assert launcher.post(f"{page}/letter", letter="1:x").status_code == 400
    launcher.post(f"{page}/letter", letter=choice)
    with sessions() as session:
        assert session.scalars(select(Series.content_id)).one() == content.id
    shown = launcher.get(page).text
    assert "The next run sends the new letter." in shown
    assert "Newer" in shown
