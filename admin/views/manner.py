"""How messages leave: waits, sizes and quiet hours, each with what it leads to."""

import math

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin.access import by, needs
from admin.context import reading
from admin.saving import saved
from admin.words import channel
from channels.known import KNOWN
from core.rules.manner import MEASURES, Manner
from core.services import manner
from core.vocabulary import Role
from texts.manner import label, leads_to

pages = Blueprint("manner", __name__, url_prefix="/settings/sending")


@pages.get("/")
@needs(Role.ADMINISTRATOR)
def show() -> ResponseReturnValue:
    return _page()


@pages.post("/")
@needs(Role.ADMINISTRATOR)
def save() -> ResponseReturnValue:
    return saved(_keep, _page, url_for("manner.show"))


@pages.post("/quiet-hours")
@needs(Role.ADMINISTRATOR)
def quiet_hours() -> ResponseReturnValue:
    return saved(_keep_quiet_hours, _page, url_for("manner.show"))


def _keep(session: Session) -> None:
    for which in Manner:
        manner.keep(session, which, request.form.get(which, math.nan, type=float), by=by())


def _keep_quiet_hours(session: Session) -> None:
    for traits in KNOWN:
        opens, closes = (request.form.get(f"{end}_{traits.channel}", "") for end in ("opens", "closes"))
        manner.keep_quiet_hours(session, traits.channel, opens, closes, by=by())


def _page() -> str:
    session, typed = reading(), request.form
    figures = [
        {
            "name": which.value,
            "label": label(which),
            "hint": leads_to(which),
            "value": typed.get(which, f"{manner.figure(session, which):g}"),
            "bounds": {"min": MEASURES[which].least, "max": MEASURES[which].most, "step": "any"},
        }
        for which in Manner
    ]
    quiet = [(one.channel, channel(one.channel), manner.quiet_hours(session, one.channel)) for one in KNOWN]
    return render_template("panel/manner.html", figures=figures, quiet=quiet, typed=typed)
