"""A segment's comparison as an SQL condition over `Contact`: columns and attributes, each in its type."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Numeric, String, case, cast, func, literal

from core.queries import settings
from core.rules.segments.tree import Compare, Operator, birthdays
from core.tables.contacts import Contact
from core.vocabulary import AttributeType

Condition = ColumnElement[bool]


def compare(node: Compare, as_of: datetime) -> Condition:
    """Whether the value compares so; null where there is none."""
    if node.operator is Operator.IS_SET:
        return _raw(node).is_not(None)
    if node.type is AttributeType.TEXT:
        return _text(node)
    if node.type is AttributeType.NUMBER:
        json = Contact.attributes[node.name]
        number = case((func.jsonb_typeof(json) == "number", cast(json, Numeric)))
        return _ordered(number, node, lambda value: value)
    if node.type is AttributeType.FLAG:
        flag: ColumnElement[str] = Contact.attributes[node.name].astext
        return flag == ("true" if node.value else "false")
    return _date(node, as_of)


def _raw(node: Compare) -> ColumnElement[Any]:
    if node.attribute:
        return func.nullif(Contact.attributes[node.name].astext, "")
    column: ColumnElement[Any] = getattr(Contact, node.name)
    return func.nullif(column, "") if node.type is AttributeType.TEXT else column


def _text(node: Compare) -> Condition:
    """Capitals make no difference, as people expect of a list that people typed."""
    raw: ColumnElement[str] = Contact.attributes[node.name].astext if node.attribute else getattr(Contact, node.name)
    match node.operator:
        case Operator.CONTAINS:
            return raw.icontains(str(node.value), autoescape=True)
        case Operator.STARTS:
            return raw.istartswith(str(node.value), autoescape=True)
        case Operator.ONE_OF:
            assert isinstance(node.value, tuple)
            return func.lower(raw).in_([func.lower(literal(str(value))) for value in node.value])
        case Operator.NE:
            return func.lower(raw).is_distinct_from(func.lower(literal(str(node.value))))
        case _:
            return func.lower(raw) == func.lower(literal(str(node.value)))


def _date(node: Compare, as_of: datetime) -> Condition:
    """Today is the day of `as_of` by its own clock; what happened to a contact has its day by the account's.

    Attributes hold dates as ISO 8601 text, which sorts as it is: no cast that a stray value could break.
    """
    day: ColumnElement[Any]
    if node.attribute:
        day = func.left(Contact.attributes[node.name].astext, 10).collate("C")
        write: Callable[[Any], Any] = _iso
        recurring = func.substr(Contact.attributes[node.name].astext, 6, 5)
    else:
        day = cast(func.timezone(settings.zone(), getattr(Contact, node.name)), Date)
        write = _as_is
        recurring = func.to_char(func.timezone(settings.zone(), getattr(Contact, node.name)), "MM-DD")
    if node.operator is Operator.BIRTHDAY_IN:
        assert isinstance(node.value, int)
        return recurring.in_(birthdays(as_of.date(), node.value))
    if node.operator is Operator.RECURS_ON:
        assert isinstance(node.value, date)
        return recurring.in_(birthdays(node.value, 0))
    if node.operator is Operator.WITHIN_LAST:
        assert isinstance(node.value, int)
        return day.between(write(_days_before(as_of, node.value)), write(as_of.date()))
    return _ordered(day, node, write)


def _ordered(column: ColumnElement[Any], node: Compare, write: Callable[[Any], Any]) -> Condition:
    if isinstance(node.value, tuple):
        values = [write(value) for value in node.value]
        return column.between(*values) if node.operator is Operator.BETWEEN else column.in_(values)
    return COMPARISONS[node.operator](column, write(node.value))


def _days_before(as_of: datetime, days: int) -> date:
    return as_of.date() - timedelta(days=days)


def _iso(value: Any) -> ColumnElement[str]:
    return literal(value.isoformat(), String())


def _as_is(value: Any) -> Any:
    return value


COMPARISONS: dict[Operator, Callable[[ColumnElement[Any], Any], Condition]] = {
    Operator.EQ: lambda column, value: column == value,
    Operator.NE: lambda column, value: column.is_distinct_from(value),
    Operator.LT: lambda column, value: column < value,
    Operator.LE: lambda column, value: column <= value,
    Operator.GT: lambda column, value: column > value,
    Operator.GE: lambda column, value: column >= value,
}
