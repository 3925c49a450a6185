"""Between a segment's expression and the rows of its form: one level of rules, all or any of which must hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import Invalid
from core.rules.segments.tree import FIELDS, OPERATORS
from core.vocabulary import AttributeType
from texts import N_, _
from texts.segments import CHANNELS, DATE_OPERATORS
from texts.segments import FIELDS as FIELD_WORDS
from texts.segments import OPERATORS as OPERATOR_WORDS

Types = Mapping[str, AttributeType]
ENGAGEMENTS = {
    "received": N_("Was sent a letter"),
    "opened": N_("Opened a letter"),
    "clicked": N_("Clicked a link"),
    "has_written": N_("Has written to us"),
}
CHANNEL_RULES = {
    "has_channel": N_("Has an address on"),
    "consent": N_("Has given consent on"),
    "suppressed": N_("Must not be written to on"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: what is asked (`field:country`, `attribute:age`, `consent` …), how, and with which value."""

    what: str
    how: str
    value: str


def read(rules: Sequence[Rule], joined: str, types: Types) -> dict[str, Any]:
    """The expression; raise Invalid (`panel.bad_rule`) with the number of a row that cannot be used."""
    if not rules:
        raise Invalid("panel.no_rule", where="rules")
    parts = []
    for row, rule in enumerate(rules, 1):
        try:
            parts.append(_tree(rule, types))
        except (ValueError, KeyError):
            raise Invalid("panel.bad_rule", where=f"rules.{row}", row=row) from None
    return {"any" if joined == "any" else "all": parts}


def rules(tree: Mapping[str, Any]) -> tuple[list[Rule], str] | None:
    """The rows that make the expression, and how they are joined; None if rows cannot say it."""
    for joined in ("all", "any"):
        if joined in tree:
            rows = [_rule(part) for part in tree[joined]]
            return ([row for row in rows if row], joined) if all(rows) else None
    single = _rule(tree)
    return ([single], "all") if single else None


def choices(types: Types, labels: Mapping[str, str]) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """What may be asked, in groups: (value, words, kind of its value)."""
    return [
        (_("Contact"), [(f"field:{name}", _(FIELD_WORDS[name]), kind.value) for name, kind in FIELDS.items()]),
        (_("Attributes"), [(f"attribute:{key}", labels.get(key, key), kind.value) for key, kind in types.items()]),
        (_("Channels"), [(name, _(words), "channel") for name, words in CHANNEL_RULES.items()]),
        (_("What happened"), [(name, _(words), "days") for name, words in ENGAGEMENTS.items()]),
        (_("Lists"), [("member_of", _("Is on the list"), "segment")]),
    ]


def operators() -> dict[str, list[tuple[str, str]]]:
    """How each kind of value may be asked."""
    offered: dict[str, list[tuple[str, str]]] = {}
    for kind, known in OPERATORS.items():
        special = DATE_OPERATORS if kind is AttributeType.DATE else {}
        words = [(one.value, _(special.get(one.value, OPERATOR_WORDS[one.value]))) for one in known]
        offered[kind.value] = [*words, ("not_set", _("is not known"))]
    truth = [("yes", _("yes")), ("no", _("no"))]
    return {
        **offered,
        "channel": truth,
        "segment": truth,
        "days": [("yes", _("within so many days")), ("no", _("not within so many days"))],
    }


def channel_choices() -> list[tuple[str, str]]:
    return [(key, _(words)) for key, words in CHANNELS.items()]


def _tree(rule: Rule, types: Types) -> dict[str, Any]:
    place, colon, name = rule.what.partition(":")
    if colon:
        return _comparison(place, name, rule, types)
    found: dict[str, Any]
    if rule.what == "has_channel":
        found = {"has_channel": rule.value}
    elif rule.what in ("consent", "suppressed"):
        found = {rule.what: {"channel": rule.value}}
    elif rule.what == "member_of":
        found = {"member_of": int(rule.value)}
    elif rule.what in ENGAGEMENTS:
        found = {rule.what: {"days": int(rule.value) if rule.value.strip() else None}}
    else:
        raise KeyError(rule.what)
    return {"not": found} if rule.how == "no" else found


def _comparison(place: str, name: str, rule: Rule, types: Types) -> dict[str, Any]:
    kind = FIELDS[name] if place == "field" else types[name]
    if rule.how == "not_set":
        return {"not": {place: name, "op": "is_set"}}
    if rule.how == "is_set":
        return {place: name, "op": "is_set"}
    if rule.how in ("within_last", "birthday_in"):
        return {place: name, "op": rule.how, "value": int(rule.value)}
    if rule.how in ("one_of", "between"):
        several = [_scalar(kind, part.strip()) for part in rule.value.replace(" … ", ",").split(",") if part.strip()]
        return {place: name, "op": rule.how, "value": several}
    return {place: name, "op": rule.how, "value": _scalar(kind, rule.value.strip())}


def _scalar(kind: AttributeType, value: str) -> object:
    if not value:
        raise ValueError(value)
    if kind is AttributeType.NUMBER:
        number = float(value.replace(",", "."))
        return int(number) if number.is_integer() else number
    return value == "yes" if kind is AttributeType.FLAG else value


def _rule(tree: Mapping[str, Any]) -> Rule | None:  # noqa: PLR0911 - one line a condition
    if "not" in tree:
        inner = _rule(tree["not"])
        opposite = {"yes": "no", "is_set": "not_set"}.get(inner.how) if inner else None
        return Rule(inner.what, opposite, inner.value) if inner and opposite else None
    for place in ("field", "attribute"):
        if place in tree:
            return Rule(f"{place}:{tree[place]}", tree["op"], _shown(tree.get("value")))
    ((name, inside),) = tree.items()
    match name:
        case "has_channel" | "member_of":
            return Rule(name, "yes", str(inside))
        case "consent":
            return Rule(name, "yes", inside["channel"]) if inside.get("purpose") in (None, "marketing") else None
        case "suppressed":
            return Rule(name, "yes", inside["channel"]) if inside.get("list") is None else None
        case "received" | "opened" | "clicked" | "has_written":
            named = inside.get("campaign") or inside.get("channel")
            return None if named else Rule(name, "yes", _shown(inside.get("days")))
        case _:
            return None


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
