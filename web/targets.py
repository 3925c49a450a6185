"""Where a tracked link leads: from the database, kept in memory, its variables filled in for who clicks."""

import re
from collections import OrderedDict
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from sqlalchemy.ext.asyncio import AsyncEngine

from core.queries import public

KEPT = 10_000
VARIABLE = re.compile(r"\{\{\s*(\w+)[^{}]*\}\}")


class Targets:
    """Targets by link id. They never change once a letter is frozen, so that they may be kept."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._kept: OrderedDict[int, str] = OrderedDict()

    async def of(self, link_id: int, delivery_id: int) -> str | None:
        """The address to go to; None if there is no such link, or if it leads to no web page."""
        target = self._kept.get(link_id)
        if target is None:
            target = await self._fetched(link_id)
            if target is None:
                return None
        if "{{" in target:
            target = filled(target, await self._values(delivery_id))
        return target if leads_to_a_page(target) else None

    async def _fetched(self, link_id: int) -> str | None:
        async with self._engine.connect() as connection:
            target = await connection.scalar(public.target(link_id))
        if target is not None:
            self._kept[link_id] = target
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return target

    async def _values(self, delivery_id: int) -> Mapping[str, object]:
        async with self._engine.connect() as connection:
            row = (await connection.execute(public.values(delivery_id))).mappings().first()
        return {} if row is None else {**(row["attributes"] or {}), **row}


def filled(target: str, values: Mapping[str, object]) -> str:
    """Each variable's value, quoted so that it stays one part of the address (RFC 3986, section 2.1)."""

    def value(found: re.Match[str]) -> str:
        given = values.get(found[1])
        return "" if given is None else quote(str(given), safe="")

    return VARIABLE.sub(value, target)


def leads_to_a_page(target: str) -> bool:
    """An http or https address with a host, and nothing that could end a header line."""
    parts = urlsplit(target)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and target.isprintable() and " " not in target
