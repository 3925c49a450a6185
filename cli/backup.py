"""`sendbote backup`: database, keys and files in one file, while everything goes on."""

from pathlib import Path
from typing import Annotated

import typer

from cli.context import opened
from cli.keeping.backup import make
from cli.output import BY, AsJson, grouped, print_json
from texts import _

app = typer.Typer(add_completion=False)


@app.command(help=_("Save database, keys and files in one file, while everything goes on."))
def backup(
    target: Annotated[
        Path | None, typer.Argument(metavar="FILE", help=_("Where to; else data/backups with the date as its name."))
    ] = None,
    as_json: AsJson = False,
) -> None:
    with opened() as door:
        made = make(door, target.resolve() if target else None, by=BY)
    if as_json:
        print_json({"path": made.path, "bytes": made.bytes, "files": made.files})
        return
    print(_("Saved in %(path)s (%(size)s kB).", path=made.path, size=grouped(made.bytes // 1024)))
    print(_("It holds keys and addresses: keep it where only you can read it. Back again: sendbote restore FILE"))
