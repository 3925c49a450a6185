"""What bounces cost an address: the general blacklist, at once or when they come again and again; nothing else."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.queries import bounces, revisions, suppressions
from core.queries.settings import DEFAULTS
from core.tables.deliveries import Delivery
from core.tables.settings import BusinessSetting
from core.vocabulary import SuppressionList


async def blacklist(connection: AsyncConnection, delivery_ids: Sequence[int], *, source: str = "bounce") -> None:
    """The addresses of these deliveries are dead: no campaign writes to them any more on that channel."""
    named = Delivery.id.in_(delivery_ids)
    await connection.execute(suppressions.put_on(SuppressionList.GENERAL, named, source=source))
    await connection.execute(revisions.moved())


async def count_soft(connection: AsyncConnection, delivery_ids: Sequence[int]) -> None:
    """Blacklist those whose letters have come back too often of late, by the account's own measure."""
    names = (bounces.MOST, bounces.WINDOW)
    own = select(BusinessSetting.key, BusinessSetting.value).where(BusinessSetting.key.in_(names))
    values = {**DEFAULTS, **{row.key: row.value for row in (await connection.execute(own)).all()}}
    often = bounces.too_often(delivery_ids, most=int(values[bounces.MOST]), days=int(values[bounces.WINDOW]))
    found = [row.id for row in (await connection.execute(often)).all()]
    if found:
        await blacklist(connection, found, source="bounces")
