"""When a campaign is sent: its launch at a time, the hours of the day that it keeps to, and what was told of either."""

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import asked_for_part, by, needs
from admin.context import panel, writing
from admin.words import say, timezone
from channels.outside import outside
from core.errors import Problem
from core.rules import wall
from core.rules.hours import Hours
from core.services import campaigns, notices, schedules
from core.vocabulary import CampaignState, Role
from texts.approvals import waits

pages = Blueprint("timing", __name__, url_prefix="/campaigns")


@pages.post("/<int:id>/schedule")
@needs(Role.LAUNCHER)
def schedule(id: int) -> ResponseReturnValue:  # noqa: A002 - the name of the part of the address
    try:
        at = wall.read(request.form.get("at", ""), timezone())
        with writing() as session:
            planned = schedules.schedule(
                session,
                id,
                at,
                confirmation=request.form.get("confirmation", ""),
                outside=outside(panel().settings),
                by=by(),
                now=datetime.now(UTC),
                part=asked_for_part(),
            )
        if planned.state == CampaignState.DRAFT:
            flash(waits(planned.name), "done")
    except Problem as problem:
        say(problem)
        return redirect(url_for("wizard.check", id=id))
    return redirect(url_for("campaign.detail", id=id))


@pages.post("/<int:id>/hours")
@needs(Role.EDITOR)
def hours(id: int) -> ResponseReturnValue:  # noqa: A002
    """Empty fields: at any time of the day."""
    opens, closes = request.form.get("opens", ""), request.form.get("closes", "")
    try:
        wanted = Hours.read(opens, closes) if opens or closes else None
        with writing() as session:
            campaigns.set_hours(session, id, wanted, own_zone="own_zone" in request.form, by=by())
    except Problem as problem:
        say(problem)
    return redirect(url_for("campaign.detail", id=id))


@pages.post("/notices/<int:id>/read")
@needs(Role.LAUNCHER)
def read(id: int) -> ResponseReturnValue:  # noqa: A002
    with writing() as session:
        notices.read(session, id, datetime.now(UTC))
    return redirect(url_for("campaigns.index_view"))
