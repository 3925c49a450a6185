"""What a campaign costs, in plain words."""

from typing import Any

from babel.numbers import format_decimal

from texts import _, language, ngettext


def cost_lines(cost: Any) -> list[str]:
    """Cost, balance and the longest message, a line each; nothing on a channel that has no price."""
    if cost is None:
        return []
    longest = cost.longest
    lines = [
        _("Cost: about %(cost)s", cost=money(cost.amount)) if cost.amount else _("Cost: no price is set"),
        _("Balance: %(balance)s", balance=money(cost.balance)) if cost.balance else _("Balance: unknown"),
    ]
    if longest:
        lines.append(
            ngettext(
                "Longest message: %(n)s part in %(encoding)s (%(units)s characters)",
                "Longest message: %(n)s parts in %(encoding)s (%(units)s characters)",
                longest.segments,
                encoding=longest.encoding,
                units=longest.units,
            )
        )
    if cost.longest_cost:
        lines.append(_("It costs %(cost)s for one recipient.", cost=money(cost.longest_cost, 4)))
    if longest and longest.dear:
        lines.append(_dear(longest.dear))
    if cost.unpriced:
        lines.append(_("No price is known for %(count)s of them.", count=cost.unpriced))
    if cost.lacking:
        lines.append(_("The balance is too low for all of them."))
    return lines


def lasts_line(cost: Any, recipients: int) -> str:
    """For how many the balance lasts, and how much is missing for all."""
    return _(
        "It lasts for about %(some)s of %(count)s; %(missing)s are missing.",
        some=format_decimal(cost.lasts_for(recipients), locale=language()),
        count=format_decimal(recipients, locale=language()),
        missing=money(cost.missing),
    )


def part_lines(counted: Any) -> list[str]:
    """What a text comes to: parts, alphabet, the room that is left, and the character that made it dear."""
    lines = [
        ngettext("One part", "%(n)s parts", counted.segments),
        _("%(encoding)s, %(units)s characters", encoding=counted.encoding, units=counted.units),
        _("%(left)s more until the next part", left=counted.left),
    ]
    if counted.dear:
        lines.append(_dear(counted.dear))
    return lines


def _dear(sign: str) -> str:
    return _("“%(sign)s” is not in the short alphabet: each part holds 67 characters, not 153.", sign=sign)


def money(held: Any, digits: int = 2) -> str:
    amount = format_decimal(held.amount, format=f"#,##0.{'0' * digits}", locale=language())
    return f"{amount} {held.currency}"
