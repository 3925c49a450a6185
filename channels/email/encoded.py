"""A letter as bytes with places to fill: constants are encoded once, and a value that recurs once a recipient."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial

from channels.email.dkim import canonical
from channels.email.quoted import piece, word
from core.errors import Invalid
from core.rules.templates import Program
from core.rules.templates.program import MAX_OUTPUT, MAX_TURNS, Choice, Loop, Pieces, Slot

Values = Mapping[str, object]
Made = Callable[[int], bytes]
"""From a delivery's id to a value of ours (a link), encoded already."""
Filling = Callable[[Values, int], bytes]
Canonical = Callable[[Values, int], tuple[bytes, bytes]]
"""From values and a delivery's id to a letter and its canonical form."""
MOST_BYTES = 3 * MAX_OUTPUT


class Encoded:
    """Built in the order of the letter, then rendered for each recipient by one join."""

    def __init__(self, ours: Mapping[str, Made]) -> None:
        """`ours` are the values that do not come from the recipient, by name."""
        self._ours = ours
        self._layout: list[bytes] = []
        self._places: list[tuple[int, int]] = []
        """A place in the layout, and which of the fillings goes there."""
        self._fillings: list[Filling] = []
        self._known: dict[Hashable, int] = {}

    def add(self, constant: bytes) -> None:
        """Bytes that stand in every letter as they are."""
        if self._layout and (not self._places or self._places[-1][0] < len(self._layout) - 1):
            self._layout[-1] += constant
        else:
            self._layout.append(constant)

    def add_filling(self, filling: Filling, key: Hashable | None = None) -> None:
        """A place for what `filling` makes; places of one key are filled with one result."""
        which = self._known.setdefault(key or filling, len(self._fillings))
        if which == len(self._fillings):
            self._fillings.append(filling)
        self._places.append((len(self._layout), which))
        self._layout.append(b"")

    def add_program(self, program: Program) -> None:
        """A part of the letter, in quoted-printable."""
        for node in program.pieces:
            if isinstance(node, str):
                self.add(piece(node))
            elif isinstance(node, Slot):
                self.add_filling(_filling(node, self._ours), node.name if node.name in self._ours else node)
            else:
                self.add_filling(_filling(node, self._ours))

    def render(self, values: Values, delivery_id: int) -> bytes:
        """Raise MissingValue if the recipient lacks one, Invalid (`template.too_long`) past three megabytes."""
        return self._joined(self._layout, self._filled(values, delivery_id))

    def canonical(self) -> "Canonical":
        """Renders the canonical form (RFC 6376, 3.4.4) beside the letter, the constant parts canonical once for all.

        That a part's form does not depend on its neighbours comes from quoted-printable: each piece ends with a line.
        """
        layout = [canonical.body(constant) for constant in self._layout]

        def render(values: Values, delivery_id: int) -> tuple[bytes, bytes]:
            filled = self._filled(values, delivery_id)
            return self._joined(self._layout, filled), self._joined(layout, [canonical.body(one) for one in filled])

        return render

    def _filled(self, values: Values, delivery_id: int) -> list[bytes]:
        return [filling(values, delivery_id) for filling in self._fillings]

    def _joined(self, layout: Sequence[bytes], filled: Sequence[bytes]) -> bytes:
        out = list(layout)
        for place, which in self._places:
            out[place] = filled[which]
        return _bounded(b"".join(out))


def _filling(node: Slot | Choice | Loop, ours: Mapping[str, Made]) -> Filling:
    if isinstance(node, Choice):
        return _choice(node, ours)
    if isinstance(node, Loop):
        return _loop(node, ours)
    if node.name in ours:
        return partial(_make, ours[node.name])
    return partial(_fill, node)


def _make(made: Made, _values: Values, delivery_id: int) -> bytes:
    return made(delivery_id)


def _fill(slot: Slot, values: Values, _delivery_id: int) -> bytes:
    return word(slot.fill(values))


def _choice(choice: Choice, ours: Mapping[str, Made]) -> Filling:
    branches = [(test, _body(body, ours)) for test, body in choice.branches]
    otherwise = _body(choice.otherwise, ours)

    def fill(values: Values, delivery_id: int) -> bytes:
        chosen = next((body for test, body in branches if test(values)), otherwise)
        return chosen(values, delivery_id)

    return fill


def _loop(loop: Loop, ours: Mapping[str, Made]) -> Filling:
    body = _body(loop.body, ours)

    def fill(values: Values, delivery_id: int) -> bytes:
        items, out = values.get(loop.over), b""
        for item in items[:MAX_TURNS] if isinstance(items, list) else ():
            out = _bounded(out + body({**values, loop.variable: item}, delivery_id))
        return out

    return fill


def _body(pieces: Pieces, ours: Mapping[str, Made]) -> Filling:
    parts = [piece(node) if isinstance(node, str) else _filling(node, ours) for node in pieces]

    def fill(values: Values, delivery_id: int) -> bytes:
        return b"".join([part if isinstance(part, bytes) else part(values, delivery_id) for part in parts])

    return fill


def _bounded(out: bytes) -> bytes:
    if len(out) > MOST_BYTES:
        raise Invalid("template.too_long", most=MAX_OUTPUT)
    return out
