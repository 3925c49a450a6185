"""Why: the whole story of one recipient of a campaign, in order, from the list of recipients or by an address."""

from datetime import UTC, datetime

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import needs
from admin.context import panel, reading
from admin.words import say
from core.errors import Invalid
from core.queries import campaigns, story
from core.queries.story import Story
from core.rules.addresses import address_key
from core.rules.contacts import cells
from core.vocabulary import Role

pages = Blueprint("why", __name__, url_prefix="/campaigns")


@pages.get("/<int:id>/recipients/<int:delivery_id>")
def recipient(id: int, delivery_id: int) -> ResponseReturnValue:  # noqa: A002 - the name of the part of the address
    return _page(story.of_recipient(reading(), id, delivery_id, datetime.now(UTC)))


@pages.post("/<int:id>/why")
@needs(Role.VIEWER)
def address(id: int) -> ResponseReturnValue:  # noqa: A002
    """By an address, which is posted: it belongs into no log of pages."""
    asked = campaigns.get(reading(), id)
    given = request.form.get("address", "").strip()
    try:
        written = cells.address(given, asked.channel, panel().settings.default_country)
    except Invalid as problem:
        say(Invalid(problem.code, value=given, **problem.params))
        return redirect(url_for("campaign.people", id=id))
    key = address_key(panel().keys.addresses, asked.channel, written)
    return _page(story.of_address(reading(), id, key, datetime.now(UTC)), written)


def _page(told: Story, address: str | None = None) -> str:
    return render_template("panel/why.html", story=told, campaign=told.campaign, address=address)
