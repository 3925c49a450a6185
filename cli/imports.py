"""`sendbote import`: a dry run of a file of contacts, then the import itself."""

from pathlib import Path
from typing import Annotated

import typer

from cli.context import opened
from cli.importing import Order, bring_in, chosen
from cli.output import AsJson
from core.errors import NotFound
from core.queries import segments
from core.rules.contacts.columns import FIELDS
from core.services import imports
from core.vocabulary import ImportKind
from texts import _

app = typer.Typer(add_completion=False)


@app.command(name="import", help=_("Import contacts from CSV or XLSX: a dry run first, then for good."))
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=_("The file, CSV or XLSX."))],
    columns: Annotated[
        list[str],
        typer.Option(
            "--column",
            "-c",
            metavar="COLUMN=MEANING",
            help=_("What a column means: a field, “attribute:<key>:<type>”, or nothing to leave it out."),
        ),
    ] = [],  # noqa: B006 - Typer reads it and changes nothing
    to_list: Annotated[str | None, typer.Option("--list", help=_("Also put everyone on this list."))] = None,
    refused: Annotated[Path | None, typer.Option(help=_("Write refused rows, with why, to this CSV file."))] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Only try it."))] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Import without asking."))] = False,
    as_json: AsJson = False,
) -> None:
    with opened() as door:
        proposal = imports.proposal(file)
        mapping = chosen(proposal.columns, proposal.mapping, columns, FIELDS)
        with door.sessions() as session:
            segment = segments.named(session, to_list) if to_list else None
        if to_list and segment is None:
            raise NotFound("segment.not_found", id=to_list)
        into = segment.id if segment else None
        order = Order(file, ImportKind.CONTACTS, proposal.columns, mapping, segment_id=into)
        bring_in(door, order, refused=refused, yes=yes, dry_run=dry_run, as_json=as_json)
