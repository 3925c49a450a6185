"""`sendbote support-bundle`: what helps others to help, without personal data."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.context import opened
from cli.keeping.bundle import write
from cli.output import AsJson, print_json
from texts import _

app = typer.Typer(add_completion=False)


@app.command("support-bundle", help=_("Gather what helps to find a fault, without personal data."))
def support_bundle(
    target: Annotated[Path | None, typer.Argument(metavar="FILE", help=_("Where to; else here."))] = None,
    as_json: AsJson = False,
) -> None:
    path = (target or Path(f"sendbote-support-{datetime.now(UTC):%Y-%m-%d-%H%M%S}.zip")).resolve()
    with opened(redis=True) as door:
        parts = write(path, door)
    if as_json:
        print_json({"path": path, "parts": parts})
        return
    print(_("Written to %(path)s: %(parts)s.", path=path, parts=", ".join(parts)))
    print(_("It holds no addresses, names, texts or secrets. Look into it before you hand it on."))
