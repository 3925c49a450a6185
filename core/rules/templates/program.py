"""A compiled template: constant pieces and slots, rendered for one recipient by a few joins."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import escape

from core.errors import Invalid, Problem

MAX_OUTPUT = 1_000_000
MAX_TURNS = 100

Values = Mapping[str, Any]
Test = Callable[[Values], object]


class MissingValue(Problem):
    """This recipient has no value for a variable without a fallback; it concerns nobody else."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A variable's place; `filters` are applied in their order, then the value is escaped if the part is HTML."""

    name: str
    filters: tuple[Callable[[object], str], ...] = ()
    fallback: str | None = None
    escaped: bool = False

    def fill(self, values: Values) -> str:
        value = values.get(self.name)
        if value is None or value == "":
            if self.fallback is None:
                raise MissingValue("template.missing_value", name=self.name)
            value = self.fallback
        else:
            for apply in self.filters:
                value = apply(value)
        if type(value) is not str:
            value = str(value)
        return str(escape(value)) if self.escaped and not value.isalnum() else value


@dataclass(frozen=True, slots=True)
class Choice:
    """`if`, `elif` and `else`: the first branch whose test holds."""

    branches: tuple[tuple[Test, "Pieces"], ...]
    otherwise: "Pieces"


@dataclass(frozen=True, slots=True)
class Loop:
    """`for` over a list of the contact's own, at most 100 turns."""

    variable: str
    over: str
    body: "Pieces"


Piece = str | Slot | Choice | Loop
Pieces = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Program:
    pieces: Pieces
    names: frozenset[str]
    """Every variable used."""
    required: frozenset[str]
    """Those that stand somewhere without a fallback and outside of any condition."""

    def render(self, values: Values) -> str:
        """Raise MissingValue, or Invalid (`template.too_long`) past a million characters."""
        out: list[str] = []
        _render(self.pieces, values, out, MAX_OUTPUT)
        return "".join(out)


def _render(pieces: Sequence[Piece], values: Values, out: list[str], room: int) -> int:
    """Append what the pieces say; returns how much room is left."""
    for piece in pieces:
        if isinstance(piece, str):
            out.append(piece)
            room -= len(piece)
        elif isinstance(piece, Slot):
            filled = piece.fill(values)
            out.append(filled)
            room -= len(filled)
        elif isinstance(piece, Choice):
            room = _render(_chosen(piece, values), values, out, room)
        else:
            room = _turn(piece, values, out, room)
        if room < 0:
            raise Invalid("template.too_long", most=MAX_OUTPUT)
    return room


def _chosen(choice: Choice, values: Values) -> Pieces:
    for test, body in choice.branches:
        if test(values):
            return body
    return choice.otherwise


def _turn(loop: Loop, values: Values, out: list[str], room: int) -> int:
    items = values.get(loop.over)
    for item in items[:MAX_TURNS] if isinstance(items, list) else ():
        room = _render(loop.body, {**values, loop.variable: item}, out, room)
    return room
