"""From a row of cells to a row of the staging table, or to the reason why not."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.errors import Invalid
from core.rules.addresses import address_key
from core.rules.contacts import cells as values
from core.vocabulary import AttributeType

PLAIN = ("first_name", "last_name", "language", "country", "timezone", "external_id")
LONGEST = {"language": 35, "country": 2, "timezone": 64}


@dataclass(frozen=True, slots=True)
class RefusedRow:
    row: int
    code: str
    params: Mapping[str, object]
    cells: Sequence[str]


def attribute_of(meaning: str) -> tuple[str, AttributeType]:
    """Key and type of a column that is `attribute:<key>` or `attribute:<key>:<type>`."""
    _, name, *kind = meaning.split(":")
    return name, AttributeType(kind[0]) if kind else AttributeType.TEXT


class Reader:
    """Reads rows by a mapping (column → field, `attribute:<key>:<type>`, or nothing); remembers those it refuses."""

    def __init__(self, mapping: Mapping[int, str], key: bytes, country: str) -> None:
        self._fields = {meaning: index for index, meaning in mapping.items() if meaning and ":" not in meaning}
        self._attributes = [
            (index, *attribute_of(meaning)) for index, meaning in mapping.items() if meaning.startswith("attribute:")
        ]
        self._key, self._country = key, country
        self.refused: list[RefusedRow] = []

    def read(self, number: int, cells: Sequence[str]) -> tuple[object, ...] | None:
        """The staged row in the order of `staging.COLUMNS`; None, and one more refused, if it cannot be used."""
        try:
            return self._staged(number, cells)
        except Invalid as problem:
            self.refused.append(RefusedRow(number, problem.code, problem.params, list(cells)))
            return None

    def _staged(self, number: int, cells: Sequence[str]) -> tuple[object, ...]:
        if any("\0" in cell for cell in cells):
            raise Invalid("import.bad_character")
        email = self._checked(cells, "email", values.email)
        phone = self._checked(cells, "phone", lambda cell: values.phone(cell, self._country))
        plain = {field: self._plain(cells, field) for field in PLAIN}
        if email is None and phone is None and plain["external_id"] is None:
            raise Invalid("import.nobody")
        return (
            number,
            plain["external_id"],
            email,
            address_key(self._key, "email", email) if email else None,
            phone,
            address_key(self._key, "sms", phone) if phone else None,
            plain["first_name"],
            plain["last_name"],
            plain["language"],
            plain["country"],
            plain["timezone"],
            json.dumps(self._typed(cells)) if self._attributes else "{}",
        )

    def _cell(self, cells: Sequence[str], index: int) -> str:
        return cells[index].strip() if index < len(cells) else ""

    def _plain(self, cells: Sequence[str], field: str) -> str | None:
        index = self._fields.get(field)
        cell = "" if index is None else self._cell(cells, index)
        if len(cell) > LONGEST.get(field, 1000):
            raise Invalid("import.too_long", field=field, value=cell[:40])
        return cell or None

    def _checked(self, cells: Sequence[str], field: str, check: Callable[[str], str]) -> str | None:
        index = self._fields.get(field)
        cell = "" if index is None else self._cell(cells, index)
        if not cell:
            return None
        try:
            return check(cell)
        except Invalid as problem:
            raise Invalid(problem.code, value=cell[:80]) from None

    def _typed(self, cells: Sequence[str]) -> dict[str, object]:
        typed: dict[str, object] = {}
        for index, name, kind in self._attributes:
            cell = self._cell(cells, index)
            if cell:
                try:
                    typed[name] = values.attribute(cell, kind)
                except Invalid as problem:
                    raise Invalid(problem.code, **problem.params, field=name, value=cell[:80]) from None
        return typed
