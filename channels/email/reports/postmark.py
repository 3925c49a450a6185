"""Postmark's webhooks: unsigned, they prove themselves by the user and password in their address, or a header of ours.

https://postmarkapp.com/developer/webhooks/webhooks-overview; the fields are those of the pages below it, the types of
bounces those of https://postmarkapp.com/developer/api/bounce-api#bounce-types.
"""

from collections.abc import Mapping

from channels.email.reports.judged import Fields, Reports, known, knows_secret, moment, text
from core.messages import Event
from core.ports import HookRequest
from core.vocabulary import BounceClass as B
from core.vocabulary import EventKind

KINDS: Mapping[tuple[str, str], EventKind | None] = {
    ("Delivery", ""): EventKind.DELIVERED,
    ("SpamComplaint", ""): EventKind.COMPLAINED,
    ("SubscriptionChange", ""): EventKind.UNSUBSCRIBED,
    ("Bounce", ""): EventKind.BOUNCED,
    ("Bounce", "SpamComplaint"): EventKind.COMPLAINED,
    ("Bounce", "Transient"): EventKind.DELAYED,
    ("Bounce", "AutoResponder"): EventKind.AUTOREPLIED,
    ("Bounce", "ChallengeVerification"): EventKind.AUTOREPLIED,
    ("Bounce", "AddressChange"): EventKind.AUTOREPLIED,
    ("Bounce", "Unsubscribe"): EventKind.AUTOREPLIED,
    ("Bounce", "Subscribe"): EventKind.AUTOREPLIED,
}
"""By kind of record and type of bounce. Its (un)subscribe requests are answers that it took for such: no proof."""
CLEAR = {
    "BadEmailAddress": known(B.ADDRESS, "BadEmailAddress", suppress=True),
    "ManuallyDeactivated": known(B.SENDER, "ManuallyDeactivated"),
    "SpamNotification": known(B.CONTENT, "SpamNotification"),
    "VirusNotification": known(B.CONTENT, "VirusNotification"),
    "Blocked": known(B.SENDER, "Blocked"),
    "DMARCPolicy": known(B.SENDER, "DMARCPolicy"),
    "SMTPApiError": known(B.SENDER, "SMTPApiError"),
    "TemplateRenderingFailed": known(B.CONTENT, "TemplateRenderingFailed"),
}


class PostmarkHooks:
    """A core.ports.Hooks; `secret` is `user:password` of the webhook's address, or a token in its Authorization."""

    def __init__(self, secret: str, signing: bytes) -> None:
        self._secret, self._reports = secret, Reports("postmark", signing)

    def verify(self, request: HookRequest) -> None:
        if not knows_secret(request.headers.get("authorization", ""), self._secret):
            raise self._reports.forged("authorization")

    def parse(self, request: HookRequest) -> list[Event]:
        told = self._reports.object(request.body)
        record, type_ = text(told, "RecordType"), text(told, "Type")
        letter = f"{text(told, 'Metadata', 'delivery')} {text(told, 'Content')[:100_000]}"
        at = moment(text(told, "BouncedAt") or text(told, "DeliveredAt") or text(told, "ChangedAt"), request.at)
        key = f"{record}:{text(told, 'ID') or text(told, 'MessageID')}:{at.isoformat()}"
        if record == "SubscriptionChange" and not _has_left(told):
            return []
        kind = KINDS.get((record, type_)) or KINDS.get((record, ""))
        if kind is None:
            return []
        if kind is EventKind.BOUNCED:
            said = f"{text(told, 'Details')} {text(told, 'Description')}"
            return [self._reports.bounced(key, at, letter, said, known=CLEAR.get(type_))]
        way = {"way": "link"} if kind is EventKind.UNSUBSCRIBED else {}
        return [self._reports.event(kind, key, at, letter, **way, said=text(told, "Details")[:200])]


def _has_left(told: Fields) -> bool:
    """The recipient, by Postmark's own link; its reactions to bounces and complaints are told on their own."""
    by_hand = text(told, "SuppressionReason") == "ManualSuppression" and text(told, "Origin") == "Recipient"
    return told.get("SuppressSending") is True and by_hand
