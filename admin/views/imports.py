"""Imports of contacts and of consents: upload, what each column means, a dry run, and then the same for good."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Select, select

from admin.access import by, needs
from admin.context import panel, reading, writing
from admin.downloads import csv_response
from admin.uploads import keep
from admin.views.lists import ListView
from admin.words import Formatter, ago, channel, number, say
from channels.known import KNOWN
from core.errors import Problem
from core.queries import leases, segments
from core.rules import consent_rows
from core.rules.contacts.columns import FIELDS, attribute_key
from core.services import imports
from core.services.import_progress import lease_of
from core.services.imports import RUNNING
from core.tables.imports import Import
from core.vocabulary import AttributeType, ImportKind, ImportState, Role, SegmentKind
from texts import N_, _
from texts.problems import sentence

pages = Blueprint("import", __name__, url_prefix="/imports")
REFUSED_SHOWN = 100
STATES = {
    ImportState.UPLOADED: N_("Uploaded"),
    ImportState.CHECKING: N_("Being checked"),
    ImportState.CHECKED: N_("Checked"),
    ImportState.APPLYING: N_("Being imported"),
    ImportState.APPLIED: N_("Imported"),
    ImportState.FAILED: N_("Failed"),
    ImportState.CANCELLED: N_("Cancelled"),
}
MEANINGS = {
    "external_id": N_("Customer number"),
    "email": N_("Email address"),
    "phone": N_("Phone number"),
    "first_name": N_("First name"),
    "last_name": N_("Last name"),
    "language": N_("Language"),
    "country": N_("Country"),
    "timezone": N_("Time zone"),
}
CONSENT_MEANINGS = {
    "address": N_("Email address or number"),
    "date": N_("When it was given"),
    "source": N_("Where it was given"),
    "text": N_("What was agreed to"),
    "channel": N_("Channel"),
    "language": N_("Language"),
}
KINDS = {ImportKind.CONTACTS: N_("Contacts"), ImportKind.CONSENTS: N_("Consents given elsewhere")}
TYPES = {
    AttributeType.TEXT: N_("text"),
    AttributeType.NUMBER: N_("number"),
    AttributeType.DATE: N_("date"),
    AttributeType.FLAG: N_("yes or no"),
}


class ImportList(ListView):
    title = N_("Imports")
    intro = N_("Files of contacts, and of consents given elsewhere: tried first, imported when you say so.")
    row_page = "import.detail"
    new_page = "import.upload"
    new_words = N_("Import a file")
    empty_words = N_("Nothing has been imported yet.")
    column_list = ("filename", "kind", "state", "rows", "added", "updated", "refused", "created_at")
    numbers = ("rows", "added", "updated", "refused")
    column_labels: ClassVar[dict[str, str]] = {
        "filename": N_("File"),
        "kind": N_("Holds"),
        "state": N_("State"),
        "rows": N_("Rows"),
        "added": N_("New"),
        "updated": N_("Updated"),
        "refused": N_("Refused"),
        "created_at": N_("Uploaded"),
    }
    column_formatters: ClassVar[dict[str, Formatter]] = {
        "filename": lambda _v, _c, row, _n: row.filename,
        "kind": lambda _v, _c, row, _n: _(KINDS[row.kind]),
        "state": lambda _v, _c, row, _n: Markup('<span class="badge {}">{}</span>').format(
            row.state, _(STATES[row.state])
        ),
        "created_at": lambda _v, _c, row, _n: ago(row.created_at),
        **{name: lambda _v, _c, row, name: number(getattr(row, name)) for name in numbers},
    }

    def rows(self, search: str | None) -> Select[Any]:  # noqa: ARG002 - a short list needs no search
        return select(Import)


@pages.route("/new", methods=["GET", "POST"])
@needs(Role.EDITOR)
def upload() -> ResponseReturnValue:
    kind = ImportKind.CONSENTS if request.values.get("kind") == ImportKind.CONSENTS else ImportKind.CONTACTS
    if request.method == "POST":
        try:
            name, path = keep(request.files.get("file"), panel().settings.data)
            try:
                imports.proposal(path, kind)
                with writing() as session:
                    made = imports.register(session, filename=name, path=path, kind=kind, by=by())
            except Problem as problem:
                path.unlink()
                problem.params["name"] = name
                raise
            return redirect(url_for("import.detail", id=made.id))
        except Problem as problem:
            say(problem)
    kinds = [(one, _(words)) for one, words in KINDS.items()]
    return render_template("panel/import_upload.html", kinds=kinds, kind=kind)


@pages.get("/<int:id>")
def detail(id: int) -> ResponseReturnValue:  # noqa: A002 - the name of the part of the address
    return _page(id, mapping="mapping" in request.args)


def _page(import_id: int, *, mapping: bool) -> str:
    """With the columns open to be changed if that is wanted, or if nothing has come of them yet."""
    session = reading()
    row = imports.get(session, import_id)
    running = row.state in RUNNING
    mapping = not running and row.state != ImportState.APPLIED and (mapping or row.state != ImportState.CHECKED)
    return render_template(
        "panel/import.html",
        row=row,
        consents=row.kind == ImportKind.CONSENTS,
        state=_(STATES[ImportState(row.state)]),
        running=running,
        said=_said(row),
        mapping=_proposed(row) if mapping and row.path else None,
        problem=sentence(row.problem["code"], row.problem["params"]) if row.problem else None,
        usual=request.form or row.usual or {},
        channels=[(traits.channel, channel(traits.channel)) for traits in KNOWN],
        refusals=_refusals(import_id) if row.refused else [],
        lists=[(one.id, one.name) for one in segments.page(session, limit=500) if one.kind == SegmentKind.STATIC],
        segment=segments.get(session, row.segment_id) if row.segment_id else None,
    )


@pages.post("/<int:id>/check")
@needs(Role.EDITOR)
def check(id: int) -> ResponseReturnValue:  # noqa: A002
    """Keep what the columns mean, and begin the dry run."""
    meanings = request.form.getlist("meaning")
    try:
        with writing() as session:
            chosen = {index: meaning for index, meaning in enumerate(meanings) if meaning}
            segment_id = request.form.get("segment_id", type=int)
            imports.choose(session, id, chosen, segment_id=segment_id, usual=request.form)
            imports.ask(session, id, for_good=False, by=by())
    except Problem as problem:
        say(problem)
        return _page(id, mapping=True)
    return redirect(url_for("import.detail", id=id))


@pages.post("/<int:id>/apply")
@needs(Role.EDITOR)
def apply(id: int) -> ResponseReturnValue:  # noqa: A002
    try:
        with writing() as session:
            imports.ask(session, id, for_good=True, by=by())
    except Problem as problem:
        say(problem)
    return redirect(url_for("import.detail", id=id))


@pages.post("/<int:id>/cancel")
@needs(Role.EDITOR)
def cancel(id: int) -> ResponseReturnValue:  # noqa: A002
    with writing() as session:
        imports.cancel(session, id)
    return redirect(url_for("import.detail", id=id))


@pages.get("/<int:id>/progress")
def progress(id: int) -> ResponseReturnValue:  # noqa: A002
    row = imports.get(reading(), id)
    if row.state not in RUNNING:
        return {"leads": url_for("import.detail", id=id)}
    return {"progress": row.progress, "said": _said(row)}


@pages.get("/<int:id>/refused.csv")
@needs(Role.EDITOR)
def refused(id: int) -> Response:  # noqa: A002
    row = imports.get(reading(), id)
    return csv_response(_refused_rows(row), f"refused-{id}.csv")


def _said(row: Import) -> str:
    """What is going on; one that nobody has begun yet says so."""
    if row.state in RUNNING and not leases.held(reading(), lease_of(row.id)):
        return _("Waiting for a worker")
    return _(STATES[ImportState(row.state)])


def _proposed(row: Import) -> dict[str, Any] | None:
    """The columns with what each is taken for (or was, before), the choices for each, and its first values."""
    try:
        found = imports.proposal(Path(row.path or ""), row.kind)
    except Problem as problem:
        say(problem)
        return None
    typed = dict(enumerate(request.form.getlist("meaning")))
    meant = typed or {int(index): meaning for index, meaning in (row.mapping or {}).items()} or found.mapping
    columns = [
        (label, meant.get(index, ""), _choices(label, row.kind), _first_values(found.sample, index))
        for index, label in enumerate(found.columns)
    ]
    return {"columns": columns, "most_rows": found.most_rows}


def _first_values(sample: list[list[str]], index: int) -> list[str]:
    """A few of the column's cells, so that it is known by what stands in it."""
    cells = (cells[index].strip() for cells in sample if index < len(cells))
    return [cell[:40] for cell in cells if cell][:3]


def _choices(label: str, kind: str) -> list[tuple[str, str]]:
    if kind == ImportKind.CONSENTS:
        return [(field, _(CONSENT_MEANINGS[field])) for field in consent_rows.FIELDS]
    fields = [(field, _(MEANINGS[field])) for field in FIELDS]
    key = attribute_key(label)
    if not key or key in FIELDS:
        return fields
    return fields + [
        (f"attribute:{key}:{kind}", _("Attribute “%(label)s” (%(type)s)", label=label, type=_(words)))
        for kind, words in TYPES.items()
    ]


def _refusals(import_id: int) -> list[tuple[int, str, str]]:
    """Row, why, and what stood there, of the first refused."""
    return [
        (one.row, sentence(one.code, one.params), " · ".join(str(cell) for cell in one.cells if cell)[:160])
        for one in imports.refusals(reading(), import_id, most=REFUSED_SHOWN)
    ]


def _refused_rows(row: Import) -> Iterator[Sequence[object]]:
    """The rows as they stood, with number and reason before them, to be mended and imported again."""
    yield [_("Row"), _("Why"), *(row.columns or [])]
    for one in imports.refusals(reading(), row.id):
        yield [one.row, sentence(one.code, one.params), *one.cells]
