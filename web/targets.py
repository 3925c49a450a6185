"""Where a tracked link leads: from the database, kept in memory, its variables filled in for who clicks."""

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote, urlsplit

from sqlalchemy.ext.asyncio import AsyncEngine

from core.errors import Invalid
from core.queries import public
from core.rules.templates import Program, compile_template
from core.rules.templates.program import Choice, Loop, Piece, Pieces, Slot

KEPT = 10_000
WORD = re.compile(r"\w+")


class Targets:
    """Targets by link id. They never change once a letter is frozen, so that they may be kept."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._kept: OrderedDict[int, Program] = OrderedDict()

    async def of(self, link_id: int, delivery_id: int) -> str | None:
        """The address to go to; None if there is no such link, or if it leads to no web page."""
        program = self._kept.get(link_id) or await self._fetched(link_id)
        if program is None:
            return None
        values = await self._values(delivery_id) if program.names else {}
        try:
            target = program.render(values)
        except Invalid:
            return None
        return target if leads_to_a_page(target) else None

    async def _fetched(self, link_id: int) -> Program | None:
        async with self._engine.connect() as connection:
            target = await connection.scalar(public.target(link_id))
        if target is None:
            return None
        try:
            program = self._kept[link_id] = compiled(target)
        except Invalid:
            return None
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return program

    async def _values(self, delivery_id: int) -> Mapping[str, object]:
        async with self._engine.connect() as connection:
            row = (await connection.execute(public.values(delivery_id))).mappings().first()
        return {} if row is None else {**(row["attributes"] or {}), **row}


def compiled(target: str) -> Program:
    """The target as a program whose every value is quoted, so that it stays one part of the address.

    A value that is missing leaves its place empty (RFC 3986, section 2.1 for the quoting).
    """
    program = compile_template(target, WORD.findall(target), escape=False)
    return replace(program, pieces=_quoted(program.pieces))


def leads_to_a_page(target: str) -> bool:
    """An http or https address with a host, and nothing that could end a header line."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and target.isprintable() and " " not in target


def _quoted(pieces: Pieces) -> Pieces:
    return tuple(_piece(piece) for piece in pieces)


def _piece(piece: Piece) -> Piece:
    match piece:
        case Slot():
            return replace(piece, filters=(*piece.filters, _quote), fallback=_quote(piece.fallback or ""))
        case Choice(branches, otherwise):
            return Choice(tuple((test, _quoted(body)) for test, body in branches), _quoted(otherwise))
        case Loop():
            return replace(piece, body=_quoted(piece.body))
        case _:
            return piece


def _quote(value: object) -> str:
    return quote(str(value), safe="", errors="replace")
