"""SendGrid's signed Event Webhook: a list of events, each with an id of its own.

Fields and their values: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event. The signature is
ECDSA with SHA-256 over the timestamp's header and the body as it came:
https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features.
"""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from channels.email.reports.judged import Fields, Reports, known, moment, text
from core.errors import Invalid
from core.messages import Event
from core.ports import HookRequest
from core.vocabulary import BounceClass as B
from core.vocabulary import EventKind

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
PLAIN = {
    "delivered": EventKind.DELIVERED,
    "deferred": EventKind.DELAYED,
    "spamreport": EventKind.COMPLAINED,
    "unsubscribe": EventKind.UNSUBSCRIBED,
    "group_unsubscribe": EventKind.UNSUBSCRIBED,
}
DROPPED = {
    "bounced address": known(B.ADDRESS, "dropped"),
    "spam reporting address": known(B.SENDER, "dropped"),
    "unsubscribed address": known(B.SENDER, "dropped"),
    "invalid": known(B.ADDRESS, "dropped"),
    "spam content": known(B.CONTENT, "dropped"),
}
"""Never tried, because of what SendGrid remembers: no proof of its own that the address is dead."""
UNCLEAR = {
    "content": known(B.CONTENT, "classification"),
    "reputation": known(B.SENDER, "classification"),
    "frequency/volume": known(B.RATE, "classification"),
}
"""Values of `bounce_classification`; with the others (invalid address, mailbox unavailable, technical, unclassified)
the server's own words say more. A `type` of `blocked` is a refusal of the message, and speaks of no address."""


class SendgridHooks:
    """A core.ports.Hooks; `public_key` is the verification key of the webhook's settings, in base64."""

    def __init__(self, public_key: str, signing: bytes) -> None:
        self._reports = Reports("sendgrid", signing)
        try:
            key = load_der_public_key(base64.b64decode(public_key, validate=True))
        except (ValueError, binascii.Error):
            raise Invalid("hook.bad_key", name="SENDBOTE_SENDGRID_KEY") from None
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise Invalid("hook.bad_key", name="SENDBOTE_SENDGRID_KEY")
        self._key = key

    def verify(self, request: HookRequest) -> None:
        signed = request.headers.get(TIMESTAMP, "").encode("latin-1", "replace") + request.body
        try:
            signature = base64.b64decode(request.headers.get(SIGNATURE, ""), validate=True)
            self._key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
        except (ValueError, binascii.Error, InvalidSignature):
            raise self._reports.forged("signature") from None

    def parse(self, request: HookRequest) -> list[Event]:
        entries = self._reports.json(request.body)
        if not isinstance(entries, Sequence):
            raise Invalid("hook.unreadable", provider="sendgrid")
        events = (self._event(entry, request.at) for entry in entries if isinstance(entry, dict))
        return [event for event in events if event is not None]

    def _event(self, entry: Fields, came: datetime) -> Event | None:
        name, key = text(entry, "event"), text(entry, "sg_event_id")
        letter = f"{text(entry, 'smtp-id')} {text(entry, 'delivery')}"
        at, said = moment(text(entry, "timestamp"), came), text(entry, "reason") or text(entry, "response")
        if not key:
            return None
        if name in PLAIN:
            way = {"way": "link"} if PLAIN[name] is EventKind.UNSUBSCRIBED else {}
            return self._reports.event(PLAIN[name], key, at, letter, **way, said=said[:200])
        if name == "dropped":
            return self._reports.bounced(key, at, letter, said, known=DROPPED.get(said.lower(), known(B.SENDER, name)))
        if name == "bounce":
            clear = UNCLEAR.get(text(entry, "bounce_classification").lower())
            status, blocked = text(entry, "status"), text(entry, "type").lower() == "blocked"
            return self._reports.bounced(key, at, letter, said, status=status, known=clear, spares=blocked)
        return None
