"""The nodes of a segment's expression: a closed set, each with its form in JSON."""

from calendar import isleap
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from core.vocabulary import AttributeType, SuppressionList


class Operator(StrEnum):
    EQ = "eq"
    NE = "ne"
    CONTAINS = "contains"
    STARTS = "starts"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"
    BETWEEN = "between"
    ONE_OF = "one_of"
    IS_SET = "is_set"
    WITHIN_LAST = "within_last"
    """Days back from the instant of which the expression speaks."""
    BIRTHDAY_IN = "birthday_in"
    """The day recurs within so many days to come, today included; the year does not matter."""
    RECURS_ON = "recurs_on"
    """It has the day and month of that date; who was born on a 29 February is met on the 28th in a common year."""


class Engagement(StrEnum):
    RECEIVED = "received"
    OPENED = "opened"
    CLICKED = "clicked"


O = Operator  # noqa: E741 - the table below reads better so
ORDERED = (O.EQ, O.NE, O.LT, O.LE, O.GT, O.GE, O.BETWEEN)
OPERATORS = {
    AttributeType.TEXT: (O.EQ, O.NE, O.CONTAINS, O.STARTS, O.ONE_OF, O.IS_SET),
    AttributeType.NUMBER: (*ORDERED, O.ONE_OF, O.IS_SET),
    AttributeType.DATE: (*ORDERED, O.WITHIN_LAST, O.BIRTHDAY_IN, O.RECURS_ON, O.IS_SET),
    AttributeType.FLAG: (O.EQ, O.IS_SET),
}
"""What may be asked of a value of each type, in the order in which it is offered."""

FIELDS = {
    "external_id": AttributeType.TEXT,
    "first_name": AttributeType.TEXT,
    "last_name": AttributeType.TEXT,
    "language": AttributeType.TEXT,
    "country": AttributeType.TEXT,
    "timezone": AttributeType.TEXT,
    "created_at": AttributeType.DATE,
}
"""The contact's own columns that may be asked for."""

Scalar = str | Decimal | date | bool | int
Value = Scalar | tuple[Scalar, ...] | None


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; without parts: everyone."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


@dataclass(frozen=True, slots=True)
class Compare:
    """A column (`attribute` false) or an attribute, asked by an operator that its type knows."""

    name: str
    attribute: bool
    type: AttributeType
    operator: Operator
    value: Value


@dataclass(frozen=True, slots=True)
class HasChannel:
    channel: str


@dataclass(frozen=True, slots=True)
class HasConsent:
    channel: str
    purpose: str


@dataclass(frozen=True, slots=True)
class OnList:
    """Suppressed on the channel: by this list, or by any if it is None."""

    channel: str
    list: SuppressionList | None


@dataclass(frozen=True, slots=True)
class MemberOf:
    segment_id: int


@dataclass(frozen=True, slots=True)
class Engaged:
    """With one campaign, or with any; at any time, or within the last `days`."""

    how: Engagement
    campaign_id: int | None
    days: int | None


@dataclass(frozen=True, slots=True)
class HasWritten:
    channel: str | None
    days: int | None


Node = All | Any | Not | Compare | HasChannel | HasConsent | OnList | MemberOf | Engaged | HasWritten


def to_json(node: Node) -> dict[str, object]:  # noqa: PLR0911 - one line a node
    """The node as it is stored; an attribute's type goes along, so that a frozen tree needs nothing else."""
    match node:
        case All(parts):
            return {"all": [to_json(part) for part in parts]}
        case Any(parts):
            return {"any": [to_json(part) for part in parts]}
        case Not(part):
            return {"not": to_json(part)}
        case Compare():
            return _comparison(node)
        case HasChannel(channel):
            return {"has_channel": channel}
        case HasConsent(channel, purpose):
            return {"consent": {"channel": channel, "purpose": purpose}}
        case OnList(channel, listed):
            return {"suppressed": {"channel": channel, "list": listed and listed.value}}
        case MemberOf(segment_id):
            return {"member_of": segment_id}
        case Engaged(how, campaign_id, days):
            return {how.value: {"campaign": campaign_id, "days": days}}
        case HasWritten(channel, days):
            return {"has_written": {"channel": channel, "days": days}}


def named_segments(node: Node) -> set[int]:
    """Ids of the lists that the expression asks for."""
    match node:
        case All(parts) | Any(parts):
            return {segment_id for part in parts for segment_id in named_segments(part)}
        case Not(part):
            return named_segments(part)
        case MemberOf(segment_id):
            return {segment_id}
        case _:
            return set()


def birthdays(today: date, days: int) -> list[str]:
    """The days `MM-DD` from today on; who was born on a 29 February is met on the 28th in a common year."""
    coming = [today + timedelta(days=ahead) for ahead in range(min(days, 366) + 1)]
    found = {day.strftime("%m-%d") for day in coming}
    common = {day.year for day in coming if (day.month, day.day) == (2, 28) and not isleap(day.year)}
    return sorted(found | {"02-29"} if common else found)


def _comparison(node: Compare) -> dict[str, object]:
    written: dict[str, object] = {"attribute" if node.attribute else "field": node.name, "op": node.operator.value}
    if node.attribute:
        written["type"] = node.type.value
    if node.value is not None:
        written["value"] = _plain(node.value)
    return written


def _plain(value: Value) -> object:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
