"""Amazon SES by SNS: each report is signed, and comes once its topic's subscription is confirmed.

What is signed in which order: https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html (version 1
is SHA-1, version 2 SHA-256). What a report holds:
https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html; of an identity without a
configuration set the same comes as `notificationType`, and without tags.
"""

import base64
import binascii
import http.client
import json
import re
from collections.abc import Callable, Collection
from datetime import datetime
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from channels.email.reports.judged import Fields, Reports, known, moment, text
from core.errors import Unavailable
from core.messages import Event
from core.ports import HookRequest
from core.vocabulary import BounceClass as B
from core.vocabulary import EventKind

SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
HASHES = {"1": hashes.SHA1, "2": hashes.SHA256}
CLEAR = {
    "MailboxFull": known(B.MAILBOX, "MailboxFull"),
    "MessageTooLarge": known(B.CONTENT, "MessageTooLarge"),
    "ContentRejected": known(B.CONTENT, "ContentRejected"),
    "AttachmentRejected": known(B.CONTENT, "AttachmentRejected"),
    "Suppressed": known(B.SENDER, "Suppressed"),
    "OnAccountSuppressionList": known(B.SENDER, "OnAccountSuppressionList"),
}
"""The last two were never tried, because of what SES remembers."""
NO_WISH = ("not-spam", "auth-failure")
_SNS = re.compile(r"sns\.[a-z0-9-]{1,40}\.amazonaws\.com(\.cn)?")


class SesHooks:
    """A core.ports.Hooks for the topics named; `fetch` gets a certificate, or confirms a subscription.

    It is asked for addresses of Amazon's own hosts alone, and may raise Unavailable.
    """

    def __init__(self, topics: Collection[str], signing: bytes, fetch: Callable[[str], bytes]) -> None:
        self._topics, self._fetch, self._reports = topics, fetch, Reports("ses", signing)
        self._certificates: dict[str, rsa.RSAPublicKey] = {}

    def verify(self, request: HookRequest) -> None:
        """A subscription of ours that asks to be confirmed is, once its signature is good."""
        told = self._reports.object(request.body)
        if text(told, "TopicArn") not in self._topics:
            raise self._reports.forged("topic")
        fields, hash_ = SIGNED.get(text(told, "Type")), HASHES.get(text(told, "SignatureVersion"))
        if fields is None or hash_ is None:
            raise self._reports.forged("type")
        signed = "".join(f"{name}\n{text(told, name)}\n" for name in fields if name in told)
        try:
            signature = base64.b64decode(text(told, "Signature"), validate=True)
            key = self._key(text(told, "SigningCertURL"))
            key.verify(signature, signed.encode("utf-8", "replace"), padding.PKCS1v15(), hash_())
        except (ValueError, binascii.Error, InvalidSignature):
            raise self._reports.forged("signature") from None
        if text(told, "Type") == "SubscriptionConfirmation":
            self._fetch(self._amazons(text(told, "SubscribeURL")))

    def parse(self, request: HookRequest) -> list[Event]:
        told = self._reports.object(request.body)
        try:
            message = json.loads(text(told, "Message")) if text(told, "Type") == "Notification" else None
        except (ValueError, RecursionError):
            return []
        return self._events(message, text(told, "MessageId"), request) if isinstance(message, dict) else []

    def _events(self, message: Fields, key: str, request: HookRequest) -> list[Event]:
        name = text(message, "eventType") or text(message, "notificationType")
        part = message.get(name[:1].lower() + name[1:])
        part = part if isinstance(part, dict) else {}
        letter, at = json.dumps(message.get("mail"))[:200_000], moment(text(part, "timestamp"), request.at)
        match name:
            case "Bounce":
                return [self._bounced(part, key, at, letter)]
            case "Complaint" if _is_wish(part):
                return [self._reports.event(EventKind.COMPLAINED, key, at, letter)]
            case "Delivery":
                return [self._reports.event(EventKind.DELIVERED, key, at, letter)]
            case "DeliveryDelay":
                return [self._reports.event(EventKind.DELAYED, key, at, letter, said=text(part, "delayType"))]
            case "Reject" | "Rendering Failure":
                reason = text(message, "reject", "reason") or text(message, "failure", "errorMessage") or name
                return [self._reports.bounced(key, at, letter, reason, known=known(B.CONTENT, name))]
        return []

    def _bounced(self, part: Fields, key: str, at: datetime, letter: str) -> Event:
        given = part.get("bouncedRecipients")
        one = given[0] if isinstance(given, list) and given and isinstance(given[0], dict) else {}
        said = text(one, "diagnosticCode") or f"{text(part, 'bounceType')} {text(part, 'bounceSubType')}"
        clear = CLEAR.get(text(part, "bounceSubType"))
        return self._reports.bounced(key, at, letter, said, status=text(one, "status"), known=clear)

    def _key(self, url: str) -> rsa.RSAPublicKey:
        url = self._amazons(url)
        if url not in self._certificates:
            key = x509.load_pem_x509_certificate(self._fetch(url)).public_key()
            if not isinstance(key, rsa.RSAPublicKey):
                raise ValueError("not an RSA key")
            self._certificates = {url: key}
        return self._certificates[url]

    def _amazons(self, url: str) -> str:
        parts = urlsplit(url)
        plain = parts.scheme == "https" and parts.port in (None, 443) and parts.username is None
        if not plain or _SNS.fullmatch(parts.hostname or "") is None:
            raise self._reports.forged("host")
        return url


def _is_wish(complaint: Fields) -> bool:
    """Not one that SES made up of its own list, nor a report of something else (RFC 5965, 7.3)."""
    return text(complaint, "complaintFeedbackType") not in NO_WISH and not text(complaint, "complaintSubType")


def fetch(url: str) -> bytes:
    """Get it without following any redirect; raise Unavailable (`hook.unfetchable`)."""
    parts = urlsplit(url)
    connection = http.client.HTTPSConnection(parts.hostname or "", timeout=10)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}" if parts.query else parts.path)
        answer = connection.getresponse()
        body = answer.read(100_000)
    except (OSError, http.client.HTTPException):
        raise Unavailable("hook.unfetchable", what=parts.hostname) from None
    finally:
        connection.close()
    if answer.status != http.client.OK:
        raise Unavailable("hook.unfetchable", what=parts.hostname)
    return body
