"""All addresses of the page."""

from aiohttp import web

from sandbox.page import behaviour, chat, events, mail, phones
from sandbox.page.parts import HERE, Parts


def install(application: web.Application, parts: Parts) -> None:
    async def front(_request: web.Request) -> web.Response:
        raise web.HTTPFound("/mail")

    async def language(request: web.Request) -> web.Response:
        answer = web.HTTPSeeOther("/mail")
        answer.set_cookie("language", request.match_info["language"], httponly=True, samesite="Lax")
        raise answer

    application.add_routes([web.get("/", front), web.post("/language/{language:en|de}", language)])
    for part in (mail, phones, chat, behaviour, events):
        application.add_routes(part.routes(parts))
    application.router.add_static("/static", HERE / "static", append_version=False)
