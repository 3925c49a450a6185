"""Statuses read from the account's list of messages, where Twilio cannot report them to us."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from channels.twilio.hooks import Tried, status_event
from core.messages import DeliveryId, Event

SETTLED = ("delivered", "undelivered", "failed", "read")
"""What ends the waiting; that a message is on its way is known already."""


def fetched(listed: Sequence[Any], left: dict[str, tuple[DeliveryId, int]]) -> list[Event]:
    """Events of the messages that are waited for and have come to their end; those are taken out of `left`."""
    found = []
    for message in listed:
        sid, status = (message.get("sid"), message.get("status")) if isinstance(message, Mapping) else (None, None)
        if not isinstance(sid, str) or sid not in left or status not in SETTLED:
            continue
        code = message.get("error_code")
        tried, at = Tried(*left.pop(sid)), _moment(message.get("date_updated")) or datetime.now(UTC)
        found.append(status_event(sid, str(status), code if isinstance(code, int) else 0, tried, at))
    return found


def made_before(message: Any, since: datetime) -> bool:
    made = _moment(message.get("date_created")) if isinstance(message, Mapping) else None
    return made is not None and made < since


def _moment(written: object) -> datetime | None:
    """RFC 2822, as Twilio writes its dates."""
    try:
        return parsedate_to_datetime(str(written)).astimezone(UTC)
    except ValueError:
        return None
