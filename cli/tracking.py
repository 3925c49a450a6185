"""`sendbote tracking`: judges stored opens and clicks again, and says how closely people are watched."""

import typer

from cli.context import opened
from cli.output import BY, AsJson, print_json
from core.services import rejudging, settings
from core.vocabulary import Tracking
from texts import _, ngettext

app = typer.Typer(no_args_is_help=True, help=_("Judge opens and clicks again."))


@app.command(help=_("Judge all stored opens and clicks by the rules of this version; figures follow."))
def rejudge(as_json: AsJson = False) -> None:
    with opened() as door:
        changed = rejudging.rejudge(door.sessions)
    print_json({"changed": changed}) if as_json else print(
        ngettext("%(n)s event is judged otherwise now.", "%(n)s events are judged otherwise now.", changed)
    )


@app.command(help=_("How opens and clicks are kept from now on: individual, anonymous (counts alone) or off."))
def mode(how: Tracking) -> None:
    with opened() as door, door.sessions.begin() as session:
        settings.set_tracking(session, how, by=BY)
    print(_("Saved."))
