"""`sendbote restore`: an installation from a backup, here or on another machine."""

from pathlib import Path
from typing import Annotated

import typer

import config
from cli.keeping.restore import restore as bring_back
from cli.output import BY, AsJson, print_json
from texts import _

app = typer.Typer(add_completion=False)


@app.command(help=_("Bring an installation back from a backup."))
def restore(
    backup: Annotated[Path, typer.Argument(metavar="FILE", help=_("What “sendbote backup” has written."))],
    replace: Annotated[bool, typer.Option("--replace", help=_("Replace what is there now."))] = False,
    as_json: AsJson = False,
) -> None:
    """Nothing is sent afterwards until `sendbote reopen`."""
    manifest = bring_back(config.load(), backup.resolve(), replace=replace, by=BY)
    if as_json:
        print_json({"made_at": manifest.made_at, "version": manifest.version, "sending": False})
        return
    print(_("Restored as of %(when)s.", when=manifest.made_at))
    print(
        _(
            "Nothing is sent yet: what waited at that time may have been sent since. Start Sendbote, look at the "
            "campaigns, and let it send again: sendbote reopen"
        )
    )
