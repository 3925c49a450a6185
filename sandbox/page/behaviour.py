"""Behaviour: switches for refusing, bouncing, delaying and limiting."""

from typing import Any

from aiohttp import web

from sandbox.page.parts import Parts
from sandbox.smtp.rules import Deed, Rule, Stage
from sandbox.smtp.words import REPLIES, UnknownReply

USUAL = {
    Deed.REFUSE: Rule(Deed.REFUSE, reply="no-user", share=0.05),
    Deed.DEFER: Rule(Deed.DEFER, reply="greylist", share=0.1, attempts=1),
    Deed.BOUNCE: Rule(Deed.BOUNCE, reply="no-user", share=0.02, seconds=2.0),
    Deed.DELAY: Rule(Deed.DELAY, Stage.DOT, seconds=0.5),
    Deed.DROP: Rule(Deed.DROP, Stage.AFTER_DOT, share=0.01),
    Deed.LIMIT: Rule(Deed.LIMIT, reply="complaints", per_second=50),
}
"""What the form shows before anybody changed it."""
MAGIC = (
    ("bounce-…@", "bounce-full-anna@example.test"),
    ("refuse-…@", "refuse-550-anna@example.test"),
    ("defer-…@", "defer-451-anna@example.test"),
    ("greylist-…@", "greylist-anna@example.test"),
    ("slow-…@", "slow-5-anna@example.test"),
    ("drop-…@", "drop-after-dot-anna@example.test"),
)


def routes(parts: Parts) -> list[web.RouteDef]:
    async def page(request: web.Request) -> web.Response:
        return await parts.show(request, "behaviour.html", **_shown(parts), saved="saved" in request.query)

    async def change(request: web.Request) -> web.Response:
        form = dict(await request.post())
        try:
            rules = [_rule(deed, form) for deed in USUAL if form.get(f"{deed}-on")]
        except (UnknownReply, ValueError):
            raise web.HTTPBadRequest from None
        parts.behaviour.change(rules, int(_number(form.get("seed"), 1)))
        limits = parts.telegram.limits
        limits.strict = bool(form.get("strict"))
        limits.refuse_next = int(_number(form.get("refuse_next"), 0))
        limits.retry_after = int(_number(form.get("retry_after"), 1))
        parts.pulse.beat("behaviour")
        raise web.HTTPSeeOther("/behaviour?saved")

    return [web.get("/behaviour", page), web.post("/behaviour", change)]


def _shown(parts: Parts) -> dict[str, Any]:
    rules = parts.behaviour.rules
    first = {deed: next((rule for rule in rules if rule.do is deed), None) for deed in USUAL}
    return {
        "rules": {deed.value: first[deed] or usual for deed, usual in USUAL.items()},
        "on": {deed.value for deed, rule in first.items() if rule is not None},
        "others": len(rules) - sum(rule is not None for rule in first.values()),
        "stages": [stage.value for stage in Stage],
        "replies": sorted(REPLIES.items(), key=lambda item: item[1]),
        "seed": parts.behaviour.seed,
        "limits": parts.telegram.limits,
        "magic": MAGIC,
    }


def _rule(deed: Deed, form: dict[str, Any]) -> Rule:
    def field(name: str, default: float) -> float:
        return _number(form.get(f"{deed}-{name}"), default)

    return Rule(
        deed,
        Stage(str(form.get(f"{deed}-stage") or USUAL[deed].stage)),
        reply=str(form.get(f"{deed}-reply") or ""),
        share=min(field("share", 100.0), 100.0) / 100,
        seconds=min(field("seconds", 0.0), 600.0),
        per_second=field("per_second", 0.0),
        attempts=int(field("attempts", 1.0)) or None if deed is Deed.DEFER else None,
    )


def _number(given: object, default: float) -> float:
    return max(0.0, float(str(given).replace(",", "."))) if given not in (None, "") else default
