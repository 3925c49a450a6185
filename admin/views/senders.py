"""From whom messages come: the list, one sender's page, what its domain lacks, and the keys that sign its letters."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin.access import by, needs
from admin.context import panel, reading, writing
from admin.words import say
from channels import registry
from channels.email import arrival
from channels.email.dkim import keys, record
from channels.email.domains.names import Resolver
from channels.email.domains.opening import DomainCheck
from channels.email.returns.parsing import SIZE_LIMIT
from core.errors import Problem
from core.queries import dkim as key_rows
from core.queries import relays
from core.queries.domains import standing
from core.rules.addresses import mail_domain
from core.services import dkim, domains, senders
from core.tables.campaigns import SenderRow
from core.tables.dkim import DkimKey
from core.vocabulary import CHANNEL_EMAIL, DkimAlgorithm, Role, Tls
from texts import _
from texts import arrival as arrival_words
from texts import dkim as key_words
from texts import domains as words
from texts import relays as relay_words
from texts.segments import channel

pages = Blueprint("sender", __name__, url_prefix="/senders")


@pages.get("/")
@needs(Role.ADMINISTRATOR)
def index() -> ResponseReturnValue:
    session = reading()
    rows = [(one, standing(session, one)) for one in senders.everyone(session)]
    return render_template("panel/senders.html", rows=rows, light=words.light)


@pages.route("/new", methods=["GET", "POST"])
@needs(Role.ADMINISTRATOR)
def new() -> ResponseReturnValue:
    if request.method == "POST":
        try:
            with writing() as session:
                made = senders.create(
                    session,
                    name=request.form.get("name", ""),
                    address=request.form.get("address", ""),
                    reply_to=request.form.get("reply_to") or None,
                    channel=request.form.get("channel", CHANNEL_EMAIL),
                    pool=_pool(),
                    per_second=_rate(),
                    by=by(),
                ).id
        except Problem as problem:
            say(problem)
        else:
            flash(_("Saved."), "done")
            return redirect(url_for("sender.detail", id=made))
    channels = [(key, channel(key)) for key in registry.PROVIDERS]
    return render_template("panel/sender_form.html", channels=channels, typed=request.form)


@pages.route("/arrival", methods=["GET", "POST"])
@needs(Role.EDITOR)
def arrived() -> ResponseReturnValue:
    """How a letter arrived, from a copy of it; the copy is read and not kept."""
    file, said = request.files.get("copy"), None
    if request.method == "POST" and file is not None:
        try:
            found = arrival.read(file.stream.read(SIZE_LIMIT), Resolver(panel().settings.dns))
        except Problem as problem:
            say(problem)
        else:
            said = arrival_words.lines(asdict(found), found.seconds)
    return render_template("panel/arrival.html", said=said, subject=found.subject if said else "")


@pages.route("/<int:id>", methods=["GET", "POST"])
@needs(Role.ADMINISTRATOR)
def detail(id: int) -> ResponseReturnValue:  # noqa: A002 - the name of the part of the address
    if request.method == "POST" and _saved(id, _change):
        return redirect(url_for("sender.detail", id=id))
    return page(id)


def page(id: int) -> str:  # noqa: A002
    """One sender's page, with what was typed and refused."""
    session = reading()
    sender = senders.get(session, id)
    stands = standing(session, sender)
    rows = session.scalars(key_rows.of_domain(stands.domain)).all() if stands else []
    return render_template(
        "panel/sender.html",
        sender=sender,
        typed=request.form,
        stands=stands,
        keys=[(row, record.name(row.domain, row.selector), record.value(row.algorithm, row.public)) for row in rows],
        words=words,
        key_state=key_words.state,
        relays=relays.of_sender(session, id),
        server=relay_words.server,
        encryptions=[(code, relay_words.tls(code)) for code in (Tls.REQUIRED, Tls.IMPLICIT, Tls.NONE)],
    )


@pages.post("/<int:id>/archive")
@needs(Role.ADMINISTRATOR)
def archive(id: int) -> ResponseReturnValue:  # noqa: A002
    done = _("Archived. Letters that were sent from it keep it.")
    if _saved(id, lambda session, _sender: senders.archive(session, id, by=by(), now=datetime.now(UTC)), done):
        return redirect(url_for("sender.index"))
    return redirect(url_for("sender.detail", id=id))


@pages.post("/<int:id>/check")
@needs(Role.ADMINISTRATOR)
def check(id: int) -> ResponseReturnValue:  # noqa: A002
    """Ask the DNS now; keys whose record is there begin to sign."""
    domain = mail_domain(senders.get(reading(), id).address)
    domains.check(panel().sessions, domain, DomainCheck(panel().settings), by=by(), now=datetime.now(UTC))
    return redirect(url_for("sender.detail", id=id))


@pages.post("/<int:id>/keys")
@needs(Role.ADMINISTRATOR)
def make_keys(id: int) -> ResponseReturnValue:  # noqa: A002
    """A key of each kind; those that sign now go on until the records of the new ones are seen."""
    _saved(id, _make_keys, _("Add the records below, then check again: the keys sign once they are there."))
    return redirect(url_for("sender.detail", id=id))


@pages.post("/<int:id>/keys/<int:key>/retire")
@needs(Role.ADMINISTRATOR)
def retire_key(id: int, key: int) -> ResponseReturnValue:  # noqa: A002
    def change(session: Session, sender: SenderRow) -> None:
        row = session.get_one(DkimKey, key)
        if row.domain == mail_domain(sender.address):
            dkim.retire(session, row, by=by(), now=datetime.now(UTC))

    _saved(id, change, _("Nothing is signed with it any more. Leave its record for a week."))
    return redirect(url_for("sender.detail", id=id))


def _saved(id: int, change: Callable[[Session, SenderRow], object], done: str | None = None) -> bool:  # noqa: A002
    """Whether it was done; what was typed stays on the page if it is refused."""
    try:
        with writing() as session:
            change(session, senders.get(session, id))
    except Problem as problem:
        say(problem)
        return False
    flash(done or _("Saved."), "done")
    return True


def _change(session: Session, sender: SenderRow) -> None:
    senders.change(
        session,
        sender.id,
        name=request.form.get("name", ""),
        reply_to=request.form.get("reply_to") or None,
        imprint=request.form.get("imprint", ""),
        pool=_pool(),
        per_second=_rate(),
        by=by(),
    )


def _make_keys(session: Session, sender: SenderRow) -> None:
    for algorithm in DkimAlgorithm:
        pair = keys.make(algorithm)
        dkim.keep(
            session,
            mail_domain(sender.address),
            algorithm,
            private=pair.private,
            public=pair.public,
            sealing=panel().keys.sealing,
            by=by(),
            now=datetime.now(UTC),
        )


def _pool() -> list[str]:
    return request.form.get("pool", "").replace(",", " ").split()


def _rate() -> float | None:
    """Empty: as many as the account; what is no number is none that a sender may have."""
    written = request.form.get("per_second", "").strip().replace(",", ".")
    try:
        return float(written) if written else None
    except ValueError:
        return 0.0
