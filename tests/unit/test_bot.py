"""What the bot decides without anybody: its pace, its bars, and how much a button carries."""

from bot.pace import LONGEST, Pace
from bot.presses import LaunchPressed
from bot.words import bar, name, number

SPRING = 7


def test_figures_that_move_are_looked_at_often_and_others_more_and_more_seldom() -> None:
    pace, now = Pace(3.0), 100.0
    assert pace.is_due(SPRING, "sending", now)
    pace.looked(SPRING, "sending", moved=True, took=0.01, now=now)
    assert not pace.is_due(SPRING, "sending", now + 2.9)
    assert pace.is_due(SPRING, "sending", now + 3)
    for _look in range(9):
        pace.looked(SPRING, "sending", moved=False, took=0.01, now=now)
    assert not pace.is_due(SPRING, "sending", now + LONGEST - 0.1)
    assert pace.is_due(SPRING, "sending", now + LONGEST)


def test_a_campaign_whose_state_moves_is_looked_at_at_once() -> None:
    pace = Pace(3.0)
    pace.looked(SPRING, "sending", moved=True, took=0.01, now=100.0)
    assert pace.is_due(SPRING, "paused", 100.1)


def test_counting_takes_a_tenth_of_the_time_at_most() -> None:
    pace = Pace(3.0)
    pace.looked(SPRING, "sending", moved=True, took=2.0, now=100.0)
    assert not pace.is_due(SPRING, "sending", 119.0)
    assert pace.is_due(SPRING, "sending", 120.0)


def test_a_bar_is_full_only_when_nothing_is_left() -> None:
    assert bar(0, 0) == "▱" * 14
    assert bar(1, 2) == "▰" * 7 + "▱" * 7
    assert bar(999_999, 1_000_000) == "▰" * 13 + "▱"
    assert bar(5, 5) == "▰" * 14


def test_numbers_and_names_fit_a_line() -> None:
    assert number(1234567) == "1\u202f234\u202f567"
    assert name("Spring\nsale " + "x" * 100, 12) == "Spring sale…"


def test_the_largest_launch_fits_into_a_button() -> None:
    largest = LaunchPressed(campaign_id=2**63 - 1, confirmation=f"{'f' * 20}-{10**12}")
    assert LaunchPressed.unpack(largest.pack()) == largest
