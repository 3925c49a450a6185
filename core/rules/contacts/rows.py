"""From a row of cells to a row of the staging table, or to the reason why not."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from core.errors import Invalid
from core.rules.addresses import address_key
from core.rules.contacts import cells as values
from core.rules.contacts.columns import FIELDS
from core.rules.contacts.phones import e164, is_no_mobile
from core.vocabulary import AttributeType

STAGED = (
    "row",
    "external_id",
    "email",
    "email_key",
    "phone",
    "phone_key",
    "textless",
    "first_name",
    "last_name",
    "language",
    "country",
    "timezone",
    "attributes",
    "code",
    "params",
    "cells",
)
"""A staged row's columns; the last three tell of one that cannot be used."""
PLACES = {name: place for place, name in enumerate(STAGED)}
KEYED = (("email", "email"), ("phone", "sms"))
LONGEST = {
    "external_id": 200,
    "first_name": 200,
    "last_name": 200,
    "language": 35,
    "country": 2,
    "timezone": 64,
}
"""In letters. What is indexed has a limit in PostgreSQL too, at which the whole import would fail."""

Cells = Sequence[str]
Staged = list[Any]


def attribute_of(meaning: str) -> tuple[str, AttributeType]:
    """Key and type of a column that is `attribute:<key>` or `attribute:<key>:<type>`."""
    _, name, *kind = meaning.split(":")
    return name, AttributeType(kind[0]) if kind else AttributeType.TEXT


class Reader:
    """Reads rows by a mapping: column → field, `attribute:<key>:<type>`, or nothing."""

    def __init__(self, mapping: Mapping[int, str], key: bytes, country: str) -> None:
        self._key = key
        self._width = max(mapping, default=0) + 1
        self._fields = [
            (index, meaning, PLACES[meaning], _check(meaning, country))
            for index, meaning in mapping.items()
            if meaning in FIELDS
        ]
        self._attributes = [
            (index, name, f"{quoted(name)}:", kind)
            for index, (name, kind) in (
                (index, attribute_of(meaning)) for index, meaning in mapping.items() if meaning.startswith("attribute:")
            )
        ]

    def read(self, number: int, cells: Cells) -> Staged:
        """The staged row in the order of `STAGED`; one that cannot be used says why, and holds its cells."""
        try:
            return self._staged(number, cells)
        except Invalid as problem:
            return refused(number, problem.code, problem.params, cells)

    def _staged(self, number: int, cells: Cells) -> Staged:
        if "\0" in "".join(cells):
            raise Invalid("import.bad_character")
        if len(cells) < self._width:
            cells = [*cells, *[""] * (self._width - len(cells))]
        staged: Staged = [number, *[None] * (len(STAGED) - 1)]
        for index, field, place, check in self._fields:
            cell = cells[index].strip()
            if cell:
                try:
                    staged[place] = check(cell)
                except Invalid as problem:
                    raise Invalid(problem.code, **{"field": field, "value": cell[:80], **problem.params}) from None
        self._add_keys(staged)
        staged[PLACES["attributes"]] = self._typed(cells)
        return staged

    def _add_keys(self, staged: Staged) -> None:
        found = staged[PLACES["external_id"]]
        for field, channel in KEYED:
            address = staged[PLACES[field]]
            if address is not None:
                found = staged[PLACES[field] + 1] = address_key(self._key, channel, address)
        if found is None:
            raise Invalid("import.nobody")
        number = staged[PLACES["phone"]]
        staged[PLACES["textless"]] = number is not None and is_no_mobile(number)

    def _typed(self, cells: Cells) -> str:
        """The attributes as JSON, piece by piece: building a dict to write it out costs twice as much."""
        pieces = []
        for index, name, label, kind in self._attributes:
            cell = cells[index].strip()
            if cell:
                try:
                    pieces.append(label + _json(cell, kind))
                except Invalid as problem:
                    raise Invalid(problem.code, **problem.params, field=name, value=cell[:80]) from None
        return f"{{{','.join(pieces)}}}"


def refused(number: int, code: str, params: Mapping[str, object], cells: Cells) -> Staged:
    """A staged row that only tells why it cannot be used, and what stood in it."""
    kept = json.dumps([cell.replace("\0", "\ufffd") for cell in cells])
    return [number, *[None] * (len(STAGED) - 5), "{}", code, json.dumps(dict(params)), kept]


def _check(field: str, country: str) -> Callable[[str], str]:
    if field == "email":
        return values.email
    if field == "phone":
        return partial(e164, country=country)
    return partial(_plain, longest=LONGEST[field])


def _plain(cell: str, longest: int) -> str:
    if len(cell) > longest:
        raise Invalid("import.too_long", value=cell[:40])
    return cell


@lru_cache(maxsize=32_768)
def _json(cell: str, kind: AttributeType) -> str:
    """Towns, dates and points come again and again."""
    return quoted(cell) if kind is AttributeType.TEXT else json.dumps(values.attribute(cell, kind))
