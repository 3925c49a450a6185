"""`POST /control/readers`: let recipients read, click and unsubscribe, and say exactly what they did."""

from aiohttp import web

from sandbox import readers
from sandbox.control import answers
from sandbox.control.mail import search_of
from sandbox.mail.store import MailStore


def routes(store: MailStore) -> list[web.RouteDef]:
    async def read(request: web.Request) -> web.Response:
        given = await answers.body(request)
        habits = readers.Habits(
            open=answers.number(given, "open", 0.0, most=1.0),
            click=answers.number(given, "click", 0.0, most=1.0),
            unsubscribe=answers.number(given, "unsubscribe", 0.0, most=1.0),
            seed=answers.integer(given, "seed", 1),
        )
        search = search_of(given, also=("open", "click", "unsubscribe", "seed"))
        return web.json_response((await readers.read(store, search, habits)).counts())

    return [web.post("/control/readers", read)]
