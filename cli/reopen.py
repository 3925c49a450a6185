"""`sendbote reopen`: lets a restored installation send again, once a person has looked."""

from typing import Annotated

import typer

from cli.context import opened
from cli.output import BY, AsJson, print_json
from core.services import restored
from texts import _

app = typer.Typer(add_completion=False)


@app.command(help=_("Let a restored installation send again."))
def reopen(
    go_on: Annotated[
        bool,
        typer.Option(
            "--go-on",
            help=_("Running campaigns go on at once: right where nothing was sent after the backup. Else they pause."),
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    with opened() as door, door.sessions.begin() as session:
        waited = restored.waiting_since(session) is not None
        paused = restored.open_again(session, go_on=go_on, by=BY)
    if as_json:
        print_json({"opened": waited, "paused": paused})
    elif not waited:
        print(_("Nothing had to be opened: this installation sends."))
    else:
        print(_("This installation sends again."))
        for campaign_id in paused:
            print(_("Campaign %(id)s is paused. Decide: sendbote campaign resume %(id)s, or cancel", id=campaign_id))
