"""`sendbote country`: what countries ask of advertising by SMS."""

from typing import Annotated

import typer

from cli.context import opened
from cli.output import BY, AsJson, print_json
from core.queries import countries as queries
from core.rules.countries import Country, kept
from core.rules.hours import Hours
from core.services import countries
from texts import _

app = typer.Typer(no_args_is_help=True, help=_("Say what countries ask of advertising by SMS."))
Beginning = Annotated[str, typer.Argument(help=_("How its numbers begin, like +33."))]


@app.command("list", help=_("The countries with rules."))
def list_(as_json: AsJson = False) -> None:
    with opened() as door, door.sessions() as session:
        rules = queries.every(session)
    if as_json:
        print_json({one.beginning: kept(one) for one in rules})
        return
    for one in rules:
        quiet = f"{one.quiet.opens:%H:%M}–{one.quiet.closes:%H:%M}" if one.quiet else "–"
        days = " ".join(filter(None, (_("Sundays") if one.sundays else "", *one.holidays)))
        names = _("names and numbers") if one.names else _("numbers only")
        print(f"{one.beginning:<6} {quiet:<12} {names:<18} {days}")


@app.command("set", help=_("Put a country's rules in the place of those it has."))
def set_(
    beginning: Beginning,
    zone: Annotated[list[str], typer.Option(help=_("One of its time zones; may be repeated."))],
    quiet: Annotated[str, typer.Option(help=_("Like 20:00-08:00; empty: at any time."))] = "",
    sundays: Annotated[bool, typer.Option(help=_("Nothing on Sundays."))] = False,
    holiday: Annotated[list[str] | None, typer.Option(help=_("Like 12-25 or easter+1; may be repeated."))] = None,
    names: Annotated[bool, typer.Option(help=_("Whether a name may stand as the sender."))] = True,
) -> None:
    opens, _dash, closes = quiet.partition("-")
    hours = Hours.read(opens, closes) if quiet else None
    country = Country(beginning, hours, sundays, tuple(holiday or ()), tuple(zone), names)
    with opened() as door, door.sessions.begin() as session:
        countries.put(session, country, by=BY)
    print(_("Kept."))


@app.command(help=_("A country has no rules any more."))
def remove(beginning: Beginning) -> None:
    with opened() as door, door.sessions.begin() as session:
        countries.remove(session, beginning, by=BY)
    print(_("Removed."))
