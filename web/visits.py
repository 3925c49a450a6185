"""From a letter's token to what the core says of its delivery: the way that pages behind a link share."""

from collections.abc import Callable
from typing import TypeVar

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.rules import tokens
from web.doors import DOORS
from web.pages import page

Told = TypeVar("Told")


async def visited(
    request: web.Request, purpose: str, work: Callable[[Session, int], Told], draw: Callable[[Told], web.Response]
) -> web.Response:
    """Do the work for the delivery that the token names, in one transaction, and draw what it tells.

    A forged token, or one of a letter that is no more, leads to the page of lost links; a database that is away to
    the one that asks for patience.
    """
    doors = request.app[DOORS]
    delivery_id = tokens.verify(doors.key, purpose, request.match_info["token"])
    if delivery_id is None:
        return page(request, "lost.html", status=404)
    try:
        async with AsyncSession(doors.engine) as session, session.begin():
            told = await session.run_sync(work, delivery_id)
    except NotFound:
        return page(request, "lost.html", status=404)
    except (SQLAlchemyError, OSError):
        return page(request, "later.html", status=503)
    return draw(told)
