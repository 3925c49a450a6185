"""What each of Twilio's error codes does, in an answer and in a report."""

import pytest

from channels.twilio.codes import MEANINGS, meaning, outcome
from core.messages import Deferred, Refused, Unknown
from core.vocabulary import BounceClass as B
from core.vocabulary import Reason

FINAL = {
    21211: (Reason.INVALID_ADDRESS, B.ADDRESS),
    21614: (Reason.NOT_A_MOBILE, B.ADDRESS),
    30005: (Reason.INVALID_ADDRESS, B.ADDRESS),
    30006: (Reason.NOT_A_MOBILE, B.ADDRESS),
    21610: (Reason.OPTED_OUT_BY_KEYWORD, B.COMPLAINT),
    30004: (Reason.RECIPIENT_SERVER_REFUSED, B.MAILBOX),
    30007: (Reason.CARRIER_FILTERED, B.CONTENT),
    21408: (Reason.COUNTRY_NOT_ENABLED, B.SENDER),
    63016: (Reason.REPLY_WINDOW_CLOSED, B.CONTENT),
}
"""Nothing more is tried; only what speaks against the address itself keeps it out of later campaigns."""
LATER = {30003: B.TRANSIENT, 30008: B.TRANSIENT, 20429: B.RATE, 63018: B.RATE}
HALTING = (20003, 30002)


@pytest.mark.parametrize(("code", "expected"), FINAL.items())
def test_a_final_code_refuses_this_recipient_with_its_reason(code: int, expected: tuple[Reason, B]) -> None:
    assert outcome(400, code, "said") == Refused(expected[0], "said", expected[1])


@pytest.mark.parametrize(("code", "bounce"), LATER.items())
def test_a_passing_code_is_tried_again(code: int, bounce: B) -> None:
    assert outcome(429, code, "said") == Deferred("said", bounce=bounce)


@pytest.mark.parametrize("code", HALTING)
def test_a_code_of_the_account_stops_the_channel_and_blames_no_recipient(code: int) -> None:
    assert (meaning(code).halts, meaning(code).reason) == (True, None)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_fault_after_the_request_left_is_in_doubt_whatever_its_code(status: int) -> None:
    assert outcome(status, 21211, "said") == Unknown("said")


def test_only_dead_numbers_and_those_who_opted_out_are_kept_out_of_later_campaigns() -> None:
    listed = {code for code, meant in MEANINGS.items() if meant.bounce in (B.ADDRESS, B.COMPLAINT)}
    assert listed == {21211, 21217, 21614, 30005, 30006, 21610}


def test_an_unknown_code_refuses_this_message_and_speaks_against_nobody() -> None:
    assert outcome(400, 99999, "said") == Refused(Reason.RELAY_REFUSED, "said", B.UNKNOWN)
