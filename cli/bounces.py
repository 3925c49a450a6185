"""`sendbote classify-bounce`: what returned mails mean for the addresses that they speak of."""

from pathlib import Path
from typing import Annotated, Any

import typer

from channels.email.returns.parsing import SIZE_LIMIT, read_return
from cli.output import AsJson, print_json
from core.rules.bounces.judging import judge
from texts import _

app = typer.Typer()


@app.command(help=_("Say what returned mails mean: each address, its class, and whether it is suppressed."))
def classify_bounce(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True)], as_json: AsJson = False
) -> None:
    for file in files:
        found = recipients(file)
        if as_json:
            print_json({"file": str(file), "recipients": found})
            continue
        print(f"{file}:" if found else _("%(file)s: no bounce", file=file))
        for one in found:
            verdict = _("suppressed") if one["suppress"] else _("not suppressed")
            print(f"  {one['address'] or '?'}  {one['class']}  {verdict}  {one['rule']}")


def recipients(file: Path) -> list[dict[str, Any]]:
    with file.open("rb") as opened:
        notices = read_return(opened.read(SIZE_LIMIT))
    judged = ((notice.address, judge(notice)) for notice in notices)
    return [
        {"address": address, "class": str(one.bounce), "suppress": one.suppress, "rule": one.rule}
        for address, one in judged
    ]
