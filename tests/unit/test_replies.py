"""What a mail server's refusal means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.messages import Deferred, Refused
from core.rules.replies import SAID_LIMIT, Reply, Stage, judgement, needs_a_person, read, too_fast, verdict
from core.vocabulary import BounceClass, Reason

COSTS_THE_ADDRESS = {BounceClass.ADDRESS, BounceClass.DOMAIN}


def test_a_reply_is_split_into_code_status_and_words() -> None:
    assert read(b"550 5.1.1 No such user") == Reply(550, "5.1.1", "No such user")
    assert read(b"550 No such user\r") == Reply(550, "", "No such user")
    assert read(b"250") == Reply(250, "", "")


def test_the_status_of_every_line_of_a_reply_is_taken_out() -> None:
    assert read(b"550 5.1.1 The account\n5.1.1 does not exist") == Reply(550, "5.1.1", "The account does not exist")


def test_a_version_number_is_no_status() -> None:
    assert read(b"550 mailer/5.1.1 says no").status == ""


@given(st.binary(max_size=2000), st.sampled_from(list(Stage)), st.integers(400, 599))
def test_whatever_a_server_says_gives_a_short_printable_answer(words: bytes, stage: Stage, code: int) -> None:
    outcome = verdict(stage, read(str(code).encode() + b" " + words))
    assert isinstance(outcome, Deferred | Refused)
    assert len(outcome.said) <= SAID_LIMIT
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in outcome.said)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"550 5.1.1 <a@b.test>: Recipient address rejected: User unknown", BounceClass.ADDRESS),
        (b"550 5.1.1 anything", BounceClass.ADDRESS),
        (b"550 No such user here", BounceClass.ADDRESS),
        (b"550 5.1.2 bad destination", BounceClass.DOMAIN),
        (b"556 5.1.10 null MX", BounceClass.DOMAIN),
        (b"550 5.2.1 mailbox disabled", BounceClass.MAILBOX),
        (b"552 5.2.2 over quota", BounceClass.MAILBOX),
        (b"452 4.2.2 mailbox full", BounceClass.MAILBOX),
        (b"554 5.7.1 Relay access denied", BounceClass.SENDER),
        (b"550 5.7.1 SPF check failed for user unknown", BounceClass.SENDER),
        (b"554 5.7.1 Message rejected as spam", BounceClass.CONTENT),
        (b"552 5.3.4 message too big", BounceClass.CONTENT),
        (b"550 5.4.5 Daily user sending limit exceeded", BounceClass.RATE),
        (b"450 4.7.1 slow down", BounceClass.RATE),
        (b"450 4.7.1 Greylisted, try again", BounceClass.TRANSIENT),
        (b"451 4.3.0 disk trouble", BounceClass.TRANSIENT),
        (b"550 no", BounceClass.UNKNOWN),
    ],
)
def test_a_refused_recipient_is_classified(line: bytes, expected: BounceClass) -> None:
    assert judgement(Stage.RCPT, read(line)).bounce is expected


@pytest.mark.parametrize("status", ["5.7.1", "5.7.26", "5.7.0", "5.5.4", "5.6.0", "4.7.1", "4.4.2", "4.1.1"])
@pytest.mark.parametrize("stage", list(Stage))
def test_policy_content_and_passing_faults_never_cost_an_address(stage: Stage, status: str) -> None:
    assert judgement(stage, read(f"{status[0]}50 {status} refused".encode())).bounce not in COSTS_THE_ADDRESS


@pytest.mark.parametrize("code", range(400, 600, 7))
def test_a_refused_sender_never_costs_an_address(code: int) -> None:
    assert judgement(Stage.MAIL, read(f"{code} 5.1.0 refused".encode())).bounce not in COSTS_THE_ADDRESS


def test_who_refused_is_told_apart() -> None:
    def reason(stage: Stage, line: bytes) -> Reason:
        outcome = verdict(stage, read(line))
        assert isinstance(outcome, Refused)
        return outcome.reason

    assert reason(Stage.RCPT, b"550 5.1.1 unknown") is Reason.RECIPIENT_SERVER_REFUSED
    assert reason(Stage.RCPT, b"550 no") is Reason.RECIPIENT_SERVER_REFUSED
    assert reason(Stage.BODY, b"550 5.1.1 unknown") is Reason.RECIPIENT_SERVER_REFUSED
    assert reason(Stage.RCPT, b"554 5.7.1 relay access denied") is Reason.RELAY_REFUSED
    assert reason(Stage.MAIL, b"550 no") is Reason.RELAY_REFUSED
    assert reason(Stage.BODY, b"554 no") is Reason.RELAY_REFUSED


@pytest.mark.parametrize(
    ("line", "suppress"),
    [
        (b"550 5.1.1 no such user", True),
        (b"550 5.2.1 mailbox disabled", True),
        (b"552 5.2.2 over quota", False),
        (b"554 5.7.1 user unknown to our policy: rejected as spam", False),
        (b"550 no", False),
    ],
)
def test_only_what_is_dead_for_good_costs_an_address(line: bytes, suppress: bool) -> None:
    outcome = verdict(Stage.RCPT, read(line))
    assert isinstance(outcome, Refused)
    assert outcome.suppress is suppress


def test_too_fast_is_deferred_even_where_the_code_is_final() -> None:
    assert verdict(Stage.RCPT, read(b"550 5.4.5 Daily sending quota exceeded")) == Deferred(
        "550 5.4.5 Daily sending quota exceeded", bounce=BounceClass.RATE
    )


def test_only_what_asks_for_it_slows_us_down() -> None:
    assert too_fast(read(b"421 too many connections"))
    assert too_fast(read(b"451 4.7.650 rate limited"))
    assert not too_fast(read(b"421 4.3.2 shutting down"))
    assert not too_fast(read(b"450 4.7.1 greylisted"))
    assert not too_fast(read(b"454 4.7.1 <a@b.test>: Relay access denied"))
    assert not too_fast(read(b"554 5.4.6 too many hops"))


def test_a_missing_login_needs_a_person() -> None:
    assert needs_a_person(read(b"530 5.7.0 Authentication required"))
    assert not needs_a_person(read(b"550 5.7.1 no"))
