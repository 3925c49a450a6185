"""Where a tracked link leads: from the database, kept in memory, its variables filled in for who clicks."""

import asyncio
import contextlib
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote, urlsplit

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from core.errors import Invalid
from core.queries import public
from core.rules.templates import Program, compile_template
from core.rules.templates.program import Choice, Loop, Piece, Pieces, Slot

KEPT = 10_000
LEARN_SECONDS = 30.0
PATIENCE_SECONDS = 3.0
"""A database that hangs is as good as away."""
WORD = re.compile(r"\w+")


class Targets:
    """Targets by link id. They never change once a letter is frozen, so that they may be kept.

    The newest are learnt before anybody clicks: with the database away, links that nobody has followed yet lead on too.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._kept: OrderedDict[int, Program] = OrderedDict()
        self._learnt_up_to = 0

    async def of(self, link_id: int, delivery_id: int) -> str | None:
        """The address to go to; None if there is no such link, or if it leads to no web page."""
        program = self._kept.get(link_id)
        if program is None:
            program = await self._fetched(link_id)
        else:
            self._kept.move_to_end(link_id)
        if program is None:
            return None
        values = await self._values(delivery_id) if program.names else {}
        try:
            target = program.render(values)
        except Invalid:
            return None
        return target if leads_to_a_page(target) else None

    def known(self, link_id: int) -> str | None:
        """The address of a link that leads everybody to the same page, if it is kept; None says nothing of the link."""
        program = self._kept.get(link_id)
        if program is None or program.names:
            return None
        self._kept.move_to_end(link_id)
        target = program.render({})
        return target if leads_to_a_page(target) else None

    async def learn_often(self) -> None:
        """Take in what has become known since, again and again; while the database is away, nothing has."""
        while True:
            with contextlib.suppress(SQLAlchemyError, OSError):
                await self.learn()
            await asyncio.sleep(LEARN_SECONDS)

    async def learn(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), self._engine.connect() as connection:
            rows = (await connection.execute(public.newest_targets(self._learnt_up_to, KEPT))).all()
        for link_id, target in reversed(rows):
            self._keep(link_id, target)
            self._learnt_up_to = link_id

    async def _fetched(self, link_id: int) -> Program | None:
        async with asyncio.timeout(PATIENCE_SECONDS), self._engine.connect() as connection:
            target = await connection.scalar(public.target(link_id))
        return None if target is None else self._keep(link_id, target)

    def _keep(self, link_id: int, target: str) -> Program | None:
        try:
            program = self._kept[link_id] = compiled(target)
        except Invalid:
            return None
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return program

    async def _values(self, delivery_id: int) -> Mapping[str, object]:
        """Empty while the database is away: a link without them leads further than a page of excuses."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._engine.connect() as connection:
                row = (await connection.execute(public.values(delivery_id))).mappings().first()
        except (SQLAlchemyError, OSError):
            return {}
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
