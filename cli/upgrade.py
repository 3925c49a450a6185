"""`sendbote upgrade`: after a new version was installed, a backup and then everything that the new version needs."""

from pathlib import Path
from typing import Annotated

import typer

import config
from cli.keeping.upgrade import upgrade as raise_version
from cli.output import BY, AsJson, print_json
from texts import _

app = typer.Typer(add_completion=False)


@app.command(help=_("Save a backup, then bring the data to this version."))
def upgrade(
    programs: Annotated[
        Path | None,
        typer.Option(help=_("Where the programs of the PostgreSQL are that made the data.")),
    ] = None,
    as_json: AsJson = False,
) -> None:
    done = raise_version(config.load(), programs=programs, by=BY)
    if as_json:
        print_json({"before": done.before, "after": done.after, "backup": done.backup, "kept": done.kept})
        return
    if done.backup:
        print(_("Saved in %(path)s.", path=done.backup))
    if done.before in (None, done.after):
        print(_("The data are of this version (%(version)s).", version=done.after))
    else:
        print(_("The data were brought from version %(before)s to %(after)s.", before=done.before, after=done.after))
    if done.kept:
        print(_("The old PostgreSQL's data are kept in %(path)s; delete them when all is well.", path=done.kept))
