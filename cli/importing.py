"""Bringing in a file from the command line: its columns, a dry run with what is refused and why, then for good."""

import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import typer

from cli.context import Opened
from cli.output import BY, grouped, print_json
from core.errors import Invalid
from core.services import import_runs, imports
from core.services.import_pass import Result
from core.vocabulary import ImportKind
from files.export import harmless
from texts import _
from texts.problems import sentence

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be brought in, what its columns mean, and what holds for rows that do not say it."""

    file: Path
    kind: ImportKind
    columns: Sequence[str]
    mapping: Mapping[int, str]
    usual: Mapping[str, str] = field(default_factory=dict)
    segment_id: int | None = None


def bring_in(
    door: Opened, order: Order, *, refused: Path | None, yes: bool, dry_run: bool = False, as_json: bool = False
) -> None:
    """Try it, tell what would come of it, and do it if that is agreed to."""
    if not as_json:
        _show_columns(order.columns, order.mapping)
    with door.sessions.begin() as session:
        row = imports.register(session, filename=order.file.name, path=order.file.resolve(), kind=order.kind, by=BY)
        imports.choose(session, row.id, dict(order.mapping), segment_id=order.segment_id, usual=order.usual)
        import_id = row.id
    result = _run(door, import_id, for_good=False, quiet=as_json)
    if refused is not None:
        _write_refused(door, import_id, order.columns, refused)
    if not as_json:
        _show(door, import_id, result, refused)
    applied = not dry_run and (yes or _agrees(as_json))
    if applied:
        result = _run(door, import_id, for_good=True, quiet=as_json)
    if as_json:
        print_json({"import": import_id, "applied": applied, **_counts(result)})
    else:
        print(_("Imported.") if applied else _("Nothing was changed. To import it: add --yes."))


def chosen(columns: list[str], proposed: dict[int, str], given: list[str], fields: Sequence[str]) -> dict[int, str]:
    """The proposal with what was given on the command line in its place; raise Invalid for what does not fit."""
    mapping = dict(proposed)
    for pair in given:
        name, equals, meaning = pair.rpartition("=")
        if not equals or name not in columns:
            raise Invalid("import.no_such_column", name=name or pair, columns=", ".join(columns))
        if meaning and meaning not in fields and not meaning.startswith("attribute:"):
            raise Invalid("import.unknown_meaning", name=meaning, known=", ".join(fields))
        if meaning in fields:
            mapping = {index: "" if kept == meaning else kept for index, kept in mapping.items()}
        mapping[columns.index(name)] = meaning
    return {index: meaning for index, meaning in mapping.items() if meaning}


def _run(door: Opened, import_id: int, *, for_good: bool, quiet: bool) -> Result:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True, disable=quiet) as bar:
        task = bar.add_task(_("Importing") if for_good else _("Trying the import"), total=1.0)
        return import_runs.run(
            door.sessions,
            import_id,
            for_good=for_good,
            key=door.keys.addresses,
            country=door.settings.default_country,
            holder=BY,
            now=datetime.now(UTC),
            progress=lambda done: bar.update(task, completed=done),
        )


def _agrees(as_json: bool) -> bool:
    return not as_json and sys.stdin.isatty() and typer.confirm(_("Import it now?"))


def _show_columns(columns: Sequence[str], mapping: Mapping[int, str]) -> None:
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


def _write_refused(door: Opened, import_id: int, columns: Sequence[str], path: Path) -> None:
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
