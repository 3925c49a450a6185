"""Mailgun's webhooks: signed inside their body, by HMAC with SHA-256 over timestamp and token.

https://documentation.mailgun.com/docs/mailgun/user-manual/events/webhooks#securing-webhooks; tried again over eight
hours: https://help.mailgun.com/hc/en-us/articles/202236504-Webhooks.
"""

import hashlib
import hmac
from datetime import timedelta

from channels.email.reports.judged import Reports, known, moment, text
from core.messages import Event
from core.ports import HookRequest
from core.vocabulary import BounceClass as B
from core.vocabulary import EventKind

WINDOW = timedelta(hours=12)
"""Mailgun tries for eight hours; an older one was recorded and is played again. Within it the event's id does."""
PLAIN = {
    "delivered": EventKind.DELIVERED,
    "complained": EventKind.COMPLAINED,
    "unsubscribed": EventKind.UNSUBSCRIBED,
}


class MailgunHooks:
    """A core.ports.Hooks; `key` is the account's HTTP webhook signing key."""

    def __init__(self, key: str, signing: bytes) -> None:
        self._key, self._reports = key.encode(), Reports("mailgun", signing)

    def verify(self, request: HookRequest) -> None:
        fields = self._reports.object(request.body)
        stamp, token = text(fields, "signature", "timestamp"), text(fields, "signature", "token")
        expected = hmac.new(self._key, f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
        given = text(fields, "signature", "signature")
        if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
            raise self._reports.forged("signature")
        if abs(request.at - moment(stamp, request.at)) > WINDOW:
            raise self._reports.forged("age")

    def parse(self, request: HookRequest) -> list[Event]:
        told = self._reports.object(request.body).get("event-data")
        if not isinstance(told, dict):
            return []
        name, at = text(told, "event"), moment(text(told, "timestamp"), request.at)
        key = f"{text(told, 'id')}:{at:%Y-%m-%d}"
        # Its ids are unique within a day.
        letter = f"{text(told, 'message', 'headers', 'message-id')} {text(told, 'envelope', 'sender')}"
        if name in PLAIN:
            way = {"way": "link"} if name == "unsubscribed" else {}
            return [self._reports.event(PLAIN[name], key, at, letter, **way)]
        if name not in ("failed", "rejected"):
            return []
        status = told.get("delivery-status")
        status = status if isinstance(status, dict) else {}
        words = (text(status, "code"), text(status, "message"), text(status, "description"), text(told, "reason"))
        said = " ".join(part for part in words if part)
        if text(told, "severity") == "temporary":
            return [self._reports.event(EventKind.DELAYED, key, at, letter, said=said[:200])]
        remembered = text(told, "reason").startswith("suppress-") or name == "rejected"
        clear = known(B.SENDER, text(told, "reason")[:40] or name) if remembered else None
        enhanced = text(status, "enhanced-code")
        return [self._reports.bounced(key, at, letter, said, status=enhanced, known=clear)]
