"""What has come back, by which way; how the mailbox for it is; and what bounces lead to."""

from datetime import UTC, datetime

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin.access import by, needs
from admin.context import panel, reading
from admin.saving import saved
from channels.email.place import parse_place
from channels.hooks import HOOKS
from core.queries import mailboxes
from core.queries import settings as business
from core.services import settings
from core.vocabulary import Role
from texts.problems import sentence
from texts.returns import bounce_class, kind, way

pages = Blueprint("returns", __name__, url_prefix="/settings/returns")


@pages.get("/")
@needs(Role.ADMINISTRATOR)
def show() -> ResponseReturnValue:
    return _page()


@pages.post("/")
@needs(Role.ADMINISTRATOR)
def save() -> ResponseReturnValue:
    most, days = (request.form.get(name, 0, type=int) for name in ("soft_bounces", "soft_bounce_days"))

    def change(session: Session) -> None:
        settings.set_soft_bounces(session, most=most, days=days, by=by())
        settings.set_bounce_digest(session, on="bounce_digest" in request.form, by=by())

    return saved(change, _page, url_for("returns.show"))


def _page() -> str:
    session = reading()
    found = mailboxes.came_back(session, HOOKS, datetime.now(UTC))
    rows = [
        {"way": way(one.way), "kind": kind(one.kind), "bounce": bounce_class(one.bounce), "count": one.count,
         "strange": one.count - one.known, "last": one.last}
        for one in found
    ]  # fmt: skip
    url = panel().settings.returns_url
    row = mailboxes.get(session, parse_place(url).name) if url else None
    mailbox = {
        "named": url is not None,
        "read_at": row and row.read_at,
        "problem": sentence(row.problem, row.params) if row and row.problem else None,
    }
    names = ("soft_bounces", "soft_bounce_days", "bounce_digest")
    values = {name: request.form.get(name, business.value(session, name)) for name in names}
    hooks = sorted(panel().settings.report_secrets)
    return render_template("panel/returns.html", rows=rows, mailbox=mailbox, values=values, hooks=hooks)
