"""`sendbote suppress`: the lists of those who may not be contacted, found, filled, released, and carried over."""

import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from cli.context import Opened, opened
from cli.output import BY, AsJson, grouped, print_json
from core.errors import Invalid, NotFound
from core.queries import suppressions as queries
from core.rules.addresses import address_key
from core.rules.contacts import cells
from core.rules.suppression_rows import Usual
from core.services import suppression_imports, suppressions
from core.services.suppression_imports import Refused, Result
from core.tables.suppression import Suppression
from core.vocabulary import CHANNEL_EMAIL, SuppressionList
from files.export import harmless
from files.problems import FileProblem
from files.table import Table, open_table
from texts import _, ngettext
from texts.problems import sentence
from texts.suppression import listed, meaning, source

app = typer.Typer(no_args_is_help=True, help=_("The lists of those who may not be contacted."))
SHOWN = 10
HEADER = ("list", "channel", "address", "hash", "purpose", "topic", "source", "since", "released")

Channel = Annotated[str, typer.Option(help=_("The channel: email, sms, telegram, whatsapp …"))]
Why = Annotated[str, typer.Option(help=_("Why; kept in the audit."))]


@app.command(help=_("Put addresses on the general or the marketing blacklist."))
def add(name: SuppressionList, addresses: list[str], channel: Channel = CHANNEL_EMAIL, as_json: AsJson = False) -> None:
    with opened() as door, door.sessions.begin() as session:
        key, country = door.keys.addresses, door.settings.default_country
        done = suppressions.add(session, name, channel, addresses, key=key, country=country, by=BY)
    if as_json:
        print_json(asdict(done))
        return
    print(ngettext("%(added)s address was added.", "%(added)s addresses were added.", done.added, added=done.added))
    if done.already:
        print(_("%(already)s were on the list already.", already=done.already))
    for one in done.wrong:
        print(_("This is no address of the channel, and was left out: %(wrong)s", wrong=one))


@app.command("import", help=_("Put everybody in a file on a list: tried first, then for good."))
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=_("The file, CSV or XLSX."))],
    to: Annotated[
        SuppressionList | None, typer.Option("--list", help=_("For rows that do not name their list."))
    ] = None,
    channel: Channel = CHANNEL_EMAIL,
    refused: Annotated[Path | None, typer.Option(help=_("Write refused rows, with why, to this CSV file."))] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Only try it."))] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=_("Import without asking."))] = False,
    as_json: AsJson = False,
) -> None:
    usual = Usual(to.value if to else None, channel, datetime.now(UTC))
    table = _table(file)
    with opened() as door:
        result = _run(door, table, usual, for_good=False)
        if refused is not None:
            _write_refused(refused, table.columns, result.refused)
        if not as_json:
            _show(result)
        applied = not dry_run and (yes or (not as_json and sys.stdin.isatty() and typer.confirm(_("Import it now?"))))
        if applied:
            result = _run(door, _table(file), usual, for_good=True)
    if as_json:
        counts = {"rows": result.rows, "added": result.added, "already": result.already}
        print_json({"applied": applied, **counts, "refused": len(result.refused), "by_list": result.by_list})
    else:
        print(_("Imported.") if applied else _("Nothing was changed. To import it: add --yes."))


@app.command(help=_("Write the lists as CSV, for another system or for later: hashes stand where no address is kept."))
def export(
    file: Annotated[Path | None, typer.Argument(help=_("The file; else the terminal."))] = None,
    name: Annotated[SuppressionList | None, typer.Option("--list", help=_("Only this list."))] = None,
    released: Annotated[bool, typer.Option("--released", help=_("Also what has been released."))] = False,
) -> None:
    with opened() as door, door.sessions() as session:
        rows = _exported(session, name, released=released)
        if file is None:
            csv.writer(sys.stdout).writerows(rows)
            return
        with file.open("w", encoding="utf-8-sig", newline="") as lines:
            csv.writer(lines).writerows(rows)
    print(_("Written: %(file)s", file=file))


@app.command(help=_("Which lists an address is on, since when and why."))
def find(address: str, as_json: AsJson = False) -> None:
    with opened() as door, door.sessions() as session:
        found = _entries(session, door, address)
        told = [_told(row) for row in found]
    if as_json:
        print_json(told)
        return
    for one in told:
        _say(one)
    if not told:
        print(_("On none."))


@app.command(help=_("Release an entry of the general or the marketing blacklist, by its number or its address."))
def release(which: str, reason: Why) -> None:
    now = datetime.now(UTC)
    with opened() as door, door.sessions.begin() as session:
        if which.isascii() and which.isdigit() and len(which) < 10:
            ids = [int(which)]
        else:
            ids = [row.id for row in _entries(session, door, which) if row.released_at is None]
        if not ids:
            raise NotFound("suppression.nobody_found")
        for id_ in ids:
            if session.get_one(Suppression, id_).released_at is None or len(ids) == 1:
                suppressions.release(session, id_, reason=reason, by=BY, now=now)
    print(_("Released: campaigns that are launched from now on reach them again."))


def _table(file: Path) -> Table:
    try:
        return open_table(file)
    except FileProblem as problem:
        raise Invalid(problem.code, **problem.params) from None


def _run(door: Opened, table: Table, usual: Usual, *, for_good: bool) -> Result:
    with door.sessions() as session:
        result = suppression_imports.run(
            session,
            table.columns,
            table.rows(),
            usual=usual,
            key=door.keys.addresses,
            country=door.settings.default_country,
            by=BY,
        )
        session.commit() if for_good else session.rollback()
    return result


def _show(result: Result) -> None:
    counts = [(_("Rows"), result.rows), (_("New"), result.added), (_("On the list already"), result.already)]
    for words, count in (*counts, (_("Refused"), len(result.refused))):
        print(f"  {words:<24}{grouped(count):>12}")
    for one in result.refused[:SHOWN]:
        print("  " + _("Row %(row)s: %(why)s", row=one.row, why=sentence(one.code, one.params)))
    if len(result.refused) > SHOWN:
        more = grouped(len(result.refused) - SHOWN)
        print("  " + _("… and %(count)s more; --refused FILE writes them all.", count=more))


def _write_refused(path: Path, columns: Sequence[str], refused: Sequence[Refused]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([_("Row"), _("Why"), *map(harmless, columns)])
        rows.writerows([one.row, sentence(one.code, one.params), *map(harmless, one.cells)] for one in refused)


def _exported(session: Session, name: SuppressionList | None, *, released: bool) -> Iterator[Sequence[object]]:
    yield HEADER
    for row, address in queries.every(session, name, released=released):
        digest = row.address_key.hex() if row.address_key else ""
        moments = (row.added_at.isoformat(), row.released_at.isoformat() if row.released_at else "")
        kept = (
            row.list,
            row.channel or "",
            address or "",
            digest,
            row.purpose or "",
            row.topic or "",
            row.source,
            *moments,
        )
        yield [harmless(cell) for cell in kept]


def _entries(session: Session, door: Opened, address: str) -> Sequence[Suppression]:
    """Of an address on any channel that can have such a one, and of the person behind it."""
    keys = []
    for channel in (CHANNEL_EMAIL,) if "@" in address else ("sms", "whatsapp", "telegram"):
        try:
            written = cells.address(address, channel, door.settings.default_country)
        except Invalid:
            continue
        keys.append(address_key(door.keys.addresses, channel, written))
    return session.scalars(select(Suppression).where(queries.matches(keys)).order_by(Suppression.id)).all()


def _told(row: Suppression) -> dict[str, Any]:
    scope = {"channel": row.channel, "purpose": row.purpose, "topic": row.topic, "contact": row.contact_id}
    when = {"since": row.added_at, "released": row.released_at, "released_by": row.released_by}
    return {"id": row.id, "list": row.list, **scope, "source": row.source, **when}


def _say(one: dict[str, Any]) -> None:
    where = one["channel"] or _("all channels")
    if one["topic"]:
        where += " · " + _("topic %(key)s", key=one["topic"])
    since = f"{one['since']:%Y-%m-%d}"
    line = f"{one['id']:>6}  {listed(one['list'])} · {where} · {since} · {source(one['source'])}"
    if one["released"]:
        line += " · " + _("released") + f" {one['released']:%Y-%m-%d}"
    print(line)
    if not one["released"]:
        print(f"        {meaning(one['list'], topic=one['topic'])}")
