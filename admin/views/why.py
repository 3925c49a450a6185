"""Why: the whole story of one recipient of a campaign, in order, from the list of recipients or by an address."""

from datetime import UTC, datetime

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import needs
from admin.context import panel, reading
from admin.words import say
from core.errors import Invalid
from core.queries import story
from core.queries.story import Story
from core.vocabulary import Role

pages = Blueprint("why", __name__, url_prefix="/campaigns")


@pages.get("/<int:id>/recipients/<int:delivery_id>")
def recipient(id: int, delivery_id: int) -> ResponseReturnValue:  # noqa: A002 - the name of the part of the address
    return _page(story.of_recipient(reading(), id, delivery_id, datetime.now(UTC)))


@pages.post("/<int:id>/why")
@needs(Role.VIEWER)
def address(id: int) -> ResponseReturnValue:  # noqa: A002
    """By an address, which is posted: it belongs into no log of pages."""
    given = request.form.get("address", "").strip()
    hashing, country = panel().keys.addresses, panel().settings.default_country
    try:
        told = story.of_person(reading(), id, given, datetime.now(UTC), hashing=hashing, country=country)
    except Invalid as problem:
        say(problem)
        return redirect(url_for("campaign.people", id=id))
    return _page(told, given)


def _page(told: Story, address: str | None = None) -> str:
    return render_template("panel/why.html", story=told, campaign=told.campaign, address=address)
