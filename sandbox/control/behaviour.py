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
        """What is not named stays as it is; one wrong word, and nothing changes."""
        given = await answers.body(request)
        rules = [rule_of(rule) for rule in answers.objects(given, "rules")] if "rules" in given else behaviour.rules
        seed = answers.integer(given, "seed", behaviour.seed)
        telegram = _telegram(given) if "telegram" in given else {}
        if "rules" in given or "seed" in given:
            behaviour.change(rules, seed)
        _put(limits, telegram)
        pulse.beat("behaviour")
        return web.json_response(_shown(behaviour, limits))

    async def clear(_request: web.Request) -> web.Response:
        behaviour.change([], 1)
        _put(limits, _telegram({}))
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


def _telegram(given: dict[str, Any]) -> dict[str, Any]:
    """All that can be set of Telegram, as usual where it is not named."""
    wanted = given.get("telegram", {})
    if not isinstance(wanted, dict):
        answers.refuse("not_an_object", "telegram")
    return {
        "strict": bool(wanted.get("strict", False)),
        "refuse_next": answers.integer(wanted, "refuse_next", 0),
        "retry_after": answers.integer(wanted, "retry_after", 1),
        "blocked_share": answers.number(wanted, "blocked_share", 0.0, most=1.0),
    }


def _put(limits: Limits, telegram: dict[str, Any]) -> None:
    for name, value in telegram.items():
        setattr(limits, name, value)


def _shown(behaviour: Behaviour, limits: Limits) -> dict[str, Any]:
    names = ("strict", "refuse_next", "retry_after", "blocked_share", "refused")
    telegram = {name: getattr(limits, name) for name in names}
    return {"rules": [described(rule) for rule in behaviour.rules], "seed": behaviour.seed, "telegram": telegram}
