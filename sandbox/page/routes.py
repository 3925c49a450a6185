"""All addresses of the page."""

from urllib.parse import urlsplit

from aiohttp import web

from sandbox.page import behaviour, chat, events, groups, letter, mail, phones
from sandbox.page.errors import apologising
from sandbox.page.parts import HERE, Parts


def install(application: web.Application, parts: Parts) -> None:
    async def front(_request: web.Request) -> web.Response:
        raise web.HTTPFound("/mail")

    async def language(request: web.Request) -> web.Response:
        """Back to where it was chosen; the referrer is ours, since the door lets in no other."""
        came = urlsplit(request.headers.get("Referer", ""))
        here = came.netloc == request.host and came.path.startswith("/") and not came.path.startswith("//")
        place = came.path + (f"?{came.query}" if came.query else "") if here else "/mail"
        answer = web.HTTPSeeOther(place)
        answer.set_cookie("language", request.match_info["language"], httponly=True, samesite="Lax")
        raise answer

    application.middlewares.append(apologising(parts))
    application.add_routes([web.get("/", front), web.post("/language/{language:en|de}", language)])
    for part in (mail, letter, phones, chat, groups, behaviour, events):
        application.add_routes(part.routes(parts))
    application.router.add_static("/static", HERE / "static", append_version=False)
