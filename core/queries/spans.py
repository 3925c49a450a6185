"""A span of contacts: the chunk of which a statement speaks, told to every table that it asks."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

Column = ColumnElement[Any] | InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True)
class Span:
    """Contact ids in (after, upto]. The planner does not conclude from a contact's span to that of its rows."""

    after: int
    upto: int

    def holds(self, column: Column) -> tuple[ColumnElement[bool], ...]:
        return column > self.after, column <= self.upto


def within(column: Column, span: Span | None) -> tuple[ColumnElement[bool], ...]:
    """The column's part of the span; nothing where everybody is meant."""
    return () if span is None else span.holds(column)
