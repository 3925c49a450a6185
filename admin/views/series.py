"""Series: campaigns that repeat, their runs, and when the next ones are due."""

from datetime import UTC, datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import by, needs
from admin.context import panel, reading, writing
from admin.words import say
from channels.known import CHANNELS
from channels.outside import outside
from core.errors import Problem
from core.queries import campaigns, contact_pages, segments, templates
from core.queries import series as queries
from core.rules.anniversaries import DateRule
from core.rules.rhythm import Rhythm
from core.services import series as services
from core.services import series_letters
from core.tables.series import Series
from core.vocabulary import Role
from texts import _, rhythms
from texts.approvals import waits

pages = Blueprint("series", __name__, url_prefix="/series")
MANY = 500


@pages.get("/")
def index() -> ResponseReturnValue:
    return render_template("panel/series_list.html", rows=[_shown(one) for one in queries.everything(reading())])


@pages.get("/<int:id>")
def detail(id: int) -> ResponseReturnValue:  # noqa: A002 - the name of the part of the address
    session, now = reading(), datetime.now(UTC)
    series = queries.get(session, id)
    return render_template(
        "panel/series.html",
        **_shown(series),
        runs=queries.runs(session, id),
        upcoming=services.upcoming(session, series, now),
        template=templates.get(session, series.template_id) if series.template_id else None,
        include=[segments.get(session, one).name for one in series.include],
        exclude=[segments.get(session, one).name for one in series.exclude],
        letters=_letters(series),
    )


@pages.post("/from/<int:campaign_id>")
@needs(Role.LAUNCHER)
def create(campaign_id: int) -> ResponseReturnValue:
    try:
        with writing() as session:
            made = services.create(
                session,
                campaign_id,
                _rhythm(),
                date_rule=_date_rule(),
                confirmation=request.form.get("confirmation", ""),
                outside=outside(panel().settings),
                by=by(),
                now=datetime.now(UTC),
            )
            if made is None:
                flash(waits(campaigns.get(session, campaign_id).name), "done")
    except Problem as problem:
        say(problem)
        made = None
    if made is None:
        return redirect(url_for("wizard.check", id=campaign_id))
    return redirect(url_for("series.detail", id=made.id))


@pages.post("/<int:id>/letter")
@needs(Role.LAUNCHER)
def letter(id: int) -> ResponseReturnValue:  # noqa: A002
    """Bound to the letter as it stood in the list, whatever is saved meanwhile."""
    template_id, _sign, seen = request.form.get("letter", "").partition(":")
    if not (template_id.isascii() and template_id.isdigit() and seen.isascii() and seen.isdigit()):
        abort(400)
    try:
        with writing() as session:
            series_letters.exchange(session, id, int(template_id), seen=int(seen), channels=CHANNELS, by=by())
        flash(_("The next run sends the new letter."), "done")
    except Problem as problem:
        say(problem)
    return redirect(url_for("series.detail", id=id))


@pages.post("/<int:id>/<any(pause, resume, end):move>")
@needs(Role.LAUNCHER)
def move(id: int, move: str) -> ResponseReturnValue:  # noqa: A002
    now = datetime.now(UTC)
    with writing() as session:
        match move:
            case "pause":
                services.pause(session, id, by=by())
            case "resume":
                services.resume(session, id, by=by(), now=now)
            case _:
                services.end(session, id, by=by(), now=now)
    return redirect(url_for("series.detail", id=id))


def _letters(series: Series) -> list[tuple[str, str]]:
    """Those that fit the channel, each with the content that it has now; the one that is sent is left out."""
    kinds = CHANNELS[series.channel].kinds
    found = templates.page(reading(), limit=MANY, kinds=kinds)
    return [
        (f"{one.id}:{one.content_id}", one.name) for one in found if one.content_id not in (None, series.content_id)
    ]


def _rhythm() -> Rhythm:
    weekdays, day = request.form.getlist("weekdays", int), request.form.get("day", 1, type=int)
    return Rhythm.read(request.form.get("every", ""), request.form.get("at", ""), weekdays=weekdays, day=day)


def _date_rule() -> DateRule | None:
    """The days are written without a sign; `before` says on which side they lie."""
    attribute = request.form.get("attribute", "")
    if not attribute:
        return None
    days = request.form.get("days", 0, type=int)
    signed = -days if request.form.get("side") == "before" else days
    return DateRule(attribute, signed, yearly="yearly" in request.form)


def _shown(series: Series) -> dict[str, object]:
    rule = series.date_rule
    return {
        "series": series,
        "rhythm": rhythms.rhythm(series.rhythm),
        "date_rule": rhythms.date_rule(rule, contact_pages.labels(reading())) if rule else None,
        "state": rhythms.series_state(series.state),
    }
