"""What returned mails mean: read whole, from the mail's bytes to the verdict on an address."""

import csv
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.returns.parsing import read_return
from core.rules.bounces.judging import Judgement, judge
from core.vocabulary import BounceClass

CORPORA = os.environ.get("SENDBOTE_CORPORA")
RIGHT_AT_LEAST = 0.90
REPORT = """\
From: MAILER-DAEMON@relay.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=edge

--edge
Content-Type: text/plain

This could not be delivered.
--edge
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; anna@shop.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}
--edge--
"""
COMPLAINT = """\
From: reports@provider.example
Subject: FW: offer
Content-Type: multipart/report; report-type=feedback-report; boundary=edge

--edge
Content-Type: message/feedback-report

Feedback-Type: abuse
Version: 1
Original-Rcpt-To: anna@shop.example
--edge--
"""
PLAIN = """\
From: Mail Delivery System <mailer-daemon@relay.example>
Subject: failure notice

Sorry, your letter came back.

<anna@shop.example>:
550 No such user here
<bert@shop.example>:
552 mailbox is full

--- Below this line is a copy of the message.
To: carl@shop.example
"""


def judged(mail: str) -> list[tuple[str, BounceClass, bool]]:
    notices = read_return(mail.encode())
    return [(notice.address, verdict.bounce, verdict.suppress) for notice in notices for verdict in (judge(notice),)]


@pytest.mark.parametrize(
    ("action", "status", "said", "bounce", "suppress"),
    [
        ("failed", "5.1.1", "550 5.1.1 User unknown", BounceClass.ADDRESS, True),
        ("failed", "5.1.2", "550 host unknown", BounceClass.DOMAIN, True),
        ("failed", "5.2.2", "552 5.2.2 mailbox is full", BounceClass.MAILBOX, False),
        ("failed", "5.2.1", "550 account disabled", BounceClass.MAILBOX, True),
        ("failed", "5.7.1", "554 5.7.1 anna@shop.example: blocked using a block list", BounceClass.SENDER, False),
        ("failed", "5.7.1", "554 message looks like spam", BounceClass.CONTENT, False),
        ("delayed", "4.4.1", "connection timed out", BounceClass.TRANSIENT, False),
        ("delayed", "5.1.1", "550 5.1.1 User unknown", BounceClass.ADDRESS, False),
    ],
)
def test_a_delivery_report_is_judged_by_words_and_codes(
    action: str, status: str, said: str, bounce: BounceClass, suppress: bool
) -> None:
    assert judged(REPORT.format(action=action, status=status, said=said)) == [("anna@shop.example", bounce, suppress)]


def test_a_complaint_suppresses_whom_the_report_names() -> None:
    assert judged(COMPLAINT) == [("anna@shop.example", BounceClass.COMPLAINT, True)]


def test_plain_words_are_read_for_each_address_and_the_returned_letter_is_not() -> None:
    assert judged(PLAIN) == [
        ("anna@shop.example", BounceClass.ADDRESS, True),
        ("bert@shop.example", BounceClass.MAILBOX, False),
    ]


def test_an_autoreply_suppresses_nobody_and_an_answer_is_no_bounce() -> None:
    away = "From: anna@shop.example\nSubject: Out of office\nAuto-Submitted: auto-replied\n\nBack on Monday."
    assert judged(away) == [("anna@shop.example", BounceClass.AUTOREPLY, False)]
    assert judged("From: anna@shop.example\nSubject: Re: offer\n\nYes, please.") == []


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 900), st.binary(max_size=40), st.sampled_from([REPORT, COMPLAINT, PLAIN]))
def test_mutated_and_truncated_mail_never_raises(at: int, noise: bytes, mail: str) -> None:
    raw = mail.encode()
    for notice in (*read_return(raw[:at] + noise + raw[at:]), *read_return(raw[:at] + noise)):
        assert isinstance(judge(notice), Judgement)


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: message/rfc822\n\n" * 3000,
        b"Subject: =?iso-8\xff59-15?Q?failure?=\nFrom: MAILER-DAEMON\n\nhello",
        b"Subject: " + b"a@" * 600_000 + b"\n\nhello",
        b"From: MAILER-DAEMON\nSubject: failure notice\n\n" + b"a.b@c." * 200_000,
        b"From: MAILER-DAEMON\nSubject: failure notice\n\n" + b"user " * 200_000,
        b"From: MAILER-DAEMON\nSubject: failure notice\n\n" + b"<br " * 200_000,
        b"From: MAILER-DAEMON\nSubject: failure notice\n\n" + b'"' * 900_000,
        b"From: MAILER-DAEMON\nSubject: failure notice\n\n" + b"\\x{41}" * 150_000,
        b'From: MAILER-DAEMON\nSubject: failure notice\n\n{"notificationType":' + b"[" * 90_000,
        b"From: MAILER-DAEMON\nSubject: failure notice\n\n" + b"".join(b"a%d@b.example\n" % one for one in range(9000)),
    ],
)
def test_hostile_mail_is_read_to_an_end(raw: bytes) -> None:
    for notice in read_return(raw):
        assert not judge(notice).suppress


@pytest.mark.skipif(not CORPORA, reason="SENDBOTE_CORPORA names no folder")
def test_the_corpus_suppresses_few_by_mistake() -> None:
    folder = Path(str(CORPORA)) / "bounces"
    with (folder / "labels.tsv").open() as labels:
        rows = [row for row in csv.DictReader(labels, delimiter="\t") if row["class"] != "other"]
    found = {file.name: [judge(one) for one in read_return(file.read_bytes())] for file in (folder / "mail").iterdir()}
    at = [(row, found[row["file"]], int(row["recipient"]) - 1) for row in rows]
    pairs = [(row, judgements[index]) for row, judgements, index in at if index < len(judgements)]
    spared = ("suspend", "filtered", "feedback")
    right = sum(one.bounce == row["class"] for row, one in pairs)
    wrongly = sum(one.suppress and row["hard"] != "true" and row["reason"] not in spared for row, one in pairs)
    assert right / len(rows) >= RIGHT_AT_LEAST, f"{right} of {len(rows)} right"
    assert wrongly / len(rows) <= 0.03, f"{wrongly} of {len(rows)} suppressed by mistake"
