"""Seed addresses: our own mailboxes and numbers that get a copy of every campaign, and why one gets nothing."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import by, needs
from admin.context import panel, reading, writing
from admin.words import say
from channels import registry
from core.errors import NotFound, Problem
from core.queries import seeds as queries
from core.services import seeds
from core.vocabulary import CHANNEL_EMAIL, Role
from texts import _
from texts.seeds import whose, why
from texts.segments import channel

pages = Blueprint("seed", __name__, url_prefix="/settings/seeds")


@pages.get("/")
@needs(Role.ADMINISTRATOR)
def index() -> ResponseReturnValue:
    return _page()


@pages.post("/")
@needs(Role.ADMINISTRATOR)
def add() -> ResponseReturnValue:
    try:
        on = request.form.get("channel", CHANNEL_EMAIL)
        if on not in registry.PROVIDERS:
            raise NotFound("channel.not_found", channel=on)
        with writing() as session:
            made = seeds.add(
                session,
                on,
                request.form.get("address", ""),
                note=request.form.get("note", ""),
                as_recipient="as_recipient" in request.form,
                key=panel().keys.addresses,
                country=panel().settings.default_country,
                by=by(),
            )
            said = _("%(address)s gets a copy of every campaign from now on.", address=made.address)
    except Problem as problem:
        say(problem)
        return _page()
    flash(said, "done")
    return redirect(url_for("seed.index"))


@pages.post("/<int:id>/remove")
@needs(Role.ADMINISTRATOR)
def remove(id: int) -> ResponseReturnValue:  # noqa: A002 - the name of the part of the address
    try:
        with writing() as session:
            address = seeds.remove(session, id, by=by()).address
        flash(_("%(address)s gets no more copies.", address=address), "done")
    except Problem as problem:
        say(problem)
    return redirect(url_for("seed.index"))


def _page() -> str:
    channels = [(key, channel(key)) for key in registry.PROVIDERS]
    found = queries.every(reading())
    return render_template("panel/seeds.html", rows=found, channels=channels, typed=request.form, whose=whose, why=why)
