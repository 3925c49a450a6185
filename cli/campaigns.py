"""`sendbote campaign`: makes campaigns, shows whom they would reach, launches them, and stops them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from channels import registry
from channels.known import CHANNELS
from channels.outside import outside
from cli import schedules
from cli.context import opened
from cli.finding import found
from cli.launching import Which, agrees, previewed, send_now, show, table, told, worries
from cli.numbers import look_at_numbers, show_numbers
from cli.output import BY, AsJson, print_json
from core.errors import Invalid, NotFound
from core.queries import campaigns as queries
from core.queries.trials import Trial, latest
from core.queries.trials import copies as copied
from core.rules.hours import Hours
from core.services import campaigns, seeds, trials
from core.services import doubts as settling
from core.services import newcomers as joined
from core.services import steps as later
from core.services import utm as marks
from core.services.steps import Wanted
from core.tables.campaigns import Campaign, SenderRow
from core.tables.segments import Segment
from core.tables.templates import Template
from core.vocabulary import CHANNEL_EMAIL, CampaignState, DoubtDecision
from texts import _, arrival
from texts.approvals import waits
from texts.doubts import decided
from texts.reasons import reason, state

app = typer.Typer(no_args_is_help=True, help=_("Make, launch, pause and cancel campaigns."))
schedules.add_to(app)


@app.command(help=_("Make a draft."))
def create(
    name: str,
    template: Annotated[str, typer.Option(help=_("The template's number or name."))],
    sender: Annotated[str, typer.Option(help=_("The sender's number or name."))],
    include: Annotated[list[str], typer.Option(help=_("A segment to send to; may be given more than once."))],
    exclude: Annotated[list[str], typer.Option(help=_("A segment that gets nothing; also more than once."))] = [],  # noqa: B006 - Typer's
    channel: Annotated[str, typer.Option(help=_("The channel: email, sms, telegram, whatsapp …"))] = CHANNEL_EMAIL,
    topic: Annotated[str | None, typer.Option(help=_("The key of what it is about; see `sendbote topic`."))] = None,
    consent: Annotated[bool, typer.Option("--consent", help=_("Only to those who have agreed."))] = False,
    as_json: AsJson = False,
) -> None:
    if channel not in registry.PROVIDERS:
        raise NotFound("channel.not_found", channel=channel)
    with opened() as door, door.sessions.begin() as session:
        made = campaigns.create(
            session,
            name=name,
            template_id=found(session, Template, template).id,
            sender_id=found(session, SenderRow, sender).id,
            include=[found(session, Segment, one).id for one in include],
            exclude=[found(session, Segment, one).id for one in exclude],
            topic=topic,
            consent_required=consent,
            channel=channel,
            by=BY,
        )
        said = told(made)
    print_json(said) if as_json else print(_("Campaign %(id)s, “%(name)s”, is a draft.", **said))


@app.command(
    help=_(
        "The channels after a draft's first, each as CHANNEL:TEMPLATE:SENDER[:HOURS], for whom the one before did not "
        "reach: it failed, or brought no click, reply or delivery report within so many hours (24). None: one channel."
    )
)
def steps(
    which: Which,
    wanted: Annotated[list[str] | None, typer.Argument(metavar="STEP")] = None,
    failed_only: Annotated[bool, typer.Option("--failed-only", help=_("Only where the one before failed."))] = False,
    unread: Annotated[bool, typer.Option("--unread", help=_("Of the silent only those who have not read it."))] = False,
    as_json: AsJson = False,
) -> None:
    with opened() as door, door.sessions.begin() as session:
        campaign = found(session, Campaign, which)
        asked = [_step(session, one, silent=not failed_only, unread=unread) for one in wanted or ()]
        later.put(session, campaign.id, asked, version=campaign.version, channels=CHANNELS, by=BY)
        said = told(campaign) | {"steps": [one.channel for one in asked]}
    channels = ", ".join([campaign.channel, *(one.channel for one in asked)])
    print_json(said) if as_json else print(_("“%(name)s” tries: %(channels)s.", name=said["name"], channels=channels))


def _step(session: Session, written: str, *, silent: bool, unread: bool) -> Wanted:
    """Names may hold no colon; whoever's do gives the number."""
    channel, template, sender, hours, *more = (*written.split(":"), "", "", "")
    if not (channel and template and sender) or any(more[2:]) or not (hours or "24").replace(".", "", 1).isdigit():
        raise Invalid("step.unreadable", where="STEP", written=written)
    return Wanted(
        channel,
        found(session, Template, template).id,
        found(session, SenderRow, sender).id,
        int(float(hours or 24) * 3600),
        silent,
        unread,
    )


@app.command("list", help=_("All campaigns, newest first."))
def list_(search: str | None = None, limit: int = 50, as_json: AsJson = False) -> None:
    with opened() as door, door.sessions() as session:
        rows = [told(one) for one in queries.page(session, limit=limit, search=search)]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        print(f"{row['id']:>6}  {state(str(row['state'])):<12}  {row['name']}")


@app.command(help=_("Whom a launch would reach now, and why not the others. Nothing is sent."))
def preview(
    which: Which,
    with_numbers: Annotated[
        bool,
        typer.Option("--numbers", help=_("Also the numbers that need a look, with the row they came from.")),
    ] = False,
    as_json: AsJson = False,
) -> None:
    with opened() as door:
        campaign_id, looked = previewed(door, which)
        worried = worries(door, campaign_id)
        doubtful = look_at_numbers(door, campaign_id) if with_numbers else None
    if as_json:
        print_json(table(looked, worried) | ({} if doubtful is None else {"numbers": asdict(doubtful)}))
        return
    show(looked, worried)
    if doubtful is not None:
        show_numbers(doubtful)


@app.command("test", help=_("Send the draft's letter to a few addresses, marked as a test."))
def try_out(which: Which, addresses: list[str], as_json: AsJson = False) -> None:
    with opened() as door, door.sessions.begin() as session:
        sent = trials.send(
            session,
            found(session, Campaign, which).id,
            addresses,
            key=door.keys.addresses,
            country=door.settings.default_country,
            channels=CHANNELS,
            by=BY,
            now=datetime.now(UTC),
        )
    print_json({"addresses": sent}) if as_json else print(
        _("The test is on its way to %(addresses)s.", addresses=", ".join(sent))
    )


@app.command(
    "tests", help=_("The last test letters: what became of each, and how it arrived where a copy came back to us.")
)
def tried(which: Which, as_json: AsJson = False) -> None:
    with opened() as door, door.sessions() as session:
        _say_sent(latest(session, found(session, Campaign, which).id), as_json)


@app.command(help=_("What the seed addresses got of it, or why one got nothing, and how it arrived."))
def copies(which: Which, as_json: AsJson = False) -> None:
    with opened() as door, door.sessions() as session:
        _say_sent(copied(session, found(session, Campaign, which).id), as_json)


def _say_sent(sent: Sequence[Trial], as_json: bool) -> None:
    rows = [
        {
            "address": one.address,
            "state": one.state,
            "reason": one.reason,
            "arrived": arrival.noted(one.arrival) if one.arrival else [],
        }
        for one in sent
    ]
    if as_json:
        print_json(rows)
        return
    for one in rows:
        why = f" ({reason(str(one['reason']))})" if one["reason"] else ""
        print(f"{one['address'] or '–'}  {state(str(one['state']))}{why}")
        for line in one["arrived"] or []:
            print(f"    {line}")


@app.command(help=_("Show whom it reaches, ask, and begin to send."))
def launch(
    which: Which,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Launch without asking."))] = False,
    part: Annotated[bool, typer.Option("--part", help=_("Also if the balance lasts for a part only."))] = False,
    confirmation: Annotated[
        str | None, typer.Option(help=_("What “preview --json” gave: launches only if nothing has changed since."))
    ] = None,
    as_json: AsJson = False,
) -> None:
    with opened() as door:
        if confirmation is None:
            campaign_id, looked = previewed(door, which)
            if not as_json:
                show(looked, worries(door, campaign_id))
            if not yes and not agrees(send_now(looked), as_json):
                print_json({"launched": False}) if as_json else print(_("Nothing was sent. To launch it: add --yes."))
                raise typer.Exit(1)
            confirmation = looked.confirmation
        else:
            with door.sessions() as session:
                campaign_id = found(session, Campaign, which).id
        with door.sessions.begin() as session:
            now = datetime.now(UTC)
            launched = campaigns.launch(
                session,
                campaign_id,
                confirmation=confirmation,
                outside=outside(door.settings),
                channels=CHANNELS,
                by=BY,
                now=now,
                part=part,
            )
            waiting = launched.state == CampaignState.DRAFT
            said = told(launched) | {"launched": not waiting}
    if waiting:
        print_json(said) if as_json else print(waits(launched.name))
        raise typer.Exit(1)
    print_json(said) if as_json else print(_("“%(name)s” is being sent. See: sendbote status %(id)s", **said))


@app.command(
    help=_("Send only within hours of the day, such as 09:00 20:00; over midnight too. Without hours: at any time.")
)
def hours(
    which: Which,
    opens: Annotated[str | None, typer.Argument(metavar="FROM")] = None,
    closes: Annotated[str | None, typer.Argument(metavar="UNTIL")] = None,
    own_zone: Annotated[
        bool, typer.Option(help=_("By each recipient's own clock where it is known, else by the account's."))
    ] = True,
) -> None:
    with opened() as door, door.sessions.begin() as session:
        campaign_id = found(session, Campaign, which).id
        wanted = None if opens is None else Hours.read(opens, closes or "")
        campaigns.set_hours(session, campaign_id, wanted, own_zone=own_zone, by=BY)
    if wanted is None:
        print(_("It is sent at any time."))
    else:
        print(_("It is sent between %(opens)s and %(closes)s.", **wanted.written()))


@app.command(help=_("Let a draft go past the frequency cap, or (with --hold) hold it to it again."))
def uncap(which: Which, hold: Annotated[bool, typer.Option("--hold")] = False) -> None:
    with opened() as door, door.sessions.begin() as session:
        campaigns.set_uncapped(session, found(session, Campaign, which).id, not hold, by=BY)
    print(_("It keeps to the frequency cap.") if hold else _("It goes past the frequency cap."))


@app.command(help=_("Send no copies of a draft to the seed addresses, or (with --send) send them again."))
def unseed(which: Which, send: Annotated[bool, typer.Option("--send")] = False) -> None:
    with opened() as door, door.sessions.begin() as session:
        seeds.leave_out(session, found(session, Campaign, which).id, not send, by=BY)
    print(_("Seed addresses get a copy of it.") if send else _("Seed addresses get no copy of it."))


@app.command(help=_("Add utm_… parameters to links of your own domains, for your web statistics. Without any: none."))
def utm(
    which: Which,
    source: Annotated[str, typer.Option(help="utm_source")] = "",
    medium: Annotated[str, typer.Option(help="utm_medium")] = "",
    campaign: Annotated[str, typer.Option(help="utm_campaign")] = "",
    content: Annotated[str, typer.Option(help="utm_content")] = "",
    term: Annotated[str, typer.Option(help="utm_term")] = "",
    domain: Annotated[list[str], typer.Option(help=_("Whose links they are added to; may be repeated."))] = [],  # noqa: B006 - Typer's
) -> None:
    given = {
        "utm_source": source,
        "utm_medium": medium,
        "utm_campaign": campaign,
        "utm_content": content,
        "utm_term": term,
    }
    with opened() as door, door.sessions.begin() as session:
        changed = marks.set_utm(session, found(session, Campaign, which).id, given, domain, by=BY)
        kept = changed.settings["utm"]
    print(_("Links are marked.") if kept else _("Links stay as they are."))


@app.command(help=_("Begin nothing more; what is on the wire is settled."))
def pause(which: Which, as_json: AsJson = False) -> None:
    with opened() as door, door.sessions.begin() as session:
        said = told(campaigns.pause(session, found(session, Campaign, which).id, by=BY))
    print_json(said) if as_json else print(_("“%(name)s” is paused.", **said))


@app.command(help=_("Go on sending."))
def resume(which: Which, as_json: AsJson = False) -> None:
    with opened() as door, door.sessions.begin() as session:
        said = told(campaigns.resume(session, found(session, Campaign, which).id, by=BY))
    print_json(said) if as_json else print(_("“%(name)s” goes on.", **said))


@app.command(help=_("End it: whoever has got nothing gets nothing. There is no way back."))
def cancel(which: Which, as_json: AsJson = False) -> None:
    with opened() as door, door.sessions.begin() as session:
        said = told(campaigns.cancel(session, found(session, Campaign, which).id, by=BY, now=datetime.now(UTC)))
    print_json(said) if as_json else print(_("“%(name)s” is cancelled.", **said))


@app.command(help=_("Decide about all that may or may not have arrived: retry, sent, or failed."))
def doubts(which: Which, decision: DoubtDecision, as_json: AsJson = False) -> None:
    with opened() as door, door.sessions.begin() as session:
        campaign = found(session, Campaign, which)
        count = settling.decide(session, campaign.id, decision, by=BY, now=datetime.now(UTC))
        said = told(campaign) | {"decision": decision, "count": count}
    print_json(said) if as_json else print(decided(decision, count))


@app.command(help=_("Send a finished campaign to those who have joined its segments since."))
def newcomers(
    which: Which,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Send without asking."))] = False,
    as_json: AsJson = False,
) -> None:
    with opened() as door:
        with door.sessions() as session:
            campaign_id = found(session, Campaign, which).id
            looked = joined.preview(session, campaign_id, datetime.now(UTC), channels=CHANNELS)
        worried = worries(door, campaign_id)
        if not as_json:
            show(looked, worried)
        if not yes and not agrees(send_now(looked), as_json):
            print_json(table(looked, worried) | {"sent": False}) if as_json else print(
                _("Nothing was sent. To send: add --yes.")
            )
            raise typer.Exit(1)
        with door.sessions.begin() as session:
            sent = joined.send(
                session,
                campaign_id,
                confirmation=looked.confirmation,
                outside=outside(door.settings),
                by=BY,
                now=datetime.now(UTC),
            )
            said = told(sent) | {"sent": True}
    print_json(said) if as_json else print(_("“%(name)s” is being sent. See: sendbote status %(id)s", **said))
