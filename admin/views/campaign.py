"""One campaign: its figures while it runs, what may be done with it, and its recipients one by one."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import by, may, needs
from admin.context import panel, reading, writing
from admin.downloads import csv_response
from admin.views.campaigns import result
from admin.words import timezone, weekday
from channels.known import CHANNELS
from channels.outside import outside
from core.database import Sessions
from core.queries import campaigns as queries
from core.queries import conversations, forecast, recipients, segments, statistics, steps, templates, waits
from core.queries.trials import copies
from core.rules.campaigns import actions
from core.services import campaigns, doubts, results, schedules, senders
from core.services import newcomers as joined
from core.tables.campaigns import Campaign
from core.vocabulary import CHANNEL_EMAIL, CampaignState, DeliveryState, DoubtDecision, Reason, Role
from texts import _, arrival, reasons
from texts import doubts as doubt_words
from texts.doubts import decided
from texts.steps import told

pages = Blueprint("campaign", __name__, url_prefix="/campaigns")
MOVES = {"unschedule", "pause", "resume", "cancel"}
LIVE = (CampaignState.SENDING, CampaignState.PAUSED, CampaignState.SCHEDULED)
PAGE = 50


@pages.get("/<int:id>")
def detail(id: int) -> ResponseReturnValue:  # noqa: A002 - the name of the part of the address
    campaign = queries.get(reading(), id)
    if campaign.state == CampaignState.DRAFT and may(Role.EDITOR):
        return redirect(
            url_for("wizard.check" if campaign.include and campaign.template_id else "wizard.audience", id=id)
        )
    return render_template("panel/campaign.html", **_shown(campaign), replied=_replied(campaign))


def _replied(campaign: Campaign) -> int | None:
    """How many conversations answer it; None by mail, where replies go to the sender's mailbox."""
    return None if campaign.channel == CHANNEL_EMAIL else conversations.count_replied(reading(), campaign.id)


@pages.get("/<int:id>/live")
def live(id: int) -> ResponseReturnValue:  # noqa: A002
    campaign = queries.get(reading(), id)
    shown = _shown(campaign)
    return {"html": render_template("panel/campaign_live.html", **shown), "live": shown["live"]}


@pages.get("/<int:id>/result")
def counted(id: int) -> ResponseReturnValue:  # noqa: A002
    """For the list of campaigns."""
    return result(queries.get(reading(), id), _figures(id))


@pages.post("/<int:id>/<any(unschedule, pause, resume, cancel):move>")
@needs(Role.LAUNCHER)
def move(id: int, move: str) -> ResponseReturnValue:  # noqa: A002
    now = datetime.now(UTC)
    with writing() as session:
        match move:
            case "unschedule":
                schedules.unschedule(session, id, by=by())
            case "pause":
                campaigns.pause(session, id, by=by())
            case "resume":
                campaigns.resume(session, id, by=by())
            case _:
                campaigns.cancel(session, id, by=by(), now=now)
    return redirect(url_for("campaign.detail", id=id))


@pages.get("/<int:id>/recipients")
def people(id: int) -> ResponseReturnValue:  # noqa: A002
    campaign = queries.get(reading(), id)
    state, reason = _filters()
    after = request.args.get("after", 0, type=int)
    rows = (
        recipients.page(reading(), origin_ids, state=state, reason=reason, after=after, limit=PAGE + 1)
        if (origin_ids := steps.origins(reading(), campaign))
        else []
    )
    figures = _figures(id)
    return render_template(
        "panel/recipients.html",
        campaign=campaign,
        rows=rows[:PAGE],
        older=rows[PAGE - 1].id if len(rows) > PAGE else None,
        state=state,
        reason=reason,
        figures=figures,
        states=[(state, reasons.state(state)) for state in figures.states],
        reason_choices=[(reason, reasons.reason(reason)) for reason in figures.reasons],
    )


@pages.get("/<int:id>/recipients.csv")
@needs(Role.EDITOR)
def export(id: int) -> Response:  # noqa: A002
    campaign = queries.get(reading(), id)
    state, reason = _filters()
    filename = f"campaign-{id}-recipients.csv"
    return csv_response(_exported(panel().sessions, steps.origins(reading(), campaign), state, reason), filename)


@pages.post("/<int:id>/doubts/<any(retry, sent, failed):decision>")
@needs(Role.LAUNCHER)
def decide(id: int, decision: str) -> ResponseReturnValue:  # noqa: A002
    """About all who may or may not have got it."""
    with writing() as session:
        count = doubts.decide(session, id, DoubtDecision(decision), by=by(), now=datetime.now(UTC))
    flash(decided(decision, count), "done")
    return redirect(url_for("campaign.detail", id=id))


@pages.get("/<int:id>/newcomers")
@needs(Role.LAUNCHER)
def newcomers(id: int) -> ResponseReturnValue:  # noqa: A002
    """Who has joined the segments since, by reason, before anything is sent to them."""
    campaign = queries.get(reading(), id)
    looked = joined.preview(reading(), id, datetime.now(UTC), channels=CHANNELS)
    return render_template("panel/newcomers.html", campaign=campaign, preview=looked)


@pages.post("/<int:id>/newcomers")
@needs(Role.LAUNCHER)
def send_to_newcomers(id: int) -> ResponseReturnValue:  # noqa: A002
    now, confirmation = datetime.now(UTC), request.form.get("confirmation", "")
    with writing() as session:
        joined.send(session, id, confirmation=confirmation, outside=outside(panel().settings), by=by(), now=now)
    return redirect(url_for("campaign.detail", id=id))


def _exported(
    sessions: Sessions, origin_ids: Sequence[int], state: str | None, reason: str | None
) -> Iterator[Sequence[object]]:
    yield [
        _("Contact"),
        _("Name"),
        _("Address"),
        _("Channel"),
        _("State"),
        _("Reason"),
        _("Server's words"),
        _("At"),
        _("Read"),
        _("Clicked"),
    ]
    if not origin_ids:
        return
    with sessions() as session:
        for one in recipients.every(session, origin_ids, state=state, reason=reason):
            moments = (one.settled_at, one.read_at, one.clicked_at)
            yield [one.contact_id, one.name, one.address, one.channel, one.state, one.reason, one.said, *moments]


def _filters() -> tuple[str | None, str | None]:
    state, reason = request.args.get("state") or None, request.args.get("reason") or None
    if (state and state not in set(DeliveryState)) or (reason and reason not in set(Reason)):
        abort(404)
    return state, reason


def _shown(campaign: Campaign) -> dict[str, object]:
    session = reading()
    figures = _figures(campaign.id)
    launched = campaign.origin_id is not None
    reads = statistics.first_reads(session, campaign.id, timezone())
    now = datetime.now(UTC)
    return {
        "campaign": campaign,
        "figures": figures,
        "tells_read": CHANNELS[campaign.channel].reports_read,
        "doubts": figures.states.get(DeliveryState.IN_DOUBT, 0),
        "doubt_words": doubt_words,
        "links": statistics.links(session, campaign.id) if campaign.content_id else [],
        "hours": [reads.by_hour.get(hour, 0) for hour in range(24)],
        "weekdays": [(weekday(day), reads.by_weekday.get(day, 0)) for day in range(1, 8)],
        "anonymous": statistics.anonymous(session, campaign.id) if launched else {},
        "unknown": statistics.unknown(session, campaign.id) if launched else {},
        "machines": statistics.machines(session, campaign.id) if launched else {},
        "steps": [told(one) for one in steps.figures(session, campaign.id)] if launched else [],
        "copies": copies(session, campaign.id) if launched else [],
        "arrived": arrival.noted,
        "waits": waits.of_campaign(session, campaign, figures, now),
        "foreseen": forecast.of_campaign(session, campaign, figures, now),
        "moves": [action.value for action in actions(campaign.state) if action.value in MOVES],
        "live": campaign.state in LIVE or (campaign.state == CampaignState.SENT and _recent(campaign, now)),
        "audience": {
            segment_id: segments.get(session, segment_id).name for segment_id in (*campaign.include, *campaign.exclude)
        },
        "template": templates.get(session, campaign.template_id) if campaign.template_id else None,
        "sender": senders.get(session, campaign.sender_id) if campaign.sender_id else None,
    }


def _figures(campaign_id: int) -> statistics.Figures:
    results.keep(panel().sessions, campaign_id)
    return statistics.figures(reading(), campaign_id)


def _recent(campaign: Campaign, now: datetime) -> bool:
    """Reads and clicks come in for days; the page follows them live for the first two."""
    return campaign.finished_at is None or (now - campaign.finished_at).days < 2
