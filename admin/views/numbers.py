"""Before a launch by telephone: the numbers that need a look, with the rows they came from."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from admin.access import needs
from admin.context import panel, reading
from admin.downloads import csv_response
from channels.known import CHANNELS
from core.database import Sessions
from core.queries import campaigns as queries
from core.queries import numbers
from core.vocabulary import Role
from texts import _, reasons
from texts.numbers import origin

pages = Blueprint("numbers", __name__, url_prefix="/campaigns")


@pages.get("/<int:id>/numbers")
def show(id: int) -> ResponseReturnValue:  # noqa: A002 - the name of the part of the address
    campaign = queries.get(reading(), id)
    doubtful = numbers.look(reading(), campaign, datetime.now(UTC), traits=CHANNELS[campaign.channel])
    return render_template("panel/numbers.html", campaign=campaign, doubtful=doubtful, origin=origin)


@pages.get("/<int:id>/numbers.csv")
@needs(Role.EDITOR)
def export(id: int) -> Response:  # noqa: A002
    queries.get(reading(), id)
    return csv_response(_exported(panel().sessions, id), f"campaign-{id}-numbers.csv")


def _exported(sessions: Sessions, campaign_id: int) -> Iterator[Sequence[object]]:
    yield [_("Contact"), _("Name"), _("Number"), _("Reason"), _("File"), _("Row")]
    with sessions() as session:
        campaign = queries.get(session, campaign_id)
        for one in numbers.every(session, campaign, datetime.now(UTC), traits=CHANNELS[campaign.channel]):
            yield [one.contact_id, one.name, one.number, reasons.reason(one.reason), one.filename, one.row]
