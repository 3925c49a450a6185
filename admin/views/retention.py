"""How long each kind of record is kept, with what that leads to."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import by, needs
from admin.context import reading, writing
from admin.words import say
from core.errors import Problem
from core.rules.retention import Kept
from core.services import retention
from core.vocabulary import Role
from texts import _
from texts.retention import kept, leads_to

pages = Blueprint("retention", __name__, url_prefix="/settings/retention")


@pages.get("/")
@needs(Role.ADMINISTRATOR)
def show() -> ResponseReturnValue:
    return _page()


@pages.post("/")
@needs(Role.ADMINISTRATOR)
def save() -> ResponseReturnValue:
    try:
        with writing() as session:
            for kind in Kept:
                retention.keep(session, kind, request.form.get(kind, -1, type=int), by=by())
    except Problem as problem:
        say(problem)
        return _page()
    flash(_("Saved."), "done")
    return redirect(url_for("retention.show"))


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
