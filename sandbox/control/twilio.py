"""`/control/twilio`: what arrived on phones, what their owners answer, and how Twilio is to behave."""

from decimal import Decimal, InvalidOperation
from typing import Any

from aiohttp import web

from sandbox.control import answers
from sandbox.twilio import people
from sandbox.twilio.callbacks import Callbacks
from sandbox.twilio.world import TwilioWorld


def routes(world: TwilioWorld, callbacks: Callbacks) -> list[web.RouteDef]:
    async def messages(request: web.Request) -> web.Response:
        found = world.page(recipient=request.query.get("to", ""), limit=100_000)
        return web.json_response(
            {"messages": [text.resource(world.behaviour.currency) for text in found if not text.inbound]}
        )

    async def clear(_request: web.Request) -> web.Response:
        world.clear()
        return web.json_response({})

    async def behave(request: web.Request) -> web.Response:
        given, held = await answers.body(request), world.behaviour
        if "balance" in given:
            held.balance = None if given["balance"] is None else _money(given, "balance")
        if "price" in given:
            held.price = _money(given, "price")
        held.number_per_second = answers.number(given, "number_per_second", held.number_per_second, most=1000)
        held.refuse_next = answers.integer(given, "refuse_next", held.refuse_next)
        held.fail_next = answers.integer(given, "fail_next", held.fail_next)
        held.answer_seconds = answers.number(given, "answer_seconds", held.answer_seconds, most=600)
        held.silent, held.twice = bool(given.get("silent", held.silent)), bool(given.get("twice", held.twice))
        if "token" in given:
            held.token = str(given["token"]) if given["token"] else None
        if "inbound_url" in given:
            world.inbound[str(given.get("number", ""))] = str(given["inbound_url"])
        balance = None if held.balance is None else f"{held.balance:f}"
        return web.json_response({"balance": balance, "price": f"{held.price:f}", "refused": held.refused})

    async def say(request: web.Request) -> web.Response:
        given = await answers.body(request)
        phone, to, body = (str(given.get(name) or "") for name in ("phone", "to", "body"))
        if not phone or not to:
            answers.refuse("missing", "phone" if not phone else "to")
        text = people.say(world, callbacks, phone=phone, to=to, body=body)
        return web.json_response({"sid": text.sid})

    return [
        web.get("/control/twilio/messages", messages),
        web.delete("/control/twilio/messages", clear),
        web.post("/control/twilio", behave),
        web.post("/control/twilio/say", say),
    ]


def _money(given: dict[str, Any], name: str) -> Decimal:
    try:
        return Decimal(str(given[name]))
    except InvalidOperation:
        answers.refuse("not_a_number", name)
