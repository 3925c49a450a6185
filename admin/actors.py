"""Who did something, by name: the audit keeps `operator:<id>`, `telegram:<id>`, `command` or `system`."""

from admin.context import reading
from core.queries import operators
from core.tables.operators import Operator
from texts import _


def actor(by: str | None) -> str:
    """The operator's name; what is no operator says what it is."""
    kind, _colon, number = (by or "").partition(":")
    found: Operator | None = None
    if number.isdigit():
        found = operators.owner_of(reading(), int(number)) if kind == "telegram" else None
        found = reading().get(Operator, int(number)) if kind == "operator" else found
    if found is not None:
        return found.name
    if kind == "series":
        return _("a series")
    return {"system": "Sendbote", "command": _("the command line"), "customer": _("the customer")}.get(kind, by or "–")
