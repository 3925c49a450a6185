"""Segments: the list, the form with its rules, and one segment's page with whom it reaches."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Select, select

from admin import expressions
from admin.access import by, needs
from admin.background import jobs
from admin.context import panel, reading, writing
from admin.downloads import csv_response
from admin.exports import members, segment_rows
from admin.views.lists import ListView
from admin.words import Formatter, ago, say
from channels.known import KNOWN
from core.database import reduced_errors
from core.errors import Problem
from core.queries import segments as queries
from core.queries.contact_pages import labels
from core.services import reach as reaching
from core.services import segments
from core.tables.segments import Segment
from core.vocabulary import Role, SegmentKind
from texts import N_, _
from texts.problems import sentence
from texts.segments import describe

pages = Blueprint("segment", __name__, url_prefix="/segments")
SHOWN = 25
CHANNELS = [traits.channel for traits in KNOWN]


class SegmentList(ListView):
    title = N_("Segments")
    intro = N_("Who is meant: by a list, or by rules that always hold as of now.")
    searched = N_("A part of the name")
    row_page = "segment.detail"
    new_page = "segment.new"
    new_words = N_("New segment")
    empty_words = N_("There are no segments yet.")
    column_list = ("name", "kind", "updated_at")
    column_labels: ClassVar[dict[str, str]] = {"name": N_("Name"), "kind": N_("Kind"), "updated_at": N_("Changed")}
    column_formatters: ClassVar[dict[str, Formatter]] = {
        "name": lambda _v, _c, row, _n: row.name,
        "kind": lambda _v, _c, row, _n: Markup('<span class="badge plain">{}</span>').format(kind_word(row.kind)),
        "updated_at": lambda _v, _c, row, _n: ago(row.updated_at),
    }

    def rows(self, search: str | None) -> Select[Any]:
        statement = select(Segment).where(Segment.archived_at.is_(None))
        return statement.where(Segment.name.icontains(search, autoescape=True)) if search else statement


@pages.route("/new", methods=["GET", "POST"])
@needs(Role.EDITOR)
def new() -> ResponseReturnValue:
    kind = SegmentKind(request.values.get("kind", SegmentKind.DYNAMIC))
    if request.method == "POST":
        try:
            with writing() as session:
                name = request.form.get("name", "")
                if kind == SegmentKind.STATIC:
                    made = segments.create_static(session, name=name, by=by())
                else:
                    made = segments.create_dynamic(session, name=name, expression=_expression(), by=by())
            return redirect(url_for("segment.detail", id=made.id))
        except Problem as problem:
            say(problem)
    rows = _rows() or [expressions.Rule("field:country", "eq", "")]
    return _form(None, kind, request.form.get("name", ""), rows, request.form.get("joined", "all"))


@pages.route("/<int:id>/edit", methods=["GET", "POST"])
@needs(Role.EDITOR)
def edit(id: int) -> ResponseReturnValue:  # noqa: A002 - the name of the part of the address
    segment = queries.get(reading(), id)
    found = expressions.rules(segment.expression or {}) if segment.kind == SegmentKind.DYNAMIC else ([], "all")
    if request.method == "POST":
        try:
            with writing() as session:
                changed = _expression() if segment.kind == SegmentKind.DYNAMIC and found is not None else None
                segments.change(session, id, by=by(), name=request.form.get("name", ""), expression=changed)
            return redirect(url_for("segment.detail", id=id))
        except Problem as problem:
            say(problem)
        found = (_rows(), request.form.get("joined", "all")) if found is not None else None
    rows, joined = found or ([], "all")
    return _form(
        segment, SegmentKind(segment.kind), request.form.get("name", segment.name), rows, joined, beyond=found is None
    )


@pages.post("/count")
@needs(Role.EDITOR)
def count() -> ResponseReturnValue:
    """How many the rules in the form mean, and what they say in words; nothing is kept."""
    session = reading()
    try:
        with reduced_errors():
            node = segments.checked(session, _expression())
            return {"count": queries.size(session, node, datetime.now(UTC)), "words": _words(_expression())}
    except Problem as problem:
        return {"problem": sentence(problem.code, problem.params)}


@pages.get("/<int:id>")
def detail(id: int) -> ResponseReturnValue:  # noqa: A002
    session, now = reading(), datetime.now(UTC)
    segment = queries.get(session, id)
    total = segments.count(session, id, now)
    return render_template(
        "panel/segment.html",
        segment=segment,
        kind=kind_word(segment.kind),
        words=_words(segment.expression) if segment.expression else None,
        count=total,
        members=members(session, segments.first_page(session, id, now, limit=SHOWN)),
    )


@pages.get("/<int:id>/reach")
def reach(id: int) -> ResponseReturnValue:  # noqa: A002
    """How far the table of reach is, or the table."""
    queries.get(reading(), id)
    sessions, name = panel().sessions, f"reach:{id}"
    job = jobs().get(name)
    if job is None or request.args.get("begin"):
        job = jobs().start(
            name, lambda report: reaching.reach(sessions, id, KNOWN, now=datetime.now(UTC), progress=report)
        )
    if not job.done:
        return {"progress": job.progress}
    if job.problem is not None:
        return {"problem": sentence(job.problem.code, job.problem.params)}
    return {"html": render_template("panel/reach.html", reached=job.result, channels=CHANNELS)}


@pages.post("/<int:id>/members")
@needs(Role.EDITOR)
def add(id: int) -> ResponseReturnValue:  # noqa: A002
    entries = request.form.get("entries", "").replace(",", "\n").replace(";", "\n").splitlines()
    with writing() as session:
        listed = segments.add_listed(
            session, id, entries, address_key=panel().address_key, by=by(), now=datetime.now(UTC)
        )
    flash(
        _("%(added)s were added, %(already)s were on it already.", added=listed.added, already=listed.already), "done"
    )
    for problem, found in (
        (_("Nobody is known by:"), listed.unknown),
        (_("More than one is known by:"), listed.ambiguous),
    ):
        if found:
            flash(f"{problem} {', '.join(found[:20])}{' …' if len(found) > 20 else ''}", "problem")
    return redirect(url_for("segment.detail", id=id))


@pages.get("/<int:id>/members.csv")
@needs(Role.EDITOR)
def export(id: int) -> Response:  # noqa: A002
    queries.get(reading(), id)
    return csv_response(segment_rows(panel().sessions, id, datetime.now(UTC)), f"segment-{id}.csv")


def kind_word(kind: str) -> str:
    return _("Rules") if kind == SegmentKind.DYNAMIC else _("List")


def _rows() -> list[expressions.Rule]:
    columns = (request.form.getlist(name) for name in ("what", "how", "value"))
    return [expressions.Rule(*row) for row in zip(*columns, strict=False)]


def _expression() -> dict[str, Any]:
    return expressions.read(_rows(), request.form.get("joined", "all"), queries.attribute_types(reading()))


def _words(tree: dict[str, Any]) -> str:
    session = reading()
    names = {one.id: one.name for one in queries.page(session, limit=500)}
    return describe(tree, segments=names, labels=labels(session))


def _form(
    segment: Segment | None,
    kind: SegmentKind,
    name: str,
    rows: list[expressions.Rule],
    joined: str,
    *,
    beyond: bool = False,
) -> str:
    session = reading()
    static = select(Segment.id, Segment.name).where(Segment.kind == SegmentKind.STATIC, Segment.archived_at.is_(None))
    return render_template(
        "panel/segment_form.html",
        segment=segment,
        kind=kind,
        name=name,
        rows=rows,
        joined=joined,
        beyond=_words(segment.expression or {}) if beyond and segment else None,
        choices=expressions.choices(queries.attribute_types(session), labels(session)),
        operators=expressions.operators(),
        options={
            "channel": expressions.channel_choices(),
            "segment": [(str(one), words) for one, words in session.execute(static)],
            "flag": [("yes", _("yes")), ("no", _("no"))],
        },
    )
