"""What Twilio's side does, as switched on the page: balance, refusals, faults, and reports."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox.page.numbers import number
from sandbox.twilio.world import Behaviour

USUAL_NEXT = 10
"""How many messages a switch strikes, where nobody says."""


def change(held: Behaviour, form: Mapping[str, Any]) -> None:
    """Raise ValueError for what is no number, and change nothing."""
    balance, price = (Decimal(str(number(form.get(name), 0.0))) for name in ("phone_balance", "phone_price"))
    refused, failing = (int(number(form.get(name), USUAL_NEXT)) for name in ("phone_refuse", "phone_fail"))
    if "phone_price" in form:
        held.balance = balance if form.get("balance-on") else None
        held.price = price
    held.refuse_next = refused if form.get("toofast-on") else 0
    held.fail_next = failing if form.get("faults-on") else 0
    held.silent, held.twice = bool(form.get("silent-on")), bool(form.get("twice-on"))


def reset(held: Behaviour) -> None:
    usual = Behaviour()
    held.balance, held.price = usual.balance, usual.price
    held.refuse_next, held.fail_next, held.silent, held.twice = 0, 0, False, False
