"""Operators: who may do what, their logins, and the code that ties a Telegram chat to them."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Select, select

from admin import accounts
from admin.access import by, needs
from admin.accounts import Account
from admin.context import reading, writing
from admin.views.lists import ListView
from admin.words import Formatter, ago, say
from core.errors import Invalid, NotFound, Problem
from core.services import operators
from core.tables.operators import Operator
from core.vocabulary import Role
from texts import N_, _
from texts.roles import role as role_word

pages = Blueprint("operator", __name__, url_prefix="/operators")


class OperatorList(ListView):
    title = N_("Operators")
    intro = N_("The people who run campaigns, here and from Telegram.")
    row_page = "operator.detail"
    new_page = "operator.new"
    new_words = N_("New operator")
    new_role = role = Role.ADMINISTRATOR
    empty_words = N_("There are no operators yet.")
    column_list = ("name", "role", "state", "telegram_id", "created_at")
    column_labels: ClassVar[dict[str, str]] = {
        "name": N_("Name"),
        "role": N_("Role"),
        "state": N_("State"),
        "telegram_id": N_("Telegram"),
        "created_at": N_("Added"),
    }
    column_formatters: ClassVar[dict[str, Formatter]] = {
        "name": lambda _v, _c, row, _n: row.name,
        "role": lambda _v, _c, row, _n: role_word(row.role),
        "state": lambda _v, _c, row, _n: Markup('<span class="badge {}">{}</span>').format(
            row.state, _state(row.state)
        ),
        "telegram_id": lambda _v, _c, row, _n: _("linked") if row.telegram_id else _("not linked"),
        "created_at": lambda _v, _c, row, _n: ago(row.created_at),
    }

    def rows(self, search: str | None) -> Select[Any]:  # noqa: ARG002 - a short list needs no search
        return select(Operator)


@pages.route("/new", methods=["GET", "POST"])
@needs(Role.ADMINISTRATOR)
def new() -> ResponseReturnValue:
    """Make an operator with a login; the password is shown this once."""
    name, email = request.form.get("name", ""), request.form.get("email", "")
    role = request.form.get("role", Role.EDITOR)
    if request.method == "POST":
        try:
            with writing() as session:
                _check(email)
                made = operators.create(session, name, Role(role), by())
                session.flush()
                password = accounts.create(session, made.id, email, by=by())
            return render_template("panel/operator_made.html", made=made, email=email, password=password)
        except Problem as problem:
            say(problem)
    roles = [(role.value, role_word(role)) for role in Role]
    return render_template("panel/operator_form.html", name=name, email=email, role=role, roles=roles)


@pages.get("/<int:id>")
@needs(Role.ADMINISTRATOR)
def detail(id: int) -> ResponseReturnValue:  # noqa: A002 - the name of the part of the address
    return _page(id)


@pages.post("/<int:id>/code")
@needs(Role.ADMINISTRATOR)
def code(id: int) -> ResponseReturnValue:  # noqa: A002
    """A new one-time code, shown this once: only its hash is kept."""
    with writing() as session:
        made = operators.new_link_code(session, id, by(), datetime.now(UTC))
    return _page(id, made)


def _page(operator_id: int, made: str | None = None) -> str:
    session = reading()
    found = session.get(Operator, operator_id)
    if found is None:
        raise NotFound("operator.not_found", id=operator_id)
    account = session.scalar(select(Account).where(Account.operator_id == operator_id))
    return render_template(
        "panel/operator.html",
        one=found,
        account=account,
        role=role_word(found.role),
        state=_state(found.state),
        code=made,
    )


def _check(email: str) -> None:
    """Refuse what cannot be an address, or belongs to another login already."""
    email = email.strip().lower()
    if "@" not in email or " " in email or len(email) > 254:
        raise Invalid("panel.bad_email", where="email", email=email)
    if reading().scalar(select(Account.id).where(Account.email == email)) is not None:
        raise Invalid("panel.email_taken", where="email", email=email)


def _state(state: str) -> str:
    return _("Active") if state == "active" else _("Disabled")
