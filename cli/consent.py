"""`sendbote consent`: bring in consents that were given elsewhere, and ask one person once more."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from channels.consent import ConsentWording
from cli.contacts import Who, contact_named
from cli.context import opened
from cli.finding import found
from cli.output import BY, AsJson, grouped, print_json
from core.errors import Invalid
from core.rules.consent_rows import NEEDED, OPTIONAL
from core.services import asking, consent_imports
from core.services.consent_imports import Result, Row
from core.tables.campaigns import SenderRow
from core.vocabulary import CHANNEL_EMAIL
from files.export import harmless
from files.table import Table, open_table
from texts import _
from texts.problems import sentence

app = typer.Typer(no_args_is_help=True, help=_("Consents given elsewhere, and asking for consent once more."))


@app.command("import", help=_("Record consents given elsewhere: columns address, date, source and text. Tried first."))
def import_(
    path: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Record them; else it is only tried."))] = False,
    refused: Annotated[Path | None, typer.Option(help=_("Write the refused rows here, each with the reason."))] = None,
    as_json: AsJson = False,
) -> None:
    table = open_table(path)
    with opened() as door:
        result = consent_imports.run(
            door.sessions,
            _rows(table),
            key=door.keys.addresses,
            country=door.settings.default_country,
            apply=yes,
            by=BY,
            now=datetime.now(UTC),
        )
    if refused is not None:
        _write(refused, table, result)
    told = {"applied": yes, "new": result.new, "unchanged": result.unchanged, "refused": len(result.refused)}
    print_json(told) if as_json else _say(result, applied=yes)


@app.command(help=_("Ask one person for consent, whether they were asked before or not."))
def ask(
    who: Who,
    sender: Annotated[str, typer.Option(help=_("The sender's number or name."))],
    channel: Annotated[str, typer.Option(help=_("The channel: email, sms, telegram, whatsapp …"))] = CHANNEL_EMAIL,
) -> None:
    with opened() as door, door.sessions.begin() as session:
        asking.ask_again(
            session,
            contact_named(session, door, who),
            channel=channel,
            sender_id=found(session, SenderRow, sender).id,
            press=ConsentWording(door.settings.language),
            by=BY,
            now=datetime.now(UTC),
        )
    print(_("The request is on its way. What waits for the answer goes as soon as it is yes."))


def _rows(table: Table) -> Iterator[Row]:
    """Columns by name, in whatever order; raise Invalid (`consent_row.no_column`) naming what is missing."""
    names = [name.strip().lower() for name in table.columns]
    for needed in NEEDED:
        if needed not in names:
            raise Invalid("consent_row.no_column", where=needed, columns=", ".join((*NEEDED, *OPTIONAL)))
    for number, cells in table.rows():
        yield number, dict(zip(names, cells, strict=False))


def _write(path: Path, table: Table, result: Result) -> None:
    """The rows as they were, with the reason before them, for mending and trying again."""
    why = {number: sentence(code, params) for number, code, params in result.refused}
    with path.open("w", encoding="utf-8-sig", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow([_("Row"), _("Reason"), *table.columns])
        for number, cells in table.rows():
            if number in why:
                writer.writerow([number, why[number], *(harmless(cell) for cell in cells)])


def _say(result: Result, *, applied: bool) -> None:
    recorded = _("are recorded") if applied else _("would be recorded")
    counts = (
        (result.new, recorded),
        (result.unchanged, _("are known already")),
        (len(result.refused), _("are refused")),
    )
    for count, words in counts:
        print(f"{grouped(count):>12}  {words}")
    for number, code, params in result.refused[:10]:
        print(_("Row %(number)s: %(why)s", number=number, why=sentence(code, params)))
    if not applied:
        print(_("Nothing was recorded. To do so: add --yes."))
