"""`sendbote emergency`: stops everything at once without a question, and lets it go on again."""

from datetime import UTC, datetime

import typer

from cli.context import opened
from cli.output import BY
from core.services import emergency
from texts import _
from texts import emergency as texts

app = typer.Typer(no_args_is_help=True, help=_("Stop everything at once, and let it go on."))


@app.command(help=_("Stop all sending on all channels at once; nothing scheduled begins."))
def stop() -> None:
    with opened() as door, door.sessions.begin() as session:
        emergency.stop_everything(session, by=BY)
    print(texts.stopped())


@app.command("go-on", help=_("Let it go on where it stopped, and name what was due meanwhile."))
def go_on() -> None:
    with opened() as door, door.sessions.begin() as session:
        released = emergency.go_on(session, by=BY, now=datetime.now(UTC))
    print(texts.gone_on(released))
