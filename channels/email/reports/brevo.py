"""Brevo's transactional webhooks: unsigned, they bring the token, or the user and password, that we gave them.

https://developers.brevo.com/docs/transactional-webhooks for the fields, /docs/batch-webhooks for lists of them, and
/docs/username-and-password-authentication for how calls are secured. No event has an id of its own (`id` is the
webhook's), so that one is told from another by what it says.
"""

import hashlib
import hmac

from channels.email.reports.judged import Reports, known, knows_secret, moment, text
from core.messages import Event
from core.ports import HookRequest
from core.vocabulary import BounceClass as B
from core.vocabulary import EventKind

PLAIN = {
    "delivered": EventKind.DELIVERED,
    "deferred": EventKind.DELAYED,
    "spam": EventKind.COMPLAINED,
    "complaint": EventKind.COMPLAINED,
    "unsubscribed": EventKind.UNSUBSCRIBED,
}
FAILED = ("hard_bounce", "soft_bounce", "invalid_email", "blocked", "error")
CLEAR = {
    "invalid_email": known(B.ADDRESS, "invalid_email", suppress=True),
    "blocked": known(B.SENDER, "blocked"),
    "error": known(B.SENDER, "error"),
}
"""`blocked`: Brevo did not try, because of what it remembers; that proves nothing anew."""


class BrevoHooks:
    """A core.ports.Hooks; `secret` is the webhook's token, or `user:password`."""

    def __init__(self, secret: str, signing: bytes) -> None:
        self._secret, self._reports = secret, Reports("brevo", signing)

    def verify(self, request: HookRequest) -> None:
        if not knows_secret(request.headers.get("authorization", ""), self._secret):
            raise self._reports.forged("authorization")

    def parse(self, request: HookRequest) -> list[Event]:
        entries = self._reports.json(request.body)
        given = entries if isinstance(entries, list) else [entries]
        return [event for told in given if isinstance(told, dict) for event in self._events(told, request)]

    def _events(self, told: dict[str, object], request: HookRequest) -> list[Event]:
        name, id_ = text(told, "event").lower(), text(told, "message-id")
        stamp = text(told, "ts_event") or text(told, "ts_epoch") or text(told, "ts")
        at = moment(stamp, request.at)
        letter = f"{text(told, 'X-Mailin-custom')} {id_}"
        key = f"{name}:{id_}:{text(told, 'email')}:{stamp}"
        said = text(told, "reason")
        if name in PLAIN:
            way = {"way": "link"} if name == "unsubscribed" else {}
            return [self._reports.event(PLAIN[name], self._hashed(key), at, letter, **way, said=said[:200])]
        if name in FAILED:
            return [self._reports.bounced(self._hashed(key), at, letter, said, known=CLEAR.get(name))]
        return []

    def _hashed(self, key: str) -> str:
        """It holds an address, which is nobody's business for ever."""
        return hmac.new(self._reports.signing, key.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
