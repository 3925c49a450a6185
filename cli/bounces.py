"""`sendbote classify-bounce`: what returned mails mean for the addresses that they speak of."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from channels.email.returns.parsing import SIZE_LIMIT, read_return
from cli.output import AsJson, complain, print_json
from core.rules.bounces.judging import judge
from texts import _
from texts.problems import sentence

app = typer.Typer()

MBOX_LIMIT = 256_000_000
_POSTMARK = re.compile(rb"(?:^|(?<=\n\n)|(?<=\n\r\n))From \S[^\n]* \d{4}\r?\n(?=[\w-]+:)")
"""The line by which an mbox begins each mail; within a text it may stand by chance, but not before a header."""


@app.command(help=_("Say what returned mails mean: each address, its class, and whether it is suppressed."))
def classify_bounce(files: Annotated[list[Path], typer.Argument()], as_json: AsJson = False) -> None:
    """One answer a file; a file that cannot be read is said so, and the others are answered all the same."""
    unreadable = False
    for file in files:
        name = os.fsencode(file).decode("utf-8", "replace")
        try:
            found = recipients(file)
        except OSError as fault:
            unreadable = True
            told = {"name": name, "problem": fault.strerror or ""}
            complain("file.unreadable", sentence("file.unreadable", told), as_json=as_json)
            continue
        if as_json:
            print_json({"file": str(file), "recipients": found})
            continue
        print(f"{name}:" if found else _("%(file)s: no bounce", file=name))
        for one in found:
            verdict = _("suppressed") if one["suppress"] else _("not suppressed")
            print(f"  {one['address'] or '?'}  {one['class']}  {verdict}  {one['rule']}")
    if unreadable:
        raise typer.Exit(1)


def recipients(file: Path) -> list[dict[str, Any]]:
    notices = (notice for mail in _mails(file) for notice in read_return(mail))
    judged = ((notice.address, judge(notice)) for notice in notices)
    return [
        {"address": address, "class": str(one.bounce), "suppress": one.suppress, "rule": one.rule}
        for address, one in judged
    ]


def _mails(file: Path) -> Iterator[bytes]:
    """The mail in the file, or each one where it is an mbox."""
    with file.open("rb") as opened:
        begins = opened.read(5)
        raw = begins + opened.read(MBOX_LIMIT if begins == b"From " else SIZE_LIMIT)
    starts = [found.start() for found in _POSTMARK.finditer(raw)] if begins == b"From " else []
    for start, end in zip(starts or [0], [*starts[1:], len(raw)], strict=True):
        yield raw[start:end]
