"""The way to a launch, step by step over a draft: name, recipients, letter, and a last look at both."""

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import stepping
from admin.access import asked_for_part, by, may_launch_part, needs
from admin.context import panel, reading, writing
from admin.words import say, topic
from channels import registry
from channels.email.checks import Fault
from channels.email.checks import check as find_faults
from channels.email.checks import mend as mender
from channels.email.press import press
from channels.known import CHANNELS
from channels.outside import outside
from core.database import reduced_errors
from core.errors import NotFound, Problem
from core.queries import audience as people
from core.queries import campaigns as queries
from core.queries import contact_pages, notices, numbers, pacing, segments, templates, topics
from core.queries.domains import worry
from core.queries.eligibility import NUMBERED
from core.queries.trials import latest
from core.services import campaigns, seeds, senders, trials
from core.services import templates as letters
from core.services.utm import set_utm
from core.tables.campaigns import Campaign
from core.vocabulary import CHANNEL_EMAIL, CampaignState, Role, Tracking
from texts import _, arrival, rhythms
from texts import domains as domain_words
from texts.approvals import approval, waits
from texts.costs import cost_lines, lasts_line
from texts.seeds import seed_lines, why
from texts.segments import channel
from texts.steps import step_lines

pages = Blueprint("wizard", __name__, url_prefix="/campaigns")
MANY = 500
FEW = 50_000
"""Numbers, that are looked at while the page is made; of more on a page of their own."""


@pages.before_request
def _leave_what_is_launched() -> ResponseReturnValue | None:
    """The steps are a draft's; of a scheduled or launched campaign its own page is shown."""
    number = (request.view_args or {}).get("id")
    if number is None or request.method != "GET":
        return None
    campaign = queries.get(reading(), number)
    if campaign.state == CampaignState.DRAFT:
        return None
    return redirect(url_for("campaign.detail", id=number))


@pages.route("/new", methods=["GET", "POST"])
@needs(Role.EDITOR)
def begin() -> ResponseReturnValue:
    name, on = request.form.get("name", ""), request.form.get("channel", CHANNEL_EMAIL)
    if request.method == "POST":
        try:
            with writing() as session:
                campaign = campaigns.create(
                    session,
                    name=name,
                    template_id=None,
                    sender_id=None,
                    include=[],
                    exclude=[],
                    channel=_open_channel(on),
                    by=by(),
                )
            return redirect(url_for("wizard.audience", id=campaign.id))
        except Problem as problem:
            say(problem)
    return _name_page(None, name, on)


@pages.route("/<int:id>/name", methods=["GET", "POST"])
@needs(Role.EDITOR)
def rename(id: int) -> ResponseReturnValue:  # noqa: A002 - the name of the part of the address
    campaign = queries.get(reading(), id)
    name, on = request.form.get("name", campaign.name), request.form.get("channel", campaign.channel)
    if request.method == "POST" and _change(campaign, name=name, channel=on):
        return redirect(url_for("wizard.audience", id=id))
    return _name_page(campaign, name, on)


@pages.route("/<int:id>/audience", methods=["GET", "POST"])
@needs(Role.EDITOR)
def audience(id: int) -> ResponseReturnValue:  # noqa: A002
    campaign = queries.get(reading(), id)
    include, exclude = request.form.getlist("include", int), request.form.getlist("exclude", int)
    if request.method == "POST":
        consent = "consent_required" in request.form
        kept = {**campaign.settings, "tracking": request.form.get("tracking", "")}
        if kept["tracking"] not in set(Tracking):
            del kept["tracking"]
        about = request.form.get("topic") or None
        changed = {"topic": about, "consent_required": consent, "settings": kept}
        if _change(campaign, include=include, exclude=exclude, **changed):
            return redirect(url_for("wizard.letter", id=id))
    else:
        include, exclude = campaign.include, campaign.exclude
    return render_template(
        "panel/wizard_audience.html",
        campaign=campaign,
        segments=segments.page(reading(), limit=MANY),
        include=include,
        exclude=exclude,
        topics=_topics(campaign),
    )


@pages.route("/<int:id>/letter", methods=["GET", "POST"])
@needs(Role.EDITOR)
def letter(id: int) -> ResponseReturnValue:  # noqa: A002
    campaign = queries.get(reading(), id)
    chosen = request.form.get("template_id", campaign.template_id, type=int)
    sender = request.form.get("sender_id", campaign.sender_id, type=int)
    saved = request.method == "POST" and _change(campaign, template_id=chosen, sender_id=sender)
    if saved and stepping.put(id):
        return redirect(url_for("wizard.check", id=id))
    return render_template(
        "panel/wizard_letter.html",
        campaign=campaign,
        later=stepping.shown(campaign),
        templates=templates.page(reading(), limit=MANY, kinds=CHANNELS[campaign.channel].kinds),
        senders=senders.everyone(reading(), channel=campaign.channel),
        chosen=chosen,
        sender=sender,
    )


@pages.post("/<int:id>/utm")
@needs(Role.EDITOR)
def utm(id: int) -> ResponseReturnValue:  # noqa: A002
    """What links of the operator's own domains tell their statistics."""
    domains = request.form.get("domains", "").replace(",", " ").split()
    try:
        with writing() as session:
            set_utm(session, id, request.form, domains, by=by())
    except Problem as problem:
        say(problem)
    return redirect(url_for("wizard.check", id=id))


@pages.get("/<int:id>/check")
@needs(Role.EDITOR)
def check(id: int) -> ResponseReturnValue:  # noqa: A002
    """The table of recipients by reason, with a confirmation that binds the launch to it."""
    session = reading()
    campaign, now = queries.get(session, id), datetime.now(UTC)
    preview, problem = None, None
    try:
        with reduced_errors():
            preview = campaigns.preview(session, id, now, channels=CHANNELS)
    except Problem as fault:
        problem = fault
    numbered = campaign.channel in NUMBERED
    few = numbered and preview is not None and preview.chosen <= FEW
    doubtful = numbers.look(session, campaign, now, traits=CHANNELS[campaign.channel]) if few else None
    return render_template(
        "panel/wizard_check.html",
        campaign=campaign,
        numbered=numbered,
        doubtful=doubtful if doubtful and doubtful.total else None,
        faults=_faults(campaign, now),
        preview=preview,
        problem=problem,
        template=templates.get(session, campaign.template_id) if campaign.template_id else None,
        sender=senders.get(session, campaign.sender_id) if campaign.sender_id else None,
        worry=domain_words.worry(worry(session, campaign.sender_id, outside(panel().settings))),
        include=[segments.get(session, one).name for one in campaign.include],
        exclude=[segments.get(session, one).name for one in campaign.exclude],
        trials=latest(session, id),
        arrived=arrival.noted,
        cost_lines=cost_lines,
        lasts_line=lasts_line,
        may_part=may_launch_part(),
        step_lines=step_lines,
        seed_lines=seed_lines,
        seed_why=why,
        approval=approval,
        unread=notices.unread(session, id),
        dates=contact_pages.dates(session),
        weekdays=[(day, rhythms.weekday(day)) for day in range(1, 8)],
        allowance=pacing.allowance(session, pacing.ACCOUNT, now) if campaign.channel == CHANNEL_EMAIL else None,
    )


@pages.post("/<int:id>/mend")
@needs(Role.EDITOR)
def mend(id: int) -> ResponseReturnValue:  # noqa: A002
    """Put right what can be in the campaign's letter, as a new version of its template."""
    campaign = queries.get(reading(), id)
    if campaign.template_id is not None:
        imprint = templates.imprint(reading(), campaign.sender_id)
        with writing() as session:
            letters.mend(session, press, mender, campaign.template_id, by=by(), imprint=imprint)
    return redirect(url_for("wizard.check", id=id))


@pages.post("/<int:id>/test")
@needs(Role.EDITOR)
def test(id: int) -> ResponseReturnValue:  # noqa: A002
    addresses = request.form.get("addresses", "").replace(",", " ").replace(";", " ").split()
    try:
        with writing() as session:
            sent = trials.send(
                session,
                id,
                addresses,
                key=panel().keys.addresses,
                country=panel().settings.default_country,
                channels=CHANNELS,
                by=by(),
                now=datetime.now(UTC),
            )
        flash(_("The test is on its way to %(addresses)s.", addresses=", ".join(sent)), "done")
    except Problem as problem:
        say(problem)
    return redirect(url_for("wizard.check", id=id))


@pages.post("/<int:id>/cap")
@needs(Role.LAUNCHER)
def uncap(id: int) -> ResponseReturnValue:  # noqa: A002
    """Past the frequency cap, or back to it: for whoever may launch."""
    try:
        with writing() as session:
            campaigns.set_uncapped(session, id, "uncapped" in request.form, by=by())
    except Problem as problem:
        say(problem)
    return redirect(url_for("wizard.check", id=id))


@pages.post("/<int:id>/seeds")
@needs(Role.EDITOR)
def leave_seeds_out(id: int) -> ResponseReturnValue:  # noqa: A002
    """No copies of this one, or again."""
    try:
        with writing() as session:
            seeds.leave_out(session, id, "left_out" in request.form, by=by())
    except Problem as problem:
        say(problem)
    return redirect(url_for("wizard.check", id=id))


@pages.post("/<int:id>/launch")
@needs(Role.LAUNCHER)
def launch(id: int) -> ResponseReturnValue:  # noqa: A002
    try:
        with writing() as session:
            confirmation = request.form.get("confirmation", "")
            launched = campaigns.launch(
                session,
                id,
                confirmation=confirmation,
                outside=outside(panel().settings),
                channels=CHANNELS,
                by=by(),
                now=datetime.now(UTC),
                part=asked_for_part(),
            )
        if launched.state == CampaignState.DRAFT:
            flash(waits(launched.name), "done")
    except Problem as problem:
        say(problem)
        return redirect(url_for("wizard.check", id=id))
    return redirect(url_for("campaign.detail", id=id))


def _name_page(campaign: Campaign | None, name: str, chosen: str) -> str:
    offered = [(key, channel(key)) for key in registry.PROVIDERS]
    return render_template("panel/wizard_name.html", campaign=campaign, name=name, chosen=chosen, channels=offered)


def _topics(campaign: Campaign) -> list[tuple[str, str]]:
    """Those that are offered, and the draft's own."""
    keys = [one.key for one in topics.every(reading()) if one.archived_at is None or one.key == campaign.topic]
    return [(key, topic(key)) for key in keys]


def _open_channel(key: str) -> str:
    if key not in registry.PROVIDERS:
        raise NotFound("channel.not_found", channel=key)
    return key


def _change(campaign: Campaign, **fields: object) -> bool:
    """Whether the draft could be changed; if not, the page says why."""
    try:
        with writing() as session:
            version = request.form.get("version", campaign.version, type=int)
            if "channel" in fields:
                _open_channel(str(fields["channel"]))
            campaigns.change(session, campaign.id, version=version, by=by(), **fields)
    except Problem as problem:
        say(problem)
        return False
    return True


def _faults(campaign: Campaign, now: datetime) -> list[Fault]:
    """What the check before launch finds in the letter, and whom it could not be filled in for."""
    session = reading()
    template = templates.get(session, campaign.template_id) if campaign.template_id else None
    letter = templates.finished(session, template, campaign.sender_id) if template else None
    if letter is None:
        return []
    found = find_faults(letter.html, letter.plain, letter.links, imprint=letter.imprint)
    if letter.required and campaign.include:
        frozen = people.frozen(session, campaign.include, campaign.exclude, now)
        for name, count in people.lacking(session, campaign, frozen, letter.required).items():
            found.append(Fault("lacks_value", params={"name": name, "count": count}))
    return found
