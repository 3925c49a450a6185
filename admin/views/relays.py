"""Mail servers of a sender's own: added, tried, and taken away on the sender's page."""

import asyncio

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import by, needs
from admin.context import panel, reading, writing
from admin.views import senders
from admin.words import say
from channels.email.own import admit, open_own
from core.errors import Problem
from core.queries import relays as queries
from core.services import relays
from core.services.relays import Wanted
from core.vocabulary import Role, Tls
from texts import _
from texts.problems import sentence

pages = Blueprint("relay", __name__, url_prefix="/senders/<int:id>/relays")


@pages.post("/")
@needs(Role.ADMINISTRATOR)
def add(id: int) -> ResponseReturnValue:  # noqa: A002 - the name of the part of the address
    try:
        wanted = _wanted()
        admit(wanted.host.strip().lower(), wanted.port, panel().settings)
        with writing() as session:
            relays.add(session, id, wanted, sealing=panel().keys.sealing, by=by())
        flash(_("Saved. Letters of this sender go by it from now on; try it before the next launch."), "done")
    except Problem as problem:
        say(problem)
        return senders.page(id)
    return _back(id)


@pages.post("/<int:relay>/check")
@needs(Role.ADMINISTRATOR)
def check(id: int, relay: int) -> ResponseReturnValue:  # noqa: A002
    """Connect, encrypt, log in and leave again; nothing is sent."""
    try:
        sealed = queries.ready(queries.get(reading(), relay, sender_id=id))
        health = asyncio.run(open_own([sealed], panel().settings, panel().keys).check())
        flash(sentence(health.code, health.params), "done" if health.well else "problem")
    except Problem as problem:
        say(problem)
    return _back(id)


@pages.post("/<int:relay>/remove")
@needs(Role.ADMINISTRATOR)
def remove(id: int, relay: int) -> ResponseReturnValue:  # noqa: A002
    try:
        with writing() as session:
            relays.remove(session, relay, sender_id=id, by=by())
        flash(_("Removed."), "done")
    except Problem as problem:
        say(problem)
    return _back(id)


def _wanted() -> Wanted:
    """The password goes in and never comes out again."""
    given = request.form
    return Wanted(
        host=given.get("host", ""),
        port=given.get("port", 0, type=int),
        tls=given.get("tls", Tls.REQUIRED),
        user=given.get("user", ""),
        password=given.get("password", ""),
        weight=given.get("weight", -1, type=int),
    )


def _back(id: int) -> ResponseReturnValue:  # noqa: A002
    return redirect(url_for("sender.detail", id=id, _anchor="relays"))
