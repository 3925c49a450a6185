"""Behaviour: switches for refusing, bouncing, delaying and limiting."""

from typing import Any

from aiohttp import web

from sandbox.page import phone_switches as phones
from sandbox.page.numbers import number as _number
from sandbox.page.parts import Parts
from sandbox.smtp.rules import Deed, Rule, Stage
from sandbox.smtp.words import REPLIES, UnknownReply
from texts import N_

USUAL = {
    Deed.REFUSE: Rule(Deed.REFUSE, reply="no-user", share=0.05),
    Deed.DEFER: Rule(Deed.DEFER, reply="greylist", share=0.1, attempts=1),
    Deed.BOUNCE: Rule(Deed.BOUNCE, reply="no-user", share=0.02, seconds=2.0),
    Deed.DELAY: Rule(Deed.DELAY, Stage.DOT, seconds=0.5),
    Deed.DROP: Rule(Deed.DROP, Stage.AFTER_DOT, share=0.01),
    Deed.LIMIT: Rule(Deed.LIMIT, reply="complaints", per_second=50),
}
"""What the form shows before anybody changed it."""
STAGES = {
    Stage.CONNECT: N_("when it connects"),
    Stage.HELO: "EHLO",
    Stage.MAIL: "MAIL FROM",
    Stage.RCPT: "RCPT TO",
    Stage.DATA: "DATA",
    Stage.DOT: N_("at the end of the letter"),
    Stage.AFTER_DOT: N_("after it is kept"),
}
MAGIC = (
    ("bounce-…@", N_("Taken, then returned."), "bounce-full-anna@example.test"),
    ("refuse-…@", N_("Refused for good, with that code or by that name."), "refuse-550-anna@example.test"),
    ("defer-…@", N_("Refused for now, every time."), "defer-451-anna@example.test"),
    ("greylist-…@", N_("Refused for now at the first attempt only."), "greylist-anna@example.test"),
    ("slow-…@", N_("Answered after that many seconds."), "slow-5-anna@example.test"),
    ("drop-…@", N_("The connection drops at that stage."), "drop-after-dot-anna@example.test"),
)


def routes(parts: Parts) -> list[web.RouteDef]:
    limits = parts.telegram.limits

    async def page(request: web.Request) -> web.Response:
        return await parts.page(request, "behaviour.html", **_shown(parts), saved="saved" in request.query)

    async def change(request: web.Request) -> web.Response:
        form = dict(await request.post())
        try:
            rules = [_rule(deed, form) for deed in USUAL if form.get(f"{deed}-on")]
            phones.change(parts.twilio.behaviour, form)
        except (UnknownReply, ValueError):
            raise web.HTTPBadRequest from None
        parts.behaviour.change(rules, int(_number(form.get("seed"), 1)))
        limits.strict = bool(form.get("strict"))
        limits.refuse_next = int(_number(form.get("refuse_next"), 0)) if form.get("calls-on") else 0
        limits.retry_after = int(_number(form.get("retry_after"), 1))
        limits.blocked_share = _share(form.get("blocked_share"), 0.0) if form.get("blocked-on") else 0.0
        parts.pulse.beat("behaviour")
        raise web.HTTPSeeOther("/behaviour?saved")

    async def reset(_request: web.Request) -> web.Response:
        parts.behaviour.change([], 1)
        limits.strict, limits.refuse_next, limits.retry_after, limits.blocked_share = False, 0, 1, 0.0
        phones.reset(parts.twilio.behaviour)
        parts.pulse.beat("behaviour")
        raise web.HTTPSeeOther("/behaviour")

    return [web.get("/behaviour", page), web.post("/behaviour", change), web.post("/behaviour/reset", reset)]


def _shown(parts: Parts) -> dict[str, Any]:
    rules = parts.behaviour.rules
    first = {deed: next((rule for rule in rules if rule.do is deed), None) for deed in USUAL}
    return {
        "rules": {deed.value: first[deed] or usual for deed, usual in USUAL.items()},
        "on": {deed.value for deed, rule in first.items() if rule is not None},
        "others": len(rules) - sum(rule is not None for rule in first.values()),
        "stages": {stage.value: words for stage, words in STAGES.items()},
        "replies": sorted(REPLIES.items(), key=lambda item: item[1]),
        "seed": parts.behaviour.seed,
        "limits": parts.telegram.limits,
        "phones": parts.twilio.behaviour,
        "magic": MAGIC,
    }


def _rule(deed: Deed, form: dict[str, Any]) -> Rule:
    def field(name: str, default: float) -> float:
        return _number(form.get(f"{deed}-{name}"), default)

    return Rule(
        deed,
        Stage(str(form.get(f"{deed}-stage") or USUAL[deed].stage)),
        reply=str(form.get(f"{deed}-reply") or ""),
        share=_share(form.get(f"{deed}-share"), 1.0),
        recipients=str(form.get(f"{deed}-recipients") or "").strip() or "*",
        seconds=min(field("seconds", 0.0), 600.0),
        per_second=field("per_second", 0.0),
        attempts=int(field("attempts", 1.0)) or None if deed is Deed.DEFER else None,
    )


def _share(given: object, default: float) -> float:
    """From per cent."""
    return min(_number(given, default * 100), 100.0) / 100
