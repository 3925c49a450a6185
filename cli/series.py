"""`sendbote series`: campaigns that run again and again, their runs, and when the next ones are due."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from sqlalchemy.orm import Session

from channels.known import CHANNELS
from channels.outside import outside
from cli.context import opened
from cli.finding import found
from cli.launching import Which, agrees, previewed, worries
from cli.launching import show as show_preview
from cli.output import BY, AsJson, print_json
from core.errors import Invalid, NotFound
from core.queries import campaigns, contact_pages
from core.queries import series as queries
from core.queries import settings as business
from core.rules.anniversaries import DateRule
from core.rules.rhythm import Rhythm
from core.services import series as services
from core.services import series_letters
from core.tables.series import Series
from core.tables.templates import Template
from core.vocabulary import Every
from texts import _
from texts.approvals import waits
from texts.reasons import state
from texts.rhythms import date_rule, rhythm, series_state
from texts.times import moment

app = typer.Typer(
    no_args_is_help=True, help=_("Repeat campaigns: every Monday, on birthdays, days before or after a date.")
)

One = Annotated[str, typer.Argument(metavar="SERIES", help=_("The series' number or name."))]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@app.command(help=_("Repeat a draft: shows whom it reaches now, and asks. The draft itself stays."))
def create(
    which: Which,
    at: Annotated[str, typer.Option(help=_("The time of day, by the account's clock."))],
    every: Annotated[Every, typer.Option(help=_("How often."))] = Every.DAY,
    on: Annotated[str, typer.Option(help=_("Days of the week, such as mon,thu; with --every week."))] = "",
    day: Annotated[int, typer.Option(help=_("The day of the month; 31 is the last one."))] = 1,
    attribute: Annotated[
        str | None, typer.Option("--date", help=_("Only whose date it is: an attribute with dates."))
    ] = None,
    days: Annotated[int, typer.Option(help=_("So many days after that date; before it with a minus."))] = 0,
    yearly: Annotated[bool, typer.Option("--yearly", help=_("The date comes round each year: a birthday."))] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Without asking."))] = False,
    as_json: AsJson = False,
) -> None:
    wanted = Rhythm.read(every, at, weekdays=_weekdays(on), day=day)
    theirs = DateRule(attribute, days, yearly) if attribute else None
    with opened() as door:
        campaign_id, looked = previewed(door, which)
        if not as_json:
            show_preview(looked, worries(door, campaign_id))
            print(_("That is everybody in the segments now. They are evaluated afresh at each run."))
        if not yes and not agrees(_("Repeat it: %(rhythm)s?", rhythm=rhythm(wanted.written())), as_json):
            print_json({"created": False}) if as_json else print(_("Nothing was changed. To do so: add --yes."))
            raise typer.Exit(1)
        with door.sessions.begin() as session:
            now = datetime.now(UTC)
            made = services.create(
                session,
                campaign_id,
                wanted,
                date_rule=theirs,
                confirmation=looked.confirmation,
                outside=outside(door.settings),
                by=BY,
                now=now,
            )
            waiting = None if made else waits(campaigns.get(session, campaign_id).name)
            told: dict[str, object] = _told(session, made, now) if made else {"created": False}
    if waiting is not None:
        print_json(told) if as_json else print(waiting)
        raise typer.Exit(1)
    print_json(told) if as_json else _say(told)


@app.command("list", help=_("All series, by their next run."))
def list_(as_json: AsJson = False) -> None:
    with opened() as door, door.sessions() as session:
        now = datetime.now(UTC)
        rows = [_told(session, one, now) for one in queries.everything(session)]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        print(f"{row['id']:>6}  {series_state(str(row['state'])):<10}  {row['name']}: {row['rhythm']}")
    if not rows:
        print(_("There are none. Repeat a draft with: sendbote series create"))


@app.command(help=_("One series: its rhythm, its runs, and when the next five are due."))
def show(which: One, as_json: AsJson = False) -> None:
    with opened() as door, door.sessions() as session:
        told = _told(session, found(session, Series, which), datetime.now(UTC))
    print_json(told) if as_json else _say(told)


@app.command(help=_("Send another letter from the next run on, as it was last saved; or the same one as it is now."))
def letter(
    which: One,
    template: Annotated[
        str | None, typer.Argument(help=_("The template's number or name; else the series' own."))
    ] = None,
) -> None:
    with opened() as door, door.sessions.begin() as session:
        series = found(session, Series, which)
        chosen = found(session, Template, template).id if template else series.template_id
        if chosen is None:
            raise NotFound("template.not_found", id="")
        series_letters.exchange(session, series.id, chosen, channels=CHANNELS, by=BY)
        name = series.name
    print(_("The next run of “%(name)s” sends the new letter.", name=name))


@app.command(help=_("Begin no more runs until it is resumed."))
def pause(which: One) -> None:
    with opened() as door, door.sessions.begin() as session:
        name = services.pause(session, found(session, Series, which).id, by=BY).name
    print(_("“%(name)s” is paused.", name=name))


@app.command(help=_("Let it run again; what fell into the pause is not made up for."))
def resume(which: One) -> None:
    with opened() as door, door.sessions.begin() as session:
        name = services.resume(session, found(session, Series, which).id, by=BY, now=datetime.now(UTC)).name
    print(_("“%(name)s” goes on.", name=name))


@app.command(help=_("End it for good; its runs stay what they are."))
def end(which: One) -> None:
    with opened() as door, door.sessions.begin() as session:
        name = services.end(session, found(session, Series, which).id, by=BY, now=datetime.now(UTC)).name
    print(_("“%(name)s” has ended.", name=name))


def _weekdays(written: str) -> list[int]:
    days = [one.strip().lower()[:3] for one in written.split(",") if one.strip()]
    if not set(days) <= set(DAYS):
        raise Invalid("rhythm.no_weekday", where="on")
    return [DAYS.index(one) + 1 for one in days]


def _told(session: Session, series: Series, now: datetime) -> dict[str, object]:
    zone, rule = ZoneInfo(business.value(session, "timezone")), series.date_rule
    return {
        "id": series.id,
        "name": series.name,
        "state": series.state,
        "rhythm": rhythm(series.rhythm),
        "date": date_rule(rule, contact_pages.labels(session)) if rule else None,
        "next": [moment(at, zone) for at in services.upcoming(session, series, now)],
        "runs": [{"id": one.id, "name": one.name, "state": one.state} for one in queries.runs(session, series.id)],
    }


def _say(told: dict[str, object]) -> None:
    print(f"{told['name']}: {told['rhythm']} ({series_state(str(told['state']))})")
    if told["date"]:
        print(told["date"])
    for at in told["next"]:  # type: ignore[attr-defined]  # a list, see above
        print("  " + at)
    for run in told["runs"]:  # type: ignore[attr-defined]
        print(f"{run['id']:>6}  {state(run['state']):<12}  {run['name']}")
