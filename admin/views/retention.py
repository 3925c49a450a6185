"""How long each kind of record is kept, with what that leads to."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin.access import by, needs
from admin.context import reading
from admin.saving import saved
from core.rules.retention import Kept
from core.services import retention
from core.vocabulary import Role
from texts.retention import kept, leads_to

pages = Blueprint("retention", __name__, url_prefix="/settings/retention")


@pages.get("/")
@needs(Role.ADMINISTRATOR)
def show() -> ResponseReturnValue:
    return _page()


@pages.post("/")
@needs(Role.ADMINISTRATOR)
def save() -> ResponseReturnValue:
    return saved(_keep, _page, url_for("retention.show"))


def _keep(session: Session) -> None:
    for kind in Kept:
        retention.keep(session, kind, request.form.get(kind, -1, type=int), by=by())


def _page() -> str:
    session = reading()
    kinds = [
        {
            "name": kind.value,
            "label": kept(kind),
            "hint": leads_to(kind),
            "days": request.form.get(kind, retention.days(session, kind)),
        }
        for kind in Kept
    ]
    return render_template("panel/retention.html", kinds=kinds)
