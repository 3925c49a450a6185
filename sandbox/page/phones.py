"""Phones: short messages and WhatsApp, as soon as a channel sends them here."""

from aiohttp import web

from sandbox.page.parts import Parts


def routes(parts: Parts) -> list[web.RouteDef]:
    async def page(request: web.Request) -> web.Response:
        return await parts.page(request, "phones.html")

    return [web.get("/phones", page)]
