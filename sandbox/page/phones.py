"""Phones: short messages and WhatsApp, one phone for each number, from which one can answer."""

from typing import Any

from aiohttp import web

from sandbox.page.parts import Parts
from sandbox.twilio import people
from sandbox.twilio.media import SHOWN
from sandbox.twilio.media import answer as answer_with


def routes(parts: Parts) -> list[web.RouteDef]:
    async def page(request: web.Request) -> web.Response:
        return await parts.page(request, "phones.html", **_shown(parts, request))

    async def listed(request: web.Request) -> web.Response:
        return parts.fragment(request, "phones_list.html", **_shown(parts, request))

    async def talk(request: web.Request) -> web.Response:
        return parts.fragment(request, "phones_talk.html", **_shown(parts, request))

    async def answer(request: web.Request) -> web.Response:
        given = await request.post()
        phone, to, body = (str(given.get(name, "")) for name in ("phone", "to", "body"))
        sent = given.get("file")
        media = None
        if isinstance(sent, web.FileField) and sent.filename:
            media = parts.twilio.keep(sent.file.read(), sent.content_type, sent.filename)
        if phone and to and (body.strip() or media):
            people.say(parts.twilio, parts.callbacks, phone=phone, to=to, body=body, media=media)
        raise web.HTTPSeeOther(f"/phones?number={phone.replace('+', '%2B')}")

    async def media(request: web.Request) -> web.StreamResponse:
        return answer_with(parts.twilio, request.match_info["media"])

    return [
        web.get("/phones/media/{media:ME[0-9a-f]{32}}", media),
        web.get("/phones", page),
        web.get("/phones/list", listed),
        web.get("/phones/talk", talk),
        web.post("/phones", answer),
    ]


def _shown(parts: Parts, request: web.Request) -> dict[str, Any]:
    phones, held = parts.twilio.phones(), parts.twilio.behaviour
    chosen = request.query.get("number") or (phones[0].phone if phones else "")
    texts = parts.twilio.conversation(chosen) if chosen else []
    ours = next((one.recipient if one.inbound else one.sender or one.service for one in reversed(texts)), "")
    return {
        "phones": phones,
        "chosen": chosen,
        "texts": texts,
        "pictures": SHOWN,
        "ours": ours,
        "balance": held.balance,
        "held": held,
    }
