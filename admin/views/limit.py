"""The daily limit: what it is today and why, how it came about, what moves it, by hand, and the end of a block."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin.access import by, needs
from admin.context import reading
from admin.saving import saved
from core.queries import forecast, limits
from core.queries import pacing as queries
from core.queries.limits import Standing
from core.queries.pacing import ACCOUNT
from core.rules.thresholds import RANGES, SHARES, Thresholds
from core.rules.turning import growth, turns
from core.services import pacing
from core.tables.pacing import DailyLimit
from core.vocabulary import Role
from texts import _

pages = Blueprint("limit", __name__, url_prefix="/limit")


@pages.get("/")
def show() -> ResponseReturnValue:
    return _page()


@pages.post("/set")
@needs(Role.ADMINISTRATOR)
def by_hand() -> ResponseReturnValue:
    """So many a day from today on, for the account or one sender."""
    wanted = request.form.get("limit", 0, type=int)
    return _saved(lambda session: pacing.set_limit(session, wanted, scope=_scope(), by=by(), now=datetime.now(UTC)))


@pages.post("/bounds")
@needs(Role.ADMINISTRATOR)
def bounds() -> ResponseReturnValue:
    floor, cap = (request.form.get(name, 0, type=int) for name in ("floor", "cap"))
    start, now = request.form.get("start", type=int), datetime.now(UTC)
    return _saved(lambda session: pacing.set_bounds(session, floor=floor, cap=cap, start=start, by=by(), now=now))


@pages.post("/thresholds")
@needs(Role.ADMINISTRATOR)
def thresholds() -> ResponseReturnValue:
    """From which figures on it moves; shares are typed in percent."""
    given = {name: _figure(name) for name in RANGES if name in request.form}
    return _saved(lambda session: pacing.set_thresholds(session, given, by=by()))


@pages.post("/reserve")
@needs(Role.ADMINISTRATOR)
def reserve() -> ResponseReturnValue:
    slots = request.form.get("reserve", -1, type=int)
    return _saved(lambda session: pacing.set_reserve(session, slots, by=by()))


@pages.post("/release")
@needs(Role.LAUNCHER)
def release() -> ResponseReturnValue:
    """Whoever may let a campaign go may let it go on."""
    said = _("Released: campaigns go on. What had come together until now does not stop them again.")
    return _saved(lambda session: pacing.release(session, _scope(), by=by(), now=datetime.now(UTC)), said)


def _figure(name: str) -> float:
    """No number is out of every range, and said to be."""
    typed = request.form.get(name, math.nan, type=float)
    return round(typed / 100, 6) if name in SHARES else typed


def _saved(change: Callable[[Session], object], said: str | None = None) -> ResponseReturnValue:
    return saved(change, _page, url_for("limit.show", scope=_scope()), said)


def _scope() -> str:
    """Whose limit is meant; 404 for what has none."""
    scope = request.values.get("scope", ACCOUNT)
    if scope not in limits.scopes(reading()):
        abort(404)
    return scope


def _page() -> str:
    session, now = reading(), datetime.now(UTC)
    every = [limits.standing(session, scope, now, days=1) for scope in limits.scopes(session)]
    looked = limits.standing(session, _scope(), now)
    bounds, at = queries.bounds(session), queries.thresholds(session)
    return render_template(
        "panel/limit.html",
        every=every,
        looked=looked,
        name=_name,
        blocked=[one for one in every if one.block],
        foreseen=forecast.of_account(session, now),
        bars=[*_bars(looked.days)],
        turns=turns(looked.limit, bounds, at),
        growth=growth(looked.limit, bounds, at),
        at=at,
        typed={"limit": looked.limit, "reserve": looked.reserve, **asdict(bounds), **_shown(at), **request.form},
    )


def _shown(at: Thresholds) -> dict[str, str]:
    """As they are typed: shares in percent."""
    return {name: f"{figure * 100 if name in SHARES else figure:g}" for name, figure in at.kept().items()}


def _name(one: Standing) -> str:
    return _("Account") if one.sender is None else f"{one.sender.name} <{one.sender.address}>"


def _bars(days: Sequence[DailyLimit]) -> Iterator[tuple[DailyLimit, str]]:
    """The days, the oldest first, each with how its bar is drawn."""
    for day in reversed(days):
        yield day, "bad" if day.released else {"up": "up", "halve": "down", "start": "down"}.get(day.action, "")
