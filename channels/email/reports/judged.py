"""A service's report as an event: which letter it speaks of, and what the bounce in it means."""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from channels.email.returns.codes import code_in, status_in
from channels.email.returns.whose import whose
from channels.email.returns.words import one_line
from core.errors import Forged, Invalid
from core.messages import Event
from core.rules.bounces.judging import Judgement, judge
from core.rules.bounces.notices import Notice
from core.vocabulary import BounceClass, EventKind

SAID_LIMIT = 500
MILLISECONDS = 1e11
"""As seconds this would be the year 5138."""
Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reports:
    """One service's name, and the key by which our own tokens are known again."""

    provider: str
    signing: bytes

    def event(self, kind: EventKind, key: str, at: datetime, letter: str, **details: str) -> Event:
        """`letter` is whatever in the report may hold a token of ours; without one it changes nothing and is kept."""
        found = whose(self.signing, [letter])
        told = {"way": self.provider, **details}
        return Event(kind, self.provider, key[:200], at, found[1] if found else None, "email", details=told)

    def bounced(
        self,
        key: str,
        at: datetime,
        letter: str,
        said: str,
        *,
        status: str = "",
        known: Judgement | None = None,
        spares: bool = False,
    ) -> Event:
        """Came back for good; by the server's words, where the service has no clearer one of its own (`known`).

        It blacklists nobody where the service itself says that it was not the address (`spares`).
        """
        words = one_line(said, SAID_LIMIT)
        verdict = known or judge(
            Notice("", action="failed", status=status or status_in(words), code=code_in(words), said=words)
        )
        suppress = "yes" if verdict.suppress and not spares else "no"
        event = self.event(EventKind.BOUNCED, key, at, letter, said=words, suppress=suppress, rule=verdict.rule)
        return Event(**{name: getattr(event, name) for name in event.__slots__} | {"bounce": verdict.bounce})

    def forged(self, why: str) -> Forged:
        return Forged("hook.forged", provider=self.provider, why=why)

    def object(self, body: bytes) -> Fields:
        """The body as one JSON object; raise Invalid."""
        found = self.json(body)
        if not isinstance(found, dict):
            raise Invalid("hook.unreadable", provider=self.provider)
        return found

    def json(self, body: bytes) -> Any:
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise Invalid("hook.unreadable", provider=self.provider) from None


def known(bounce: BounceClass, rule: str, *, suppress: bool = False) -> Judgement:
    """What a service's own word says beyond doubt."""
    return Judgement(bounce, suppress, f"service:{rule}")


def text(fields: Fields, *path: str) -> str:
    """A value somewhere within, as text; nothing where it is missing or no plain value."""
    found: Any = fields
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return str(found) if isinstance(found, str | int | float) else ""


def moment(value: str, usual: datetime) -> datetime:
    """Seconds or milliseconds since 1970, or ISO 8601; when it came in where it is neither."""
    try:
        if value.replace(".", "", 1).isdigit():
            since = float(value)
            return datetime.fromtimestamp(since / 1000 if since >= MILLISECONDS else since, UTC)
        at = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except (ValueError, OverflowError, OSError):
        return usual
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def knows_secret(authorization: str, secret: str) -> bool:
    """`user:password` by Basic authentication (RFC 7617), any other secret as a Bearer token (RFC 6750)."""
    scheme, _, given = authorization.partition(" ")
    if ":" not in secret:
        return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), secret.encode())
    try:
        told = base64.b64decode(given.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    return scheme.lower() == "basic" and hmac.compare_digest(told, secret.encode())
