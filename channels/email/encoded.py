"""A letter as bytes with places to fill: constants are encoded once, and a value that recurs once a recipient."""

from collections.abc import Callable, Hashable, Mapping, Sequence

from channels.email.dkim import canonical
from channels.email.quoted import SOFT, is_plain, piece, word
from core.errors import Invalid
from core.rules.templates import Program
from core.rules.templates.program import MAX_OUTPUT, MAX_TURNS, Choice, Loop, Pieces, Slot

Values = Mapping[str, object]
Made = Callable[[int], bytes]
"""From a delivery's id to a value of ours (a link), encoded already."""
Filling = Callable[[Values, int], bytes]
MOST_BYTES = 3 * MAX_OUTPUT


class Encoded:
    """Built in the order of the letter; for each recipient its parts come back in that order, ready to be joined."""

    def __init__(self, ours: Mapping[str, Made]) -> None:
        """`ours` are the values that do not come from the recipient, by name."""
        self._ours = ours
        self._layout: list[bytes] = []
        self._made: list[tuple[int, Made]] = []
        self._filled: list[tuple[int, Filling]] = []
        self._again: list[tuple[int, int]] = []
        """Places of what stands at another place already, and that place."""
        self._first: dict[Hashable, int] = {}

    def add(self, constant: bytes) -> None:
        """Bytes that stand in every letter as they are."""
        if self._layout and len(self._layout) - 1 not in self._changing:
            self._layout[-1] += constant
        else:
            self._layout.append(constant)

    def add_program(self, program: Program) -> None:
        """A part of the letter, in quoted-printable."""
        for node in program.pieces:
            if isinstance(node, str):
                self.add(piece(node))
            else:
                self._add_place(node)

    def _add_place(self, node: Slot | Choice | Loop) -> None:
        place, first = len(self._layout), None
        self._layout.append(b"")
        if isinstance(node, Slot):
            first = self._first.setdefault(node.name if node.name in self._ours else node, place)
        if first is not None and first != place:
            self._again.append((place, first))
        elif isinstance(node, Slot) and node.name in self._ours:
            self._made.append((place, self._ours[node.name]))
        else:
            self._filled.append((place, _filling(node, self._ours)))

    def parts(self, values: Values, delivery_id: int) -> list[bytes]:
        """Raise MissingValue if the recipient lacks one."""
        parts = self._layout.copy()
        for place, make in self._made:
            parts[place] = make(delivery_id)
        for place, fill in self._filled:
            parts[place] = fill(values, delivery_id)
        for place, first in self._again:
            parts[place] = parts[first]
        return parts

    def canonical(self) -> Callable[[Sequence[bytes]], bytes]:
        """From a letter's parts to its canonical form (RFC 6376, 3.4.4), that of constant parts made once for all.

        That a part's form does not depend on its neighbours comes from quoted-printable: each piece ends with a line.
        """
        layout, changing = [canonical.body(constant) for constant in self._layout], sorted(self._changing)

        def joined(parts: Sequence[bytes]) -> bytes:
            forms = layout.copy()
            for place in changing:
                forms[place] = canonical.body(parts[place])
            return b"".join(forms)

        return joined

    @property
    def _changing(self) -> set[int]:
        return {place for places in (self._made, self._filled, self._again) for place, _ in places}


def bounded(letter: bytes) -> bytes:
    """Raise Invalid (`template.too_long`) past three megabytes."""
    if len(letter) > MOST_BYTES:
        raise Invalid("template.too_long", most=MAX_OUTPUT)
    return letter


def _filling(node: Slot | Choice | Loop, ours: Mapping[str, Made]) -> Filling:
    if isinstance(node, Choice):
        return _choice(node, ours)
    if isinstance(node, Loop):
        return _loop(node, ours)
    if node.name in ours:
        made = ours[node.name]
        return lambda _values, delivery_id: made(delivery_id)
    return _fill(node)


def _fill(slot: Slot) -> Filling:
    name, as_it_is = slot.name, not slot.filters

    def fill(values: Values, _delivery_id: int) -> bytes:
        value = values.get(name)
        if as_it_is and type(value) is str and is_plain(value):  # most are, and nothing has to be asked of them
            return value.encode() + SOFT
        return word(slot.fill(values))

    return fill


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
            out = bounded(out + body({**values, loop.variable: item}, delivery_id))
        return out

    return fill


def _body(pieces: Pieces, ours: Mapping[str, Made]) -> Filling:
    parts = [piece(node) if isinstance(node, str) else _filling(node, ours) for node in pieces]

    def fill(values: Values, delivery_id: int) -> bytes:
        return b"".join([part if isinstance(part, bytes) else part(values, delivery_id) for part in parts])

    return fill
