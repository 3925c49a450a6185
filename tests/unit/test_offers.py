"""Times that a launch is offered for in the chat."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from core.rules.offers import offers

BERLIN = ZoneInfo("Europe/Berlin")


def shown(now: datetime) -> list[str]:
    return [f"{at.astimezone(BERLIN):%a %H:%M}" for at in offers(now, BERLIN)]


def test_this_evening_tomorrow_and_monday_are_offered() -> None:
    assert shown(datetime(2026, 5, 20, 12, tzinfo=UTC)) == ["Wed 18:00", "Thu 09:00", "Thu 18:00", "Mon 09:00"]


def test_what_is_past_or_about_to_be_is_not() -> None:
    assert shown(datetime(2026, 5, 20, 15, 50, tzinfo=UTC))[0] == "Thu 09:00"


def test_a_monday_that_is_tomorrow_is_offered_once() -> None:
    assert shown(datetime(2026, 5, 24, 17, tzinfo=UTC)) == ["Mon 09:00", "Mon 18:00"]
