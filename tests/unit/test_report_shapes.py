"""Reports as the services document them, whole, with what is beside the fields that we read."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from channels.email.reports.brevo import BrevoHooks
from channels.email.reports.judged import moment
from channels.email.reports.mailgun import MailgunHooks
from channels.email.reports.postmark import PostmarkHooks
from channels.email.reports.ses import SesHooks
from core.messages import Event
from core.vocabulary import BounceClass as B
from core.vocabulary import EventKind
from tests.unit.test_reports import KEY, NOON, TOKEN, Amazon, Sendgrid, mailgun, request, ses

SENDGRID = {
    "email": "anna@example.org",
    "timestamp": 1779278400,
    "smtp-id": f"<{TOKEN}@shop.example>",
    "category": ["autumn"],
    "sg_event_id": "c2dfZXZlbnQ",
    "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.1",
}
SES_MAIL = {
    "timestamp": "2026-05-20T11:59:59.000Z",
    "source": "bounce@shop.example",
    "sendingAccountId": "123456789012",
    "messageId": "0100018f-1",
    "destination": ["anna@example.org"],
    "headersTruncated": False,
    "headers": [{"name": "Message-ID", "value": f"<{TOKEN}@shop.example>"}],
    "commonHeaders": {"messageId": f"<{TOKEN}@shop.example>", "subject": "Hello"},
}
POSTMARK = {
    "ID": 42,
    "ServerID": 23,
    "MessageStream": "broadcast",
    "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
    "Tag": "",
    "Email": "anna@example.org",
    "From": "news@shop.example",
    "BouncedAt": "2026-05-20T07:28:10.2735393-04:00",
    "DumpAvailable": True,
    "Inactive": True,
    "CanActivate": True,
    "Subject": "Hello",
    "Metadata": {"delivery": TOKEN},
}
BREVO = {
    "email": "anna@example.org",
    "id": 26224,
    "date": "2026-05-20 14:00:00",
    "ts": 1779278390,
    "message-id": "<202605201200.1@smtp-relay.mailin.fr>",
    "ts_event": 1779278400,
    "subject": "Hello",
    "X-Mailin-custom": TOKEN,
    "sending_ip": "192.0.2.1",
    "ts_epoch": 1779278400000,
    "template_id": 22,
    "tags": ["transac_messages"],
}


def one(events: list[Event]) -> tuple[EventKind, int | None, B | None, str | None, datetime]:
    (event,) = events
    return event.kind, event.delivery_id, event.bounce, event.details.get("suppress"), event.at


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            {"event": "bounce", "type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 unknown", "tls": "1"}
            | {"bounce_classification": "Invalid Address"},
            (EventKind.BOUNCED, B.ADDRESS, "yes"),
        ),
        (
            {"event": "bounce", "type": "blocked", "status": "5.1.1", "reason": "550 5.1.1 user unknown (blocked)"}
            | {"bounce_classification": "Unclassified"},
            (EventKind.BOUNCED, B.ADDRESS, "no"),
        ),
        (
            {"event": "bounce", "type": "blocked", "reason": "554 rejected", "bounce_classification": "Reputation"},
            (EventKind.BOUNCED, B.SENDER, "no"),
        ),
        ({"event": "dropped", "reason": "Spam Content"}, (EventKind.BOUNCED, B.CONTENT, "no")),
        ({"event": "dropped", "reason": "Recipient List over Package Quota"}, (EventKind.BOUNCED, B.SENDER, "no")),
        ({"event": "deferred", "response": "400 try again later", "attempt": "5"}, (EventKind.DELAYED, None, None)),
        ({"event": "group_unsubscribe", "asm_group_id": 10}, (EventKind.UNSUBSCRIBED, None, None)),
    ],
)
def test_sendgrid(told: Mapping[str, object], expected: tuple[EventKind, B | None, str | None]) -> None:
    sendgrid = Sendgrid()
    asked = sendgrid.request({**SENDGRID, **told})
    sendgrid.hooks.verify(asked)
    kind, delivery, bounce, suppress, at = one(sendgrid.hooks.parse(asked))
    assert ((kind, bounce, suppress), delivery, at) == (expected, 7, NOON)


def bounced(kind: str, sub: str, **recipient: str) -> dict[str, Any]:
    return {
        "eventType": "Bounce",
        "mail": SES_MAIL,
        "bounce": {
            "bounceType": kind,
            "bounceSubType": sub,
            "bouncedRecipients": [{"emailAddress": "anna@example.org", **recipient}],
            "timestamp": "2026-05-20T12:00:00.000Z",
            "feedbackId": "0100018f-2",
            "reportingMTA": "dns; a8-70.smtp-out.amazonses.com",
        },
    }


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            bounced("Permanent", "General", action="failed", status="5.1.1", diagnosticCode="smtp; 550 user unknown"),
            (EventKind.BOUNCED, B.ADDRESS, "yes"),
        ),
        (bounced("Permanent", "OnAccountSuppressionList"), (EventKind.BOUNCED, B.SENDER, "no")),
        (bounced("Transient", "MailboxFull"), (EventKind.BOUNCED, B.MAILBOX, "no")),
        (bounced("Undetermined", "Undetermined"), (EventKind.BOUNCED, B.UNKNOWN, "no")),
        (
            {"eventType": "Rendering Failure", "failure": {"errorMessage": "Attribute 'name' is not there"}},
            (EventKind.BOUNCED, B.CONTENT, "no"),
        ),
        (
            {"eventType": "Complaint", "complaint": {"complaintFeedbackType": "abuse", "complaintSubType": None}},
            (EventKind.COMPLAINED, None, None),
        ),
        ({"eventType": "Complaint", "complaint": {"complaintFeedbackType": "auth-failure"}}, None),
        ({"eventType": "Complaint", "complaint": {"complaintSubType": "OnAccountSuppressionList"}}, None),
        (
            {"eventType": "DeliveryDelay", "deliveryDelay": {"delayType": "MailboxFull", "delayedRecipients": []}},
            (EventKind.DELAYED, None, None),
        ),
        ({"eventType": "Send", "send": {}}, None),
    ],
)
def test_ses(message: dict[str, Any], expected: tuple[EventKind, B | None, str | None] | None) -> None:
    amazon = Amazon()
    hooks: SesHooks = ses(amazon)
    asked = request(amazon.notification({"mail": SES_MAIL} | message))
    hooks.verify(asked)
    events = hooks.parse(asked)
    assert [(event.kind, event.bounce, event.details.get("suppress")) for event in events] == [expected] * len(events)
    assert bool(events) is (expected is not None)
    assert all(event.delivery_id == 7 for event in events)


def test_ses_greets_a_new_topic_with_a_sentence_that_is_no_report() -> None:
    amazon = Amazon()
    asked = request(amazon.notification("") | {"Message": "Successfully validated SNS topic."})
    assert ses(amazon).parse(asked) == []


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            {"RecordType": "Bounce", "Type": "HardBounce", "TypeCode": 1, "Name": "Hard bounce"}
            | {"Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found)."}
            | {"Details": "smtp;550 5.1.1 no such user"},
            (EventKind.BOUNCED, B.ADDRESS, "yes"),
        ),
        ({"RecordType": "Bounce", "Type": "DMARCPolicy", "TypeCode": 100009}, (EventKind.BOUNCED, B.SENDER, "no")),
        ({"RecordType": "SpamComplaint", "Type": "SpamComplaint", "TypeCode": 512}, (EventKind.COMPLAINED, None, None)),
    ],
)
def test_postmark(told: Mapping[str, object], expected: tuple[EventKind, B | None, str | None]) -> None:
    kind, delivery, bounce, suppress, at = one(PostmarkHooks("u:p", KEY).parse(request({**POSTMARK, **told})))
    assert ((kind, bounce, suppress), delivery) == (expected, 7)
    assert at == datetime(2026, 5, 20, 11, 28, 10, 273539, UTC), "of a second it writes more than we keep"


def test_postmark_tells_of_a_recipient_who_left() -> None:
    left = {"RecordType": "SubscriptionChange", "ServerID": 23, "MessageStream": "broadcast", "Origin": "Recipient"}
    left |= {"ChangedAt": "2026-05-20T12:00:00Z", "SuppressSending": True, "SuppressionReason": "ManualSuppression"}
    hooks, whose = PostmarkHooks("u:p", KEY), {"Metadata": {"delivery": TOKEN}, "MessageID": "m"}
    assert one(hooks.parse(request(left | whose)))[:2] == (EventKind.UNSUBSCRIBED, 7)
    back = left | whose | {"SuppressSending": False, "SuppressionReason": None}
    assert hooks.parse(request(back)) == []


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            {"severity": "permanent", "reason": "bounce", "delivery-status": {"code": 550, "attempt-no": 1}}
            | {"delivery-status": {"code": 550, "message": "5.1.1 no such user", "mx-host": "mx.example.org"}},
            (EventKind.BOUNCED, B.ADDRESS, "yes"),
        ),
        (
            {"severity": "permanent", "reason": "suppress-complaint", "delivery-status": {"code": 607}},
            (EventKind.BOUNCED, B.SENDER, "no"),
        ),
        (
            {"severity": "temporary", "reason": "generic", "delivery-status": {"code": 498, "retry-seconds": 1800}},
            (EventKind.DELAYED, None, None),
        ),
    ],
)
def test_mailgun(told: Mapping[str, object], expected: tuple[EventKind, B | None, str | None]) -> None:
    hooks = MailgunHooks("secret", KEY)
    asked = mailgun({"event": "failed", "log-level": "error", "recipient": "anna@example.org", **told})
    hooks.verify(asked)
    kind, delivery, bounce, suppress, at = one(hooks.parse(asked))
    assert ((kind, bounce, suppress), delivery, at) == (expected, 7, NOON)


@pytest.mark.parametrize(
    ("name", "reason", "expected"),
    [
        ("hard_bounce", " RecipientError: 550 5.1.1 user unknown", (EventKind.BOUNCED, B.ADDRESS, "yes")),
        ("blocked", "blocked : due to blacklist user", (EventKind.BOUNCED, B.SENDER, "no")),
        ("deferred", "450 4.2.0 greylisted", (EventKind.DELAYED, None, None)),
        ("spam", "", (EventKind.COMPLAINED, None, None)),
        ("unsubscribed", "", (EventKind.UNSUBSCRIBED, None, None)),
    ],
)
def test_brevo(name: str, reason: str, expected: tuple[EventKind, B | None, str | None]) -> None:
    hooks = BrevoHooks("token", KEY)
    asked = request([BREVO | {"event": name, "reason": reason}], authorization="Bearer token")
    hooks.verify(asked)
    kind, delivery, bounce, suppress, at = one(hooks.parse(asked))
    assert ((kind, bounce, suppress), delivery, at) == (expected, 7, NOON)


def test_what_brevo_tells_at_another_moment_is_another_event() -> None:
    hooks = BrevoHooks("token", KEY)
    batch = [BREVO | {"event": "deferred", "ts_event": 1779278400 + minute * 60} for minute in (0, 0, 5)]
    keys = [event.key for event in hooks.parse(request(batch))]
    assert (len(keys), len(set(keys))) == (3, 2)


def test_moments_come_in_seconds_and_in_milliseconds() -> None:
    assert moment("1779278400", NOON.replace(year=2000)) == moment("1779278400000", NOON.replace(year=2000)) == NOON
