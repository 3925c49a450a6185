"""Reading the single values in a segment's expression, each checked for its type and its size."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from core.errors import Invalid
from core.rules.segments.tree import Operator, Scalar, Value
from core.vocabulary import AttributeType

LONGEST_TEXT = 500
MOST_CHOICES = 1000
MOST_DAYS = 36_500
LARGEST_NUMBER = Decimal(10) ** 15
LARGEST_ID = 2**63 - 1
CHANNEL = re.compile(r"[a-z][a-z0-9_]{0,31}")

Word = TypeVar("Word", bound=StrEnum)


def value(kind: AttributeType, operator: Operator, given: object, where: str) -> Value:
    """What the operator compares with: nothing, one value, two in order, several, or a number of days."""
    if operator is Operator.IS_SET:
        if given is not None:
            raise Invalid("segment.value_not_wanted", where=where)
        return None
    if operator in (Operator.WITHIN_LAST, Operator.BIRTHDAY_IN):
        return days(given, where)
    if operator is Operator.ONE_OF:
        return _several(kind, given, where)
    if operator is Operator.BETWEEN:
        return _two(kind, given, where)
    return _scalar(kind, given, where)


def text(given: object, where: str) -> str:
    """Text that PostgreSQL can hold: not empty, not too long, no NUL and no half of a surrogate pair."""
    if not isinstance(given, str) or not given:
        raise Invalid("segment.not_a_text", where=where)
    if len(given) > LONGEST_TEXT or "\0" in given or any("\ud800" <= letter <= "\udfff" for letter in given):
        raise Invalid("segment.bad_text", where=where, most=LONGEST_TEXT)
    return given


def word(given: object, words: type[Word], where: str) -> Word:
    if not isinstance(given, str) or given not in set(words):
        raise Invalid("segment.not_a_choice", where=where, choices=", ".join(words))
    return words(given)


def channel(given: object, where: str) -> str:
    """A channel's key; channels are open, so any well-formed key will do."""
    if not isinstance(given, str) or not CHANNEL.fullmatch(given):
        raise Invalid("segment.not_a_channel", where=where)
    return given


def identifier(given: object, where: str) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or not 0 < given <= LARGEST_ID:
        raise Invalid("segment.not_an_id", where=where)
    return given


def days(given: object, where: str) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or not 0 <= given <= MOST_DAYS:
        raise Invalid("segment.not_days", where=where, most=MOST_DAYS)
    return given


def mapping(given: object, known: set[str], where: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise Invalid("segment.not_a_condition", where=where)
    only(given, known, where)
    return given


def only(given: dict[str, Any], known: set[str], where: str) -> None:
    """Refuse a key that nobody would read: most likely it is misspelt, and the condition would mean something else."""
    unknown = sorted(str(key) for key in set(given) - known)
    if unknown:
        raise Invalid("segment.unknown_key", where=where or "expression", name=unknown[0][:50])


def _scalar(kind: AttributeType, given: object, where: str) -> Scalar:
    if kind is AttributeType.NUMBER:
        return _number(given, where)
    if kind is AttributeType.DATE:
        return _date(given, where)
    if kind is AttributeType.FLAG:
        if not isinstance(given, bool):
            raise Invalid("segment.not_a_flag", where=where)
        return given
    return text(given, where)


def _number(given: object, where: str) -> Decimal:
    if isinstance(given, bool) or not isinstance(given, int | float | str) or len(str(given)) > 40:
        raise Invalid("segment.not_a_number", where=where)
    try:
        number = Decimal(str(given))
    except InvalidOperation:
        raise Invalid("segment.not_a_number", where=where) from None
    if not number.is_finite() or number.copy_abs() > LARGEST_NUMBER:
        raise Invalid("segment.not_a_number", where=where)
    return number


def _date(given: object, where: str) -> date:
    if not isinstance(given, str) or len(given) != 10:
        raise Invalid("segment.not_a_date", where=where)
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise Invalid("segment.not_a_date", where=where) from None


def _several(kind: AttributeType, given: object, where: str) -> tuple[Scalar, ...]:
    if not isinstance(given, list) or not 0 < len(given) <= MOST_CHOICES:
        raise Invalid("segment.not_choices", where=where, most=MOST_CHOICES)
    return tuple(_scalar(kind, one, f"{where}.{place}") for place, one in enumerate(given))


def _two(kind: AttributeType, given: object, where: str) -> tuple[Scalar, ...]:
    if not isinstance(given, list) or len(given) != 2:
        raise Invalid("segment.not_two", where=where)
    low, high = (_scalar(kind, one, f"{where}.{place}") for place, one in enumerate(given))
    if low > high:  # type: ignore[operator]  # both of the one type of this column
        raise Invalid("segment.wrong_order", where=where)
    return low, high
