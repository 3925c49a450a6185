"""What Twilio posts to us: statuses of messages, and what customers write."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, parse_qsl, urlsplit

from twilio.request_validator import RequestValidator

from channels.twilio.codes import meaning
from core.errors import Forged, Invalid
from core.messages import Event
from core.ports import HookRequest
from core.rules import tokens
from core.rules.addresses import address_key
from core.vocabulary import BounceClass, EventKind

STATUS = "status"
WHATSAPP = "whatsapp:"
KINDS = {
    "queued": EventKind.ACCEPTED,
    "sending": EventKind.ACCEPTED,
    "sent": EventKind.ACCEPTED,
    "delivered": EventKind.DELIVERED,
    "read": EventKind.OPENED,
    "undelivered": EventKind.BOUNCED,
    "failed": EventKind.BOUNCED,
}
LONGEST_TEXT, LONGEST_NAME = 1600, 200
MOST_MEDIA = 10


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt at a delivery: an earlier attempt's report says nothing of a later one."""

    delivery_id: int
    attempt: int


class TwilioHooks:
    """A core.ports.Hooks. `signing` verifies our own token in the address, `addresses` hashes whoever wrote."""

    def __init__(self, auth_token: str, signing: bytes, addresses: bytes) -> None:
        self._validator = RequestValidator(auth_token)
        self._signing, self._addresses = signing, addresses

    def verify(self, request: HookRequest) -> None:
        """By the configured public address: a proxy's headers may say what they like."""
        signature = request.headers.get("x-twilio-signature", "")
        if not self._validator.validate(request.url, _fields(request), signature):
            raise Forged("hook.forged", provider="twilio", why="signature")

    def parse(self, request: HookRequest) -> list[Event]:
        fields = _fields(request)
        if "MessageSid" not in fields:
            raise Invalid("hook.unreadable", where="MessageSid")
        if "MessageStatus" in fields:
            return self._status(request, fields)
        return [self._inbound(request, fields)]

    def _status(self, request: HookRequest, fields: Mapping[str, str]) -> list[Event]:
        status, code = fields["MessageStatus"], fields.get("ErrorCode", "")
        kind = KINDS.get(status)
        tried = self._tried(request.url)
        if kind is None or tried is None:
            return []
        return [status_event(fields["MessageSid"], status, int(code) if code.isdigit() else 0, tried, request.at)]

    def _inbound(self, request: HookRequest, fields: Mapping[str, str]) -> Event:
        given = fields.get("From", "")
        channel, number = ("whatsapp", given.removeprefix(WHATSAPP)) if given.startswith(WHATSAPP) else ("sms", given)
        details = {
            "address_key": address_key(self._addresses, channel, number).hex(),
            "text": fields.get("Body", "")[:LONGEST_TEXT],
            "to": fields.get("To", "").removeprefix(WHATSAPP),
            "name": fields.get("ProfileName", "")[:LONGEST_NAME],
        }
        if media := _media(fields):
            details["media"] = json.dumps(media)
        sid = fields["MessageSid"]
        return Event(EventKind.REPLIED, "twilio", sid, request.at, channel=channel, address=number, details=details)

    def _tried(self, url: str) -> Tried | None:
        query = parse_qs(urlsplit(url).query)
        given, attempt = query.get("d", [""])[0], query.get("n", [""])[0]
        delivery_id = tokens.verify(self._signing, STATUS, given, attempt)
        return None if delivery_id is None else Tried(delivery_id, int(attempt))


def _media(fields: Mapping[str, str]) -> list[dict[str, str]]:
    """Where Twilio keeps what came with the words; whoever wants to see it has to log in there."""
    count = fields.get("NumMedia", "")
    places = range(min(int(count), MOST_MEDIA)) if count.isascii() and count.isdigit() else ()
    found = ((fields.get(f"MediaContentType{place}", ""), fields.get(f"MediaUrl{place}", "")) for place in places)
    return [{"kind": kind[:LONGEST_NAME], "at": at} for kind, at in found if at and len(at) <= LONGEST_TEXT]


def callback_query(signing: bytes, tried: Tried) -> str:
    """What a callback's address says of whom it concerns: the attempt is bound into the token."""
    return f"d={tokens.sign(signing, STATUS, tried.delivery_id, str(tried.attempt))}&n={tried.attempt}"


def status_event(sid: str, status: str, code: int, tried: Tried, at: datetime) -> Event:
    """The same for a callback and for a status that was fetched: its key is the message and the status."""
    kind, bounce = KINDS[status], None
    details = {"said": f"{status} {code}" if code else status, "sid": sid, "attempt": str(tried.attempt)}
    if kind is EventKind.BOUNCED:
        meant = meaning(code)
        bounce = meant.bounce if code else BounceClass.UNKNOWN
        details["reason"] = meant.reason.value if meant.reason else ""
    return Event(kind, "twilio", f"{sid}:{status}", at, delivery_id=tried.delivery_id, bounce=bounce, details=details)


def _fields(request: HookRequest) -> dict[str, str]:
    try:
        return dict(parse_qsl(request.body.decode("utf-8"), keep_blank_values=True))
    except UnicodeDecodeError:
        raise Forged("hook.forged", provider="twilio", why="encoding") from None
