"""`/control/behaviour`: how the mail server and Telegram treat what reaches them."""

from typing import Any

from aiohttp import web

from sandbox.control import answers
from sandbox.pulse import Pulse
from sandbox.smtp.behaviour import Behaviour
from sandbox.smtp.rules import Deed, Rule, Stage
from sandbox.smtp.words import REPLIES, UnknownReply
from sandbox.telegram.limits import Limits

_FIELDS = ("do", "stage", "reply", "share", "recipients", "seconds", "per_second", "attempts", "times")


def routes(behaviour: Behaviour, limits: Limits, pulse: Pulse) -> list[web.RouteDef]:
    async def show(_request: web.Request) -> web.Response:
        return web.json_response(_shown(behaviour, limits) | {"replies": sorted(REPLIES)})

    async def change(request: web.Request) -> web.Response:
        given = await answers.body(request)
        if "rules" in given or "seed" in given:
            behaviour.change([rule_of(rule) for rule in given.get("rules", [])], answers.integer(given, "seed", 1))
        if "telegram" in given:
            _change_telegram(limits, given["telegram"])
        pulse.beat("behaviour")
        return web.json_response(_shown(behaviour, limits))

    async def clear(_request: web.Request) -> web.Response:
        behaviour.change([], 1)
        _change_telegram(limits, {})
        pulse.beat("behaviour")
        return web.json_response(_shown(behaviour, limits))

    return [
        web.get("/control/behaviour", show),
        web.post("/control/behaviour", change),
        web.delete("/control/behaviour", clear),
    ]


def rule_of(given: dict[str, Any]) -> Rule:
    """A rule from JSON; refuses with the name of what is wrong."""
    unknown = set(given) - {*_FIELDS, "done"}
    if unknown:
        answers.refuse("unknown_field", sorted(unknown)[0])
    if given.get("do") not in list(Deed):
        answers.refuse("unknown_deed", "do")
    if given.get("stage", Stage.RCPT) not in list(Stage):
        answers.refuse("unknown_stage", "stage")
    try:
        return Rule(
            do=Deed(given["do"]),
            stage=Stage(given.get("stage", Stage.RCPT)),
            reply=str(given.get("reply") or ""),
            share=answers.number(given, "share", 1.0, most=1.0),
            recipients=str(given.get("recipients") or "*"),
            seconds=answers.number(given, "seconds", 0.0, most=600.0),
            per_second=answers.number(given, "per_second", 0.0),
            attempts=None if given.get("attempts") is None else answers.integer(given, "attempts"),
            times=None if given.get("times") is None else answers.integer(given, "times"),
        )
    except UnknownReply:
        answers.refuse("unknown_reply", "reply")


def described(rule: Rule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in (*_FIELDS, "done")}


def _change_telegram(limits: Limits, given: dict[str, Any]) -> None:
    limits.strict = bool(given.get("strict", False))
    limits.refuse_next = answers.integer(given, "refuse_next", 0)
    limits.retry_after = answers.integer(given, "retry_after", 1)


def _shown(behaviour: Behaviour, limits: Limits) -> dict[str, Any]:
    telegram = {
        "strict": limits.strict,
        "refuse_next": limits.refuse_next,
        "retry_after": limits.retry_after,
    }
    return {"rules": [described(rule) for rule in behaviour.rules], "seed": behaviour.seed, "telegram": telegram}
