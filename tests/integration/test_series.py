"""Campaigns that run again and again: each occurrence once, to whoever is meant by then."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, update

from channels.known import CHANNELS
from core.database import Sessions
from core.errors import Invalid, Refused
from core.queries import due, segments
from core.queries import series as queries
from core.rules.anniversaries import DateRule
from core.rules.outside import Outside
from core.rules.rhythm import Rhythm
from core.services import campaigns, emergency, schedules, series, series_letters, settings
from core.tables.campaigns import Campaign
from core.tables.contacts import Attribute, Contact
from core.tables.contents import ContentRow
from core.tables.notices import Notice
from core.tables.series import Series
from core.tables.templates import Template
from tests.integration.bot_factory import make_draft
from tests.integration.campaign_factory import NOON, make_contacts, make_content

SANDBOX = Outside(None, real_relay=False)
MONDAYS = Rhythm.read("week", "09:00", weekdays=[1])
DAILY = Rhythm.read("day", "09:00")
MONDAY = datetime(2026, 5, 25, 7, tzinfo=UTC)
"""NOON is a Wednesday; nine o'clock in Berlin."""


def repeated(sessions: Sessions, rhythm: Rhythm = MONDAYS, rule: DateRule | None = None, now: datetime = NOON) -> int:
    with sessions.begin() as session:
        session.execute(insert(Attribute), [{"key": "birthday", "label": "Birthday", "type": "date"}])
        draft = make_draft(session, recipients=3)
        bound = campaigns.preview(session, draft.id, now, channels=CHANNELS).confirmation
        made = series.create(
            session, draft.id, rhythm, date_rule=rule, confirmation=bound, outside=SANDBOX, by="operator:1", now=now
        )
        assert made is not None
        return made.id


def born(sessions: Sessions, days: list[str]) -> None:
    """The first contacts have these birthdays."""
    with sessions.begin() as session:
        for number, day in enumerate(days, 1):
            session.execute(update(Contact).where(Contact.id == number).values(attributes={"birthday": day}))


def launched(sessions: Sessions, run_id: int | None, now: datetime) -> list[str]:
    """The names of those whom the run, launched, is for."""
    assert run_id is not None
    assert schedules.launch_due(sessions, run_id, outside=SANDBOX, channels=CHANNELS, now=now)
    with sessions() as session:
        run = session.get_one(Campaign, run_id)
        assert run.audience is not None
        meant = segments.any_of(run.audience["include"], now)
        return [name or "" for name in session.scalars(select(Contact.first_name).where(meant).order_by(Contact.id))]


def test_each_monday_is_a_campaign_of_its_own_to_whoever_is_meant_by_then(sessions: Sessions) -> None:
    number = repeated(sessions)
    assert series.run_due(sessions, number, MONDAY - timedelta(seconds=1)) is None
    first = series.run_due(sessions, number, MONDAY)
    assert launched(sessions, first, MONDAY) == ["Person 1", "Person 2", "Person 3"]
    with sessions.begin() as session:
        make_contacts(session, 1, start=4)
    second = series.run_due(sessions, number, MONDAY + timedelta(days=7))
    assert launched(sessions, second, MONDAY + timedelta(days=7))[-1] == "Person 4"
    with sessions() as session:
        runs = queries.runs(session, number)
        assert [run.name for run in runs] == ["Spring – 2026-06-01", "Spring – 2026-05-25"]
        assert [run.occurrence for run in runs] == [date(2026, 6, 1), date(2026, 5, 25)]
        assert {run.launched_by for run in runs} == {f"series:{number}"}


def test_a_run_waits_while_everything_is_stopped(sessions: Sessions) -> None:
    number = repeated(sessions)
    with sessions.begin() as session:
        emergency.stop_everything(session, by="test")
    assert series.run_due(sessions, number, MONDAY) is None
    with sessions.begin() as session:
        assert emergency.go_on(session, by="test", now=MONDAY).begins == [queries.get(session, number).name]
    assert series.run_due(sessions, number, MONDAY) is not None


def test_an_occurrence_is_run_once_by_however_many_schedulers(sessions: Sessions) -> None:
    number = repeated(sessions)
    with ThreadPoolExecutor(4) as schedulers:
        runs = list(schedulers.map(lambda _: series.run_due(sessions, number, MONDAY), range(8)))
    assert len([run for run in runs if run is not None]) == 1
    with sessions.begin() as session:
        session.execute(update(Series).values(next_at=MONDAY))
    assert series.run_due(sessions, number, MONDAY) is None, "though somebody set it back"
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Campaign).where(Campaign.series_id == number)) == 1


def test_birthdays_whatever_the_year_and_the_29th_of_february_on_the_28th(sessions: Sessions) -> None:
    number = repeated(sessions, DAILY, DateRule("birthday", yearly=True), datetime(2027, 2, 27, 12, tzinfo=UTC))
    born(sessions, ["1990-02-28", "1992-02-29", "1990-03-02"])
    at = datetime(2027, 2, 28, 8, tzinfo=UTC)
    assert launched(sessions, series.run_due(sessions, number, at), at) == ["Person 1", "Person 2"]
    assert series.run_due(sessions, number, at + timedelta(days=1)) is None, "nobody's: no campaign"
    later = at + timedelta(days=2)
    assert launched(sessions, series.run_due(sessions, number, later), later) == ["Person 3"]


def test_days_before_a_date_are_counted_on_the_accounts_calendar(sessions: Sessions) -> None:
    early = Rhythm.read("day", "00:30")
    number = repeated(sessions, early, DateRule("birthday", days=-3), datetime(2026, 5, 20, 12, tzinfo=UTC))
    born(sessions, ["2026-05-24", "2026-05-23", "1990-05-24"])
    at = datetime(2026, 5, 20, 22, 30, tzinfo=UTC)
    assert launched(sessions, series.run_due(sessions, number, at), at) == ["Person 1"], "in Berlin it is the 21st"


def test_what_was_missed_is_made_up_for_within_hours_and_else_skipped_and_told(sessions: Sessions) -> None:
    number = repeated(sessions, DAILY)
    back = datetime(2026, 5, 23, 12, tzinfo=UTC)
    assert series.run_due(sessions, number, back) is None
    with sessions() as session:
        notice = session.scalars(select(Notice)).one()
        assert (notice.code, notice.params["missed"]) == ("runs_missed", 2)
    run = series.run_due(sessions, number, back)
    assert run is not None
    with sessions() as session:
        assert session.get_one(Campaign, run).occurrence == date(2026, 5, 23)
        assert due.campaigns_to_launch(session, back) == [run]


def test_a_pause_holds_runs_up_and_nothing_of_it_is_made_up_for(sessions: Sessions) -> None:
    number = repeated(sessions)
    with sessions.begin() as session:
        series.pause(session, number, by="test")
        assert series.upcoming(session, queries.get(session, number), NOON) == []
    assert series.run_due(sessions, number, MONDAY) is None
    with sessions.begin() as session:
        assert queries.due(session, MONDAY) == []
        resumed = series.resume(session, number, by="test", now=MONDAY + timedelta(hours=1))
        assert resumed.next_at == MONDAY + timedelta(days=7)
        assert series.upcoming(session, resumed, NOON, 2) == [MONDAY, MONDAY + timedelta(days=7)]
    with sessions.begin() as session, pytest.raises(Refused, match=r"series\.not_now"):
        series.resume(session, number, by="test", now=NOON)


def test_an_ended_series_runs_no_more(sessions: Sessions) -> None:
    number = repeated(sessions)
    with sessions.begin() as session:
        series.end(session, number, by="test", now=NOON)
    assert series.run_due(sessions, number, MONDAY) is None
    with sessions.begin() as session, pytest.raises(Refused, match=r"series\.ended"):
        series.end(session, number, by="test", now=NOON)


def test_only_an_attribute_with_dates_will_do(sessions: Sessions) -> None:
    with pytest.raises(Invalid, match=r"series\.no_such_date"):
        repeated(sessions, DAILY, DateRule("city"))


def test_nine_is_nine_by_the_accounts_new_clock(sessions: Sessions) -> None:
    number = repeated(sessions)
    with sessions.begin() as session:
        settings.set_timezone(session, "America/New_York", by="test")
        assert queries.get(session, number).next_at == datetime(2026, 5, 25, 13, tzinfo=UTC)


def test_a_series_sends_another_letter_from_the_next_run_on(sessions: Sessions) -> None:
    series_id = repeated(sessions)
    first = series.run_due(sessions, series_id, MONDAY)
    with sessions.begin() as session:
        newer = make_content(session, subject="Newer")
        template = Template(name="Newer", kind="text", subject="Newer", source="Hi", content_id=newer, created_by="t")
        session.add(template)
        session.flush()
        with pytest.raises(Refused, match=r"series\.letter_changed"):
            series_letters.exchange(session, series_id, template.id, seen=newer - 1, channels=CHANNELS, by="t")
        series_letters.exchange(session, series_id, template.id, seen=newer, channels=CHANNELS, by="t")
        with pytest.raises(Refused, match=r"series\.same_letter"):
            series_letters.exchange(session, series_id, template.id, channels=CHANNELS, by="t")
    second = series.run_due(sessions, series_id, MONDAY + timedelta(days=7))
    with sessions() as session:
        letters = [session.get_one(Campaign, run or 0).content_id for run in (first, second)]
        assert letters[0] != newer
        assert letters[1] == newer


def test_a_letter_is_not_exchanged_past_a_second_person_nor_for_one_of_another_kind(sessions: Sessions) -> None:
    series_id = repeated(sessions)
    with sessions.begin() as session:
        short = make_content(session)
        session.get_one(ContentRow, short).kind = "short"
        other = make_content(session)
        made = [
            Template(name=str(one), kind="text", subject="x", source="x", content_id=one, created_by="t")
            for one in (short, other)
        ]
        session.add_all(made)
        session.flush()
        with pytest.raises(Refused, match=r"campaign\.wrong_kind"):
            series_letters.exchange(session, series_id, made[0].id, channels=CHANNELS, by="t")
        settings.set_approval_above(session, 1, by="t")
        with pytest.raises(Refused, match=r"series\.letter_takes_two"):
            series_letters.exchange(session, series_id, made[1].id, channels=CHANNELS, by="t")
