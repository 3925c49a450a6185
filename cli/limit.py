"""`sendbote limit`: the daily limit, each day's decision with its inputs, its bounds, and the end of a block."""

import math
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from cli.context import opened
from cli.finding import found
from cli.output import BY, AsJson, grouped, print_json
from core.queries import forecast, limits
from core.queries import pacing as queries
from core.queries.pacing import ACCOUNT
from core.rules.thresholds import SHARES
from core.rules.turning import growth, turns
from core.services import pacing
from core.tables.campaigns import SenderRow
from core.tables.pacing import DailyLimit
from texts import _
from texts.gates import gate
from texts.pacing import THRESHOLDS, foretold, grows, kept_slots, meant, why

app = typer.Typer(no_args_is_help=True, help=_("The daily limit: what it is, why, and what it will be."))

Sender = Annotated[str | None, typer.Option(help=_("A sender's own limit, by its number or name; else the account's."))]


@app.command(help=_("Today's limit, what is left of it, and how each of the last days was decided."))
def show(
    sender: Sender = None, days: Annotated[int, typer.Option(min=1, max=400)] = 14, as_json: AsJson = False
) -> None:
    with opened() as door, door.sessions.begin() as session:
        now = datetime.now(UTC)
        pacing.open_today(session, now)
        scope = _scope(session, sender)
        rows = queries.last_days(session, scope, days)
        foreseen = forecast.of_account(session, now)
        told = {
            "scope": scope,
            "limit": rows[0].ceiling,
            "used": rows[0].taken,
            "left": rows[0].ceiling - rows[0].taken,
            "forecast": foreseen and asdict(foreseen),
            "blocks": [{"reason": one.reason, "since": one.since, **one.details} for one in limits.blocks(session)],
            "days": [_told(row) for row in rows],
        }
    print_json(told) if as_json else _say(told)


@app.command("set", help=_("So many emails may leave in a day, from today on."))
def set_(limit: Annotated[int, typer.Argument(min=1)], sender: Sender = None) -> None:
    with opened() as door, door.sessions.begin() as session:
        scope = _scope(session, sender)
        pacing.set_limit(session, limit, scope=scope, by=BY, now=datetime.now(UTC))
        row = queries.last_days(session, scope, 1)[0]
    print(_("From today on at most %(limit)s emails leave in a day.", limit=grouped(limit)))
    if row.meant:
        print(meant(row.meant))


@app.command(help=_("Between which bounds the limit moves by itself."))
def bounds(
    lower: Annotated[int, typer.Argument(min=1)],
    upper: Annotated[int, typer.Argument(min=1)],
    start: Annotated[
        int | None, typer.Option(min=1, help=_("What a new sender begins with, and complaints lead back to."))
    ] = None,
) -> None:
    with opened() as door, door.sessions.begin() as session:
        pacing.set_bounds(session, floor=lower, cap=upper, start=start, by=BY, now=datetime.now(UTC))
    print(_("The limit moves between %(lower)s and %(upper)s.", lower=grouped(lower), upper=grouped(upper)))


@app.command(help=_("From which figures on the limit moves, and what that means today; NAME=FIGURE changes them."))
def thresholds(
    changed: Annotated[
        list[str] | None, typer.Argument(metavar="NAME=FIGURE", help=_("Such as hold_errors=3%, up_factor=1.5."))
    ] = None,
    as_json: AsJson = False,
) -> None:
    with opened() as door, door.sessions.begin() as session:
        if changed:
            pacing.set_thresholds(session, dict(map(_figure, changed)), by=BY)
        at, bounds = queries.thresholds(session), queries.bounds(session)
        limit = queries.allowance(session, ACCOUNT, datetime.now(UTC)).limit
    if as_json:
        print_json(at.kept())
        return
    for name, figure in at.kept().items():
        shown = f"{figure * 100:g} %" if name in SHARES else f"{figure:g}"
        print(f"{name:<18} {shown:>8}  {_(THRESHOLDS[name])}")
    print(_("On a day that uses up %(limit)s:", limit=grouped(limit)))
    for one in turns(limit, bounds, at):
        counts = {"errors": _from(one.errors), "complaints": _from(one.complaints)}
        after = grouped(one.limit) if one.action else _("campaigns are stopped")
        print("  " + _("errors from %(errors)s, complaints from %(complaints)s: %(after)s", **counts, after=after))
    print(grows(growth(limit, bounds, at), bounds.cap))


@app.command(help=_("Keep so many of a day's last slots for service mail."))
def reserve(slots: Annotated[int, typer.Argument(min=0)]) -> None:
    with opened() as door, door.sessions.begin() as session:
        pacing.set_reserve(session, slots, by=BY)
    print(kept_slots(slots))


@app.command(help=_("Let campaigns go on that were stopped by complaints or errors."))
def release(sender: Sender = None) -> None:
    with opened() as door, door.sessions.begin() as session:
        pacing.release(session, _scope(session, sender), by=BY, now=datetime.now(UTC))
    print(_("Released: campaigns go on. What had come together until now does not stop them again."))


def _figure(pair: str) -> tuple[str, float]:
    """`hold_errors=3%` or `hold_errors=0.03`."""
    name, _equals, written = pair.partition("=")
    plain = written.strip().replace(",", ".")
    try:
        return name.strip(), round(float(plain.removesuffix("%")) / (100 if plain.endswith("%") else 1), 6)
    except ValueError:
        return name.strip(), math.nan


def _from(count: int | None) -> str:
    return "–" if count is None else grouped(count)


def _scope(session: Session, sender: str | None) -> str:
    return ACCOUNT if sender is None else queries.sender_scope(found(session, SenderRow, sender).id)


def _told(row: DailyLimit) -> dict[str, Any]:
    return {
        "day": row.day,
        "limit": row.ceiling,
        "meant": row.meant,
        "used": row.taken,
        "action": row.action,
        "cause": row.reason,
        "inputs": row.inputs,
        "decided_by": row.decided_by,
    }


def _say(told: dict[str, Any]) -> None:
    for block in told["blocks"]:
        print(gate(block["reason"]))
    print(_("%(left)s of %(limit)s emails are left today.", left=grouped(told["left"]), limit=grouped(told["limit"])))
    if told["forecast"]:
        print(foretold(**told["forecast"], of_all=True))
    for day in told["days"]:
        before = f"{grouped(day['inputs']['limit'])} → " if day["inputs"] else ""
        print(f"{day['day']}  {before}{grouped(day['limit'])}: {why(day['cause'], day['inputs'])}")
        if day["meant"]:
            print(f"            {meant(day['meant'])}")
