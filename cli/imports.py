"""`sendbote import`: a dry run of a file of contacts, then the import itself."""

import csv
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.context import Opened, opened
from cli.output import BY, AsJson, grouped, print_json
from core.errors import Invalid, NotFound
from core.queries import segments
from core.rules.contacts.columns import FIELDS
from core.services import imports
from core.services.import_pass import Result
from files.export import harmless
from texts import _
from texts.problems import sentence

app = typer.Typer(add_completion=False)
SHOWN = 10


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
        mapping = _chosen(proposal.columns, proposal.mapping, columns)
        if not as_json:
            _show_columns(proposal.columns, mapping)
        with door.sessions.begin() as session:
            segment = segments.named(session, to_list) if to_list else None
            if to_list and segment is None:
                raise NotFound("segment.not_found", id=to_list)
            row = imports.register(session, filename=file.name, path=file.resolve(), by=BY)
            imports.choose(session, row.id, mapping, segment_id=segment.id if segment else None)
            import_id = row.id
        result = _run(door, import_id, for_good=False, quiet=as_json)
        if refused is not None:
            _write_refused(door, import_id, proposal.columns, refused)
        if not as_json:
            _show(door, import_id, result, refused)
        applied = not dry_run and (yes or _agrees(as_json))
        if applied:
            result = _run(door, import_id, for_good=True, quiet=as_json)
    if as_json:
        print_json({"import": import_id, "applied": applied, **_counts(result)})
    else:
        print(_("Imported.") if applied else _("Nothing was changed. To import it: add --yes."))


def _run(door: Opened, import_id: int, *, for_good: bool, quiet: bool) -> Result:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True, disable=quiet) as bar:
        task = bar.add_task(_("Importing") if for_good else _("Trying the import"), total=1.0)
        return imports.run(
            door.sessions,
            import_id,
            for_good=for_good,
            key=door.keys.addresses,
            country=door.settings.default_country,
            holder=BY,
            progress=lambda done: bar.update(task, completed=done),
        )


def _agrees(as_json: bool) -> bool:
    return not as_json and sys.stdin.isatty() and typer.confirm(_("Import it now?"))


def _chosen(columns: list[str], proposed: dict[int, str], given: list[str]) -> dict[int, str]:
    """The proposal with what was given on the command line in its place; raise Invalid for what does not fit."""
    mapping = dict(proposed)
    for pair in given:
        name, equals, meaning = pair.rpartition("=")
        if not equals or name not in columns:
            raise Invalid("import.no_such_column", name=name or pair, columns=", ".join(columns))
        if meaning and meaning not in FIELDS and not meaning.startswith("attribute:"):
            raise Invalid("import.unknown_meaning", name=meaning, known=", ".join(FIELDS))
        if meaning in FIELDS:
            mapping = {index: "" if kept == meaning else kept for index, kept in mapping.items()}
        mapping[columns.index(name)] = meaning
    return {index: meaning for index, meaning in mapping.items() if meaning}


def _show_columns(columns: list[str], mapping: dict[int, str]) -> None:
    width = max(map(len, columns), default=0)
    for index, column in enumerate(columns):
        meaning = mapping.get(index) or _("left out")
        print(f"  {column:<{width}}  →  {meaning}")


def _show(door: Opened, import_id: int, result: Result, refused: Path | None) -> None:
    print()
    for words, count in (
        (_("Rows"), result.rows),
        (_("New"), result.added),
        (_("Updated"), result.updated),
        (_("Unchanged"), result.unchanged),
        (_("Refused"), result.refused),
    ):
        print(f"  {words:<12}{grouped(count):>12}")
    print()
    with door.sessions() as session:
        for one in imports.refusals(session, import_id, most=SHOWN):
            print("  " + _("Row %(row)s: %(why)s", row=one.row, why=sentence(one.code, one.params)))
    if result.refused > SHOWN:
        more = result.refused - SHOWN
        print("  " + _("… and %(count)s more; --refused FILE writes them all.", count=grouped(more)))
    if refused:
        print("  " + _("The refused rows are in %(file)s.", file=refused))


def _write_refused(door: Opened, import_id: int, columns: list[str], path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file, door.sessions() as session:
        rows = csv.writer(file)
        rows.writerow([_("Row"), _("Why"), *map(harmless, columns)])
        for one in imports.refusals(session, import_id):
            rows.writerow([one.row, sentence(one.code, one.params), *map(harmless, one.cells)])


def _counts(result: Result) -> dict[str, int]:
    return {
        "rows": result.rows,
        "new": result.added,
        "updated": result.updated,
        "unchanged": result.unchanged,
        "refused": result.refused,
    }
