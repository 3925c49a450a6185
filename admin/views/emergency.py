"""Stopping everything at once from any page, without a question, and letting it go on again."""

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from admin.access import by, needs
from admin.context import reading, writing
from core.queries import gates
from core.services import emergency
from core.vocabulary import GateScope, Role
from texts import emergency as texts

pages = Blueprint("emergency", __name__, url_prefix="/emergency")


@pages.post("/stop")
@needs(Role.LAUNCHER)
def stop() -> ResponseReturnValue:
    """Stopping by mistake costs minutes, asking back in an emergency thousands of messages."""
    with writing() as session:
        emergency.stop_everything(session, by=by())
    flash(texts.stopped(), "done")
    return redirect(url_for("campaigns.index_view"))


@pages.post("/go-on")
@needs(Role.LAUNCHER)
def go_on() -> ResponseReturnValue:
    with writing() as session:
        released = emergency.go_on(session, by=by(), now=datetime.now(UTC))
    flash(texts.gone_on(released), "done")
    return redirect(url_for("campaigns.index_view"))


def everything_stopped() -> bool:
    return gates.standing(reading(), GateScope.ACCOUNT, emergency.KEY) is not None
