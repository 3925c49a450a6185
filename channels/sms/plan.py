"""How a provider's HTTP interface is called, as a JSON file says; docs/adding-a-provider.md walks through one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from core.errors import Invalid
from core.vocabulary import Reason

KNOWN = frozenset(
    {"url", "method", "headers", "json", "form", "statuses", "id", "error", "errors", "halts", "balance", "per_second"}
)


@dataclass(frozen=True, slots=True)
class Plan:
    """Strings of `headers`, `json` and `form` hold `{to}`, `{from}`, `{text}` and `{id}`; paths are dotted names."""

    url: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None
    statuses: tuple[int, ...] = (200, 201, 202)
    """With these the provider has taken the message."""
    id: str = "id"
    error: str = "error"
    errors: Mapping[str, Reason] = field(default_factory=dict)
    """What its error words mean for a recipient."""
    halts: tuple[str, ...] = ()
    """Error words that concern the account: nobody can be sent to."""
    balance: Mapping[str, str] | None = None
    """`url`, and the paths `amount` and `currency`."""
    per_second: float = 10.0


def read_plan(path: Path) -> Plan:
    """Raise Invalid (`gateway.unreadable`, `gateway.bad_plan`) naming the place."""
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise Invalid("gateway.unreadable", where=str(path), problem=str(problem)) from None
    if not isinstance(given, dict) or urlsplit(str(given.get("url", ""))).scheme not in ("http", "https"):
        raise Invalid("gateway.bad_plan", where="url")
    if unknown := set(given) - KNOWN:
        raise Invalid("gateway.bad_plan", where=", ".join(sorted(unknown)))
    try:
        errors = {str(word): Reason(reason) for word, reason in given.get("errors", {}).items()}
    except ValueError:
        raise Invalid("gateway.bad_plan", where="errors") from None
    lists = {name: tuple(given[name]) for name in ("statuses", "halts") if name in given}
    return Plan(**{**given, **lists, "errors": errors})


def value_at(body: Any, path: str) -> str:
    """What stands at a dotted path; empty where there is nothing."""
    for name in path.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    return "" if body is None else str(body)
