"""`sendbote arrival`: how a letter arrived, read from a copy that was saved from the mailbox."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import config
from channels.email import arrival
from channels.email.domains.names import Resolver
from channels.email.returns.parsing import SIZE_LIMIT
from cli.output import AsJson, print_json
from texts import _
from texts import arrival as words

app = typer.Typer(help=_("Say from a received copy how a letter arrived."))


@app.command(help=_("Say from a received copy how a letter arrived: signatures, what its receiver checked, its way."))
def read(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)], as_json: AsJson = False
) -> None:
    with file.open("rb") as opened:
        mail = opened.read(SIZE_LIMIT)
    found = arrival.read(mail, Resolver(config.load().dns))
    said = words.lines(asdict(found), found.seconds)
    if as_json:
        print_json({**asdict(found), "seconds": found.seconds, "says": said})
        return
    for line in said:
        print(line)
