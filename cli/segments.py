"""`sendbote segment`: makes segments, lists them, and says who is in them and whom they reach."""

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from cli.context import Opened, opened
from cli.finding import found
from cli.output import BY, AsJson, print_json
from core.errors import Invalid
from core.queries import segments as queries
from core.rules.addresses import address_key
from core.services import segments as services
from core.tables.contacts import Contact
from core.tables.segments import Segment
from core.vocabulary import CHANNEL_EMAIL
from texts import _, ngettext
from texts.reasons import reason
from texts.segments import channel as channel_name
from texts.segments import describe

app = typer.Typer(no_args_is_help=True, help=_("Make segments and ask whom they reach."))

Which = Annotated[str, typer.Argument(metavar="SEGMENT", help=_("The segment's number or name."))]


@app.command(help=_("Make a segment: dynamic from an expression, else a list, filled from a file if one is given."))
def create(
    name: str,
    expression: Annotated[str | None, typer.Option(help=_("The expression, in JSON."))] = None,
    members_from: Annotated[
        Path | None, typer.Option(help=_("A text file with an email address or external id in each line."), exists=True)
    ] = None,
    as_json: AsJson = False,
) -> None:
    with opened() as door, door.sessions.begin() as session:
        if expression is not None:
            segment = services.create_dynamic(session, name=name, expression=_read(expression), by=BY)
        else:
            segment = services.create_static(session, name=name, by=BY)
        listed = _filled(door, session, segment, members_from) if members_from else None
        told: dict[str, object] = {"id": segment.id, "name": segment.name, "kind": segment.kind}
        if listed is not None:
            told |= {"added": listed.added, "unknown": listed.unknown, "ambiguous": listed.ambiguous}
    if as_json:
        print_json(told)
        return
    print(_("Segment %(id)s, “%(name)s”, is there.", id=told["id"], name=told["name"]))
    if listed is not None:
        print(ngettext("%(n)s contact is on it.", "%(n)s contacts are on it.", listed.added))
        for entry in listed.unknown:
            print(_("Fits no contact: %(entry)s", entry=entry))
        for entry in listed.ambiguous:
            print(_("Fits more than one contact: %(entry)s", entry=entry))


@app.command("list", help=_("All segments, newest first."))
def list_(search: str | None = None, limit: int = 100, as_json: AsJson = False) -> None:
    with opened() as door, door.sessions() as session:
        rows = [_summary(session, segment) for segment in queries.page(session, limit=limit, search=search)]
    if as_json:
        print_json(rows)
        return
    for one in rows:
        print(f"{one['id']:>6}  {one['name']}  –  {one['means']}")


@app.command(help=_("What a segment means, in words and as it is stored."))
def show(which: Which, as_json: AsJson = False) -> None:
    with opened() as door, door.sessions() as session:
        segment = found(session, Segment, which)
        told = _summary(session, segment) | {"expression": queries.tree(session, segment.id)}
    if as_json:
        print_json(told)
        return
    print(f"{told['name']}\n{told['means']}\n{json.dumps(told['expression'], ensure_ascii=False, indent=2)}")


@app.command(help=_("How many contacts are in a segment now."))
def count(which: Which, as_json: AsJson = False) -> None:
    with opened() as door, door.sessions() as session:
        counted = services.count(session, found(session, Segment, which).id, datetime.now(UTC))
    print_json({"count": counted}) if as_json else print(counted)


@app.command(help=_("The contacts of a segment, in the order of their numbers."))
def members(which: Which, limit: int = 20, after: int = 0, as_json: AsJson = False) -> None:
    with opened() as door, door.sessions() as session:
        segment = found(session, Segment, which)
        page: list[Contact] = services.first_page(session, segment.id, datetime.now(UTC), limit=limit, after=after)
    if as_json:
        print_json([{"id": one.id, "external_id": one.external_id, "name": _name(one)} for one in page])
        return
    for one in page:
        print(f"{one.id:>10}  {one.external_id or '–'}  {_name(one)}")


@app.command(help=_("How many can be reached on each channel, and why not the others."))
def reach(which: Which, as_json: AsJson = False) -> None:
    from rich.console import Console
    from rich.progress import Progress

    from channels.known import KNOWN
    from core.services.reach import reach as reached

    with opened() as door, Progress(console=Console(stderr=True), transient=True, disable=as_json) as bar:
        task = bar.add_task(_("Counting"), total=1.0)
        with door.sessions() as session:
            segment_id = found(session, Segment, which).id
        table = reached(
            door.sessions,
            segment_id,
            KNOWN,
            now=datetime.now(UTC),
            progress=lambda share: bar.update(task, completed=share),
        )
    assert table is not None
    if as_json:
        print_json({"count": table.count, "channels": table.table})
        return
    print(ngettext("%(n)s contact", "%(n)s contacts", table.count))
    for channel, reasons in table.table.items():
        print(f"\n{channel_name(channel)}")
        for code, number in sorted(reasons.items(), key=lambda one: (one[0] != "reachable", -one[1])):
            words = _("can be reached") if code == "reachable" else reason(code)
            print(f"{number:>12}  {words}")


@app.command(help=_("Write all contacts of a segment as CSV, to a file or to the standard output."))
def export(
    which: Which,
    output: Annotated[Path | None, typer.Option("--output", "-o", help=_("The file to write."))] = None,
    as_json: AsJson = False,
) -> None:
    from files.export import csv_chunks

    written = 0
    with opened() as door, door.sessions() as session:
        segment = found(session, Segment, which)
        to = output.open("w", encoding="utf-8", newline="") if output else sys.stdout
        try:
            for chunk in csv_chunks(_rows(session, segment)):
                written += chunk.count("\n")
                to.write(chunk)
        finally:
            if output:
                to.close()
    if as_json and output:
        print_json({"file": str(output), "lines": written})


def _rows(session: Session, segment: Segment) -> Iterator[Sequence[object]]:
    keys = list(queries.attribute_types(session))
    yield ["id", "external_id", "first_name", "last_name", "email", "language", "country", *keys]
    statement = queries.exported(session, queries.tree(session, segment.id), datetime.now(UTC))
    for *columns, attributes in session.execute(statement.execution_options(yield_per=2000)):
        yield [*columns, *(attributes.get(key) for key in keys)]


def _filled(door: Opened, session: Session, segment: Segment, path: Path) -> services.Listed:
    def key(entry: str) -> bytes | None:
        return address_key(door.keys.addresses, CHANNEL_EMAIL, entry)

    lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    return services.add_listed(session, segment.id, lines, address_key=key, by=BY, now=datetime.now(UTC))


def _summary(session: Session, segment: Segment) -> dict[str, Any]:
    tree = queries.tree(session, segment.id)
    means = _("A list") if segment.expression is None else describe(tree)
    return {"id": segment.id, "name": segment.name, "kind": segment.kind, "means": means}


def _read(expression: str) -> object:
    try:
        return json.loads(expression)
    except ValueError as problem:
        raise Invalid("segment.not_json", where="expression", problem=str(problem)) from None


def _name(contact: Contact) -> str:
    return " ".join(part for part in (contact.first_name, contact.last_name) if part) or "–"
