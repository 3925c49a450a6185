"""Amazon's notifications as they come by mail: one JSON object at the top of the text."""

import json
from collections.abc import Iterator
from typing import Any

from channels.email.returns.codes import code_in, stage_in, status_in
from channels.email.returns.words import one_line
from core.rules.bounces.notices import Kind, Notice

MARK = "notificationType"
KINDS = {"Bounce": ("bounce", "bouncedRecipients"), "Complaint": ("complaint", "complainedRecipients")}


def notified(words: str) -> list[Notice]:
    """None where the text holds no such object, by itself or within another.

    Lines that a mail server cut with `!` are joined again.
    """
    start = words.find("{")
    if MARK not in words or start < 0:
        return []
    joined = words[start:].replace("!\r\n ", "").replace("!\n ", "")
    try:
        told, _ = json.JSONDecoder(strict=False).raw_decode(joined)
    except (ValueError, RecursionError):
        return []
    if not isinstance(told, dict):
        return []
    inner = told.get("Message")
    return notified(inner) if isinstance(inner, str) and "Type" in told else list(_notices(told))


def _notices(told: dict[str, Any]) -> Iterator[Notice]:
    part, recipients = KINDS.get(str(told.get("notificationType")), ("", ""))
    inner = told.get(part)
    given = inner.get(recipients) if isinstance(inner, dict) else None
    for one in given if isinstance(given, list) else []:
        if isinstance(one, dict):
            yield _notice(one, Kind.COMPLAINT if part == "complaint" else Kind.FAILURE)


def _notice(one: dict[str, Any], kind: Kind) -> Notice:
    said = one_line(str(one.get("diagnosticCode", "")))
    status = status_in(said) or status_in(str(one.get("status", "")))
    address, action = str(one.get("emailAddress", ""))[:254].lower(), str(one.get("action", ""))[:20].lower()
    return Notice(address, kind, action, status, code_in(said), stage_in(said), said)
