"""Whole lists of those who may not be contacted: carried in and out as files, and many released at once."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from admin.access import by, needs
from admin.context import panel, reading, writing
from admin.downloads import csv_response
from admin.words import channel, say, timezone
from channels.known import KNOWN
from core.database import Sessions
from core.errors import Invalid, Problem
from core.queries import suppressions as queries
from core.rules.suppression import BY_HAND
from core.rules.suppression_rows import Usual
from core.services import releases, suppression_imports
from core.services.releases import Which
from core.services.suppression_imports import Result
from core.tables.suppression import Suppression
from core.vocabulary import CHANNEL_EMAIL, Role, SuppressionList
from files.problems import FileProblem
from files.table import open_table
from texts import _, ngettext
from texts.suppression import LISTS, listed, source

pages = Blueprint("suppression_lists", __name__, url_prefix="/do-not-contact")
LARGEST = 50 * 1024 * 1024
"""Bytes of a file that is read while its sender waits."""
HEADER = ("list", "channel", "address", "hash", "purpose", "topic", "source", "since")


@pages.get("/export.csv")
@needs(Role.EDITOR)
def export() -> Response:
    """Whatever is in force, with hashes where no address is kept any more."""
    only = request.args.get("only", "")
    return csv_response(_rows(panel().sessions, only if only in LISTS else None), "do-not-contact.csv")


@pages.route("/import", methods=["GET", "POST"])
@needs(Role.EDITOR)
def import_() -> ResponseReturnValue:
    """Tried, or done for good; the file itself is not kept."""
    result, for_good = None, request.form.get("step") == "import"
    if request.method == "POST":
        try:
            result = _imported(for_good=for_good)
        except Problem as problem:
            say(problem)
    return render_template(
        "panel/suppression_import.html",
        lists=[(name, _(words)) for name, words in LISTS.items()],
        channels=[(traits.channel, channel(traits.channel)) for traits in KNOWN],
        form=request.form,
        result=result,
        for_good=for_good,
    )


@pages.route("/release", methods=["GET", "POST"])
@needs(Role.ADMINISTRATOR)
def release() -> ResponseReturnValue:
    """First how many they are, then, with that number and a reason, all of them."""
    found = None
    if request.method == "POST":
        try:
            if request.form.get("step") == "release":
                return _released()
            found = releases.count(reading(), _which())
        except Problem as problem:
            say(problem)
    sources = reading().scalars(select(Suppression.source).distinct().order_by(Suppression.source)).all()
    return render_template(
        "panel/suppression_release.html",
        lists=[(name, listed(name)) for name in LISTS if SuppressionList(name) in BY_HAND],
        sources=[(code, source(code)) for code in sources],
        form=request.form,
        found=found,
    )


def _released() -> ResponseReturnValue:
    expected, reason = request.form.get("expected", -1, type=int), request.form.get("reason", "")
    with writing() as session:
        done = releases.release_many(
            session, _which(), expected=expected, reason=reason, by=by(), now=datetime.now(UTC)
        )
    flash(ngettext("%(n)s entry was released.", "%(n)s entries were released.", done), "done")
    return redirect(url_for("suppressions.index_view", only="released"))


def _which() -> Which:
    """Days are those of the account's clock; the last one counts as a whole."""
    since, until = _day("since"), _day("until")
    until = until + timedelta(days=1) if until else None
    return Which(request.form.get("list", ""), request.form.get("source") or None, since, until)


def _day(name: str) -> datetime | None:
    written = request.form.get(name, "")
    try:
        day = datetime.fromisoformat(written).date() if written else None
    except ValueError:
        raise Invalid("suppression.bad_since", where=name, given=written[:40]) from None
    return datetime.combine(day, time(), timezone()) if day else None


def _imported(*, for_good: bool) -> Result:
    given = request.files.get("file")
    if given is None or not given.filename:
        raise Invalid("panel.no_file", where="file")
    name = request.form.get("list") or None
    usual = Usual(name, request.form.get("channel", CHANNEL_EMAIL), datetime.now(UTC))
    with NamedTemporaryFile(suffix=Path(given.filename).suffix[:6]) as kept:
        given.save(kept.name)
        if Path(kept.name).stat().st_size > LARGEST:
            raise Invalid("suppression.file_too_large", where="file")
        return _run(Path(kept.name), usual, for_good=for_good)


def _run(path: Path, usual: Usual, *, for_good: bool) -> Result:
    with panel().sessions() as session:
        try:
            table = open_table(path)
            result = suppression_imports.run(
                session,
                table.columns,
                table.rows(),
                usual=usual,
                key=panel().keys.addresses,
                country=panel().settings.default_country,
                by=by(),
            )
        except FileProblem as problem:
            raise Invalid(problem.code, **problem.params) from None
        session.commit() if for_good else session.rollback()
    return result


def _rows(sessions: Sessions, only: str | None) -> Iterator[Sequence[object]]:
    yield HEADER
    with sessions() as session:
        for row, address in queries.every(session, only):
            digest = row.address_key.hex() if row.address_key else ""
            scope = (row.purpose, row.topic)
            yield [row.list, row.channel, address, digest, *scope, row.source, row.added_at.isoformat()]
