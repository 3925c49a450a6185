"""Reports of the services that carry our mail: believed only where they prove themselves, read into our events."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.echoes import echoes
from channels.email.reports.brevo import BrevoHooks
from channels.email.reports.mailgun import MailgunHooks
from channels.email.reports.postmark import PostmarkHooks
from channels.email.reports.sendgrid import SIGNATURE, TIMESTAMP, SendgridHooks
from channels.email.reports.ses import SesHooks
from core.errors import Forged, Invalid
from core.ports import HookRequest, Hooks
from core.rules import tokens
from core.vocabulary import BounceClass, EventKind

KEY = b"s" * 32
NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)
TOKEN = tokens.sign_lower(KEY, tokens.MESSAGE_ID, 7).decode()
FORGED_TOKEN = tokens.sign_lower(b"x" * 32, tokens.MESSAGE_ID, 7).decode()
TOPIC = "arn:aws:sns:eu-central-1:123456789012:returns"
CERTIFICATE = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-1.pem"
Told = list[tuple[EventKind, int | None, BounceClass | None, str | None]]


def request(body: object, **headers: str) -> HookRequest:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HookRequest("POST", "https://mail.shop.example/hooks/x", named, raw, NOON)


def told(hooks: Hooks, asked: HookRequest) -> Told:
    hooks.verify(asked)
    events = hooks.parse(asked)
    assert [event.key for event in events] == [event.key for event in hooks.parse(asked)]
    return [(one.kind, one.delivery_id, one.bounce, one.details.get("suppress")) for one in events]


class Amazon:
    """Signs as SNS does, and hands out its certificate."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
        built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self.key.public_key())
        built = built.serial_number(1).not_valid_before(NOON).not_valid_after(NOON + timedelta(days=1))
        self.certificate = built.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        self.fetched: list[str] = []

    def fetch(self, url: str) -> bytes:
        self.fetched.append(url)
        return self.certificate

    def notification(self, message: object, *, version: str = "2", **changed: str) -> dict[str, str]:
        fields = {
            "Type": "Notification", "MessageId": "m-1", "TopicArn": TOPIC, "Message": json.dumps(message),
            "Timestamp": "2026-05-20T12:00:00.000Z", "SignatureVersion": version, "SigningCertURL": CERTIFICATE,
        } | changed  # fmt: skip
        return self.signed(fields, ("Message", "MessageId", "Timestamp", "TopicArn", "Type"))

    def signed(self, fields: dict[str, str], names: tuple[str, ...]) -> dict[str, str]:
        text = "".join(f"{name}\n{fields[name]}\n" for name in names)
        hash_ = hashes.SHA1() if fields["SignatureVersion"] == "1" else hashes.SHA256()
        signature = self.key.sign(text.encode(), padding.PKCS1v15(), hash_)
        return fields | {"Signature": base64.b64encode(signature).decode()}


@pytest.fixture(scope="module")
def amazon() -> Amazon:
    return Amazon()


def ses(amazon: Amazon) -> SesHooks:
    return SesHooks({TOPIC}, KEY, amazon.fetch)


def ses_bounce(status: str, said: str, kind: str = "Permanent", sub: str = "General") -> dict[str, Any]:
    recipient = {"emailAddress": "anna@example.org", "status": status, "diagnosticCode": said, "action": "failed"}
    bounce = {"bounceType": kind, "bounceSubType": sub, "bouncedRecipients": [recipient], "feedbackId": "f"}
    return {"eventType": "Bounce", "bounce": bounce, "mail": {"tags": {"delivery": [TOKEN]}}}


@pytest.mark.parametrize("version", ["1", "2"])
def test_ses_reports_by_signed_notifications(amazon: Amazon, version: str) -> None:
    asked = request(amazon.notification(ses_bounce("5.1.1", "smtp; 550 5.1.1 user unknown"), version=version))
    assert told(ses(amazon), asked) == [(EventKind.BOUNCED, 7, BounceClass.ADDRESS, "yes")]
    full = ses_bounce("4.2.2", "smtp; 452 4.2.2 over quota", "Transient", "MailboxFull")
    assert told(ses(amazon), request(amazon.notification(full))) == [(EventKind.BOUNCED, 7, BounceClass.MAILBOX, "no")]
    mail = {"mail": {"source": "x", "headers": [{"name": "Message-ID", "value": f"<{TOKEN}@shop.example>"}]}}
    for name, kind in (("Complaint", EventKind.COMPLAINED), ("Delivery", EventKind.DELIVERED)):
        asked = request(amazon.notification({"notificationType": name, name.lower(): {}} | mail))
        assert told(ses(amazon), asked) == [(kind, 7, None, None)]


@pytest.mark.parametrize(
    "changed",
    [
        {"Message": '{"eventType": "Complaint"}'},
        {"TopicArn": "arn:aws:sns:eu-central-1:666:mine"},
        {"SigningCertURL": "https://evil.example/sns.eu-central-1.amazonaws.com/x.pem"},
        {"SigningCertURL": "https://sns.eu-central-1.amazonaws.com.evil.example/x.pem"},
        {"SigningCertURL": "http://sns.eu-central-1.amazonaws.com/x.pem"},
        {"SigningCertURL": "https://sns.eu-central-1.amazonaws.com@evil.example/x.pem"},
        {"SigningCertURL": "https://bucket.s3.amazonaws.com/x.pem"},
        {"Signature": "AAAA"},
        {"SignatureVersion": "3"},
    ],
)
def test_a_forged_notification_is_refused_and_nothing_of_a_stranger_is_fetched(
    amazon: Amazon, changed: dict[str, str]
) -> None:
    amazon.fetched.clear()
    hooks = ses(amazon)
    with pytest.raises(Forged):
        hooks.verify(request(amazon.notification(ses_bounce("5.1.1", "x")) | changed))
    assert set(amazon.fetched) <= {CERTIFICATE}


def test_a_subscription_is_confirmed_at_amazon_alone(amazon: Amazon) -> None:
    names = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
    good = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"
    for url, confirmed in ((good, True), ("https://evil.example/?Action=ConfirmSubscription", False)):
        amazon.fetched.clear()
        asking = amazon.notification("", Type="SubscriptionConfirmation") | {"SubscribeURL": url, "Token": "t"}
        asked = request(amazon.signed(asking, names))
        if confirmed:
            assert told(ses(amazon), asked) == []
            assert amazon.fetched == [CERTIFICATE, good]
        else:
            with pytest.raises(Forged):
                ses(amazon).verify(asked)
            assert amazon.fetched == [CERTIFICATE]


class Sendgrid:
    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        public = self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        self.hooks = SendgridHooks(base64.b64encode(public).decode(), KEY)

    def request(self, *entries: object) -> HookRequest:
        body = json.dumps(list(entries)).encode()
        signature = base64.b64encode(self.key.sign(b"1779278400" + body, ec.ECDSA(hashes.SHA256()))).decode()
        return HookRequest("POST", "", {SIGNATURE: signature, TIMESTAMP: "1779278400"}, body, NOON)


def entry(name: str, **more: str) -> dict[str, object]:
    return {"event": name, "sg_event_id": f"id-{name}", "timestamp": 1779278400, "smtp-id": f"<{TOKEN}@s>"} | more


def test_sendgrid_reports_by_signed_events() -> None:
    sendgrid = Sendgrid()
    asked = sendgrid.request(
        entry("bounce", reason="550 5.1.1 no such user", status="5.1.1", type="bounce"),
        entry("bounce", reason="550 5.7.1 blocked using a list", status="5.7.1", type="blocked"),
        entry("deferred", response="451 later"),
        entry("dropped", reason="Bounced Address"),
        entry("spamreport"),
        entry("delivered"),
        entry("open"),
        "no object",
    )
    assert told(sendgrid.hooks, asked) == [
        (EventKind.BOUNCED, 7, BounceClass.ADDRESS, "yes"),
        (EventKind.BOUNCED, 7, BounceClass.SENDER, "no"),
        (EventKind.DELAYED, 7, None, None),
        (EventKind.BOUNCED, 7, BounceClass.ADDRESS, "no"),
        (EventKind.COMPLAINED, 7, None, None),
        (EventKind.DELIVERED, 7, None, None),
    ]
    changed = HookRequest("POST", "", asked.headers, asked.body.replace(b"5.1.1", b"5.2.1"), NOON)
    with pytest.raises(Forged):
        sendgrid.hooks.verify(changed)
    with pytest.raises(Invalid):
        SendgridHooks("no key", KEY)


def mailgun(data: Mapping[str, object], *, at: datetime = NOON, key: str = "secret") -> HookRequest:
    stamp = str(int(at.timestamp()))
    signature = hmac.new(key.encode(), f"{stamp}token".encode(), hashlib.sha256).hexdigest()
    headers = {"message": {"headers": {"message-id": f"{TOKEN}@shop.example"}}}
    event = {"id": "e1", "timestamp": at.timestamp(), **headers, **data}
    return request({"signature": {"timestamp": stamp, "token": "token", "signature": signature}, "event-data": event})


def test_mailgun_reports_within_its_window() -> None:
    hooks = MailgunHooks("secret", KEY)
    gone = {"code": 550, "message": "5.1.1 The email account that you tried to reach does not exist"}
    failed = {"event": "failed", "severity": "permanent", "reason": "bounce", "delivery-status": gone}
    assert told(hooks, mailgun(failed)) == [(EventKind.BOUNCED, 7, BounceClass.ADDRESS, "yes")]
    assert told(hooks, mailgun(failed | {"severity": "temporary"})) == [(EventKind.DELAYED, 7, None, None)]
    assert told(hooks, mailgun(failed | {"reason": "suppress-bounce"}))[0][3] == "no"
    assert told(hooks, mailgun({"event": "complained"})) == [(EventKind.COMPLAINED, 7, None, None)]
    for forged in (mailgun(failed, key="other"), mailgun(failed, at=NOON - timedelta(days=2)), request({})):
        with pytest.raises(Forged):
            hooks.verify(forged)


def basic(secret: str) -> str:
    return f"Basic {base64.b64encode(secret.encode()).decode()}"


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"RecordType": "Bounce", "Type": "HardBounce", "Details": "smtp;550 5.1.1 user unknown"}, "bounced address"),
        ({"RecordType": "Bounce", "Type": "Blocked", "Details": "smtp;550 listed"}, "bounced sender"),
        ({"RecordType": "Bounce", "Type": "AutoResponder"}, "autoreplied None"),
        ({"RecordType": "Bounce", "Type": "Transient"}, "delayed None"),
        ({"RecordType": "SpamComplaint", "Type": "SpamComplaint"}, "complained None"),
        ({"RecordType": "Delivery"}, "delivered None"),
        ({"RecordType": "SubscriptionChange", "SuppressSending": True, "SuppressionReason": "HardBounce"}, ""),
        ({"RecordType": "Open"}, ""),
    ],
)
def test_postmark_reports_by_what_stands_in_its_address(record: Mapping[str, object], expected: str) -> None:
    hooks = PostmarkHooks("user:password", KEY)
    asked = request({"ID": 1, "Metadata": {"delivery": TOKEN}, **record}, authorization=basic("user:password"))
    assert [f"{kind} {bounce}" for kind, _, bounce, _ in told(hooks, asked)] == ([expected] if expected else [])
    for wrong in ("", basic("user:other"), "Bearer user:password", "Basic ==="):
        with pytest.raises(Forged):
            hooks.verify(request({}, authorization=wrong))


def test_brevo_reports_with_a_token() -> None:
    hooks = BrevoHooks("long-token", KEY)

    def asked(name: str, **more: str) -> HookRequest:
        body = {"event": name, "X-Mailin-custom": TOKEN, "message-id": "<1@brevo>", "ts_event": 1779278400, **more}
        return request(body, authorization="Bearer long-token")

    gone = asked("hard_bounce", reason="550 5.1.1 user unknown")
    assert told(hooks, gone) == [(EventKind.BOUNCED, 7, BounceClass.ADDRESS, "yes")]
    full = asked("soft_bounce", reason="452 4.2.2 mailbox full")
    assert told(hooks, full) == [(EventKind.BOUNCED, 7, BounceClass.MAILBOX, "no")]
    assert told(hooks, asked("blocked", reason="blocked")) == [(EventKind.BOUNCED, 7, BounceClass.SENDER, "no")]
    assert told(hooks, asked("spam")) == [(EventKind.COMPLAINED, 7, None, None)]
    with pytest.raises(Forged):
        hooks.verify(request({}, authorization="Bearer other"))


def test_a_report_that_names_no_letter_of_ours_is_kept_and_names_none() -> None:
    body = {"event": "hard_bounce", "X-Mailin-custom": FORGED_TOKEN, "reason": "550 5.1.1 user unknown"}
    assert told(BrevoHooks("t", KEY), request(body, authorization="Bearer t"))[0][1] is None


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["event", "event-data", "RecordType", "Type", "Message", "bounce", "mail", "timestamp", "signature"]
    ) | st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(JSON | st.binary(max_size=60))
def test_whatever_is_posted_is_refused_or_read(body: object) -> None:
    asked = request(body)
    all_hooks = (
        MailgunHooks("k", KEY), PostmarkHooks("k", KEY), BrevoHooks("k", KEY), Sendgrid().hooks,
        SesHooks({TOPIC}, KEY, lambda _: b""),
    )  # fmt: skip
    for hooks in all_hooks:
        with pytest.raises((Forged, Invalid)):
            hooks.verify(asked)
        try:
            hooks.parse(asked)
        except Invalid:
            continue


def test_a_relay_that_changes_the_message_id_gets_our_token_in_a_header_of_its_own() -> None:
    assert echoes(["smtp.postmarkapp.com", "smtp-relay.brevo.com"]) == [
        b"X-Mailin-custom: ",
        b"X-PM-Metadata-delivery: ",
    ]
    assert echoes(["email-smtp.eu-central-1.amazonaws.com"]) == [b"X-SES-MESSAGE-TAGS: delivery="]
    assert echoes(["smtp.mailgun.org", "evilbrevo.com"]) == []
