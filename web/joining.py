"""From a letter into the chat: the link leads to the bot, and carries who the letter went to."""

from aiohttp import web
from sqlalchemy.orm import Session

from core.queries import settings as business
from core.rules import tokens
from core.services.invitations import OF_LETTER
from web.pages import page
from web.visits import visited

routes = web.RouteTableDef()
TELEGRAM = "https://t.me/"


@routes.get("/t/{token}")
async def join(request: web.Request) -> web.Response:
    """Nothing happens by following it: the chat is tied when somebody presses Start there."""
    token = request.match_info["token"]

    def drawn(bot: str) -> web.Response:
        if not bot:
            return page(request, "lost.html", status=404)
        return web.Response(status=302, headers={"Location": f"{TELEGRAM}{bot}?start={OF_LETTER}{token}"})

    return await visited(request, tokens.JOIN, _bot, drawn)


def _bot(session: Session, _delivery_id: int) -> str:
    return str(business.value(session, "telegram_bot"))
