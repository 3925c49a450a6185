"""Topics of interest: what campaigns are about, and what customers may leave one by one."""

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import by, needs
from admin.context import reading, writing
from admin.saving import saved
from admin.words import say
from core.errors import Problem
from core.queries import topics as queries
from core.services import topics
from core.vocabulary import Role
from texts import _

pages = Blueprint("topic", __name__, url_prefix="/settings/topics")


@pages.get("/")
@needs(Role.ADMINISTRATOR)
def index() -> ResponseReturnValue:
    return _page()


@pages.post("/")
@needs(Role.ADMINISTRATOR)
def create() -> ResponseReturnValue:
    key = request.form.get("key", "")
    return saved(lambda session: topics.create(session, key, **_names(), by=by()), _page, url_for("topic.index"))


@pages.post("/<key>/name")
@needs(Role.ADMINISTRATOR)
def rename(key: str) -> ResponseReturnValue:
    try:
        with writing() as session:
            topics.rename(session, key, **_names(), by=by())
        flash(_("Saved."), "done")
    except Problem as problem:
        say(problem)
    return redirect(url_for("topic.index"))


@pages.post("/<key>/archive")
@needs(Role.ADMINISTRATOR)
def archive(key: str) -> ResponseReturnValue:
    try:
        with writing() as session:
            topics.archive(session, key, by=by(), now=datetime.now(UTC), back="back" in request.form)
        flash(_("Saved."), "done")
    except Problem as problem:
        say(problem)
    return redirect(url_for("topic.index"))


def _names() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in ("name_en", "name_de")}


def _page() -> str:
    return render_template("panel/topics.html", topics=queries.every(reading()), form=request.form)
