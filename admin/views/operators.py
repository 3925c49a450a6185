"""Operators: who may do what, their logins, and the code that ties a Telegram chat to them."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Select, select

from admin import accounts
from admin.access import by, needs
from admin.accounts import Account
from admin.context import reading, writing
from admin.views.lists import ListView
from admin.words import Formatter, ago, say
from core.errors import Invalid, Problem
from core.queries import operators as queries
from core.services import operators
from core.tables.operators import Operator
from core.vocabulary import Role
from texts import N_, _
from texts.roles import role as role_word

Change = Callable[..., Operator]

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
    return render_template("panel/operator_form.html", name=name, email=email, role=role, roles=_role_choices())


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


@pages.post("/<int:id>/role")
@needs(Role.ADMINISTRATOR)
def role(id: int) -> ResponseReturnValue:  # noqa: A002
    chosen = request.form.get("role", "")
    if chosen not in set(Role):
        abort(400)
    return _changed(id, partial(operators.change_role, role=Role(chosen)), _("The role is changed."))


@pages.post("/<int:id>/<any(disable, enable, unlink):move>")
@needs(Role.ADMINISTRATOR)
def move(id: int, move: str) -> ResponseReturnValue:  # noqa: A002
    acts: dict[str, tuple[Change, str]] = {
        "disable": (operators.disable, _("Disabled: they may do nothing from now on, here and in Telegram.")),
        "enable": (operators.enable, _("Enabled.")),
        "unlink": (operators.unlink, _("The chat is let go.")),
    }
    return _changed(id, *acts[move])


@pages.post("/<int:id>/password")
@needs(Role.ADMINISTRATOR)
def password(id: int) -> ResponseReturnValue:  # noqa: A002
    """A new password for whoever forgot theirs, shown this once; whoever is logged in as them is out."""
    found = queries.get(reading(), id)
    with writing() as session:
        email, made = accounts.new_password(session, id, by=by())
    return render_template("panel/operator_made.html", made=found, email=email, password=made, again=True)


def _changed(operator_id: int, change: Change, said: str) -> ResponseReturnValue:
    try:
        with writing() as session:
            change(session, operator_id, by=by())
    except Problem as problem:
        say(problem)
    else:
        flash(said, "done")
    return redirect(url_for("operator.detail", id=operator_id))


def _page(operator_id: int, made: str | None = None) -> str:
    session = reading()
    found = queries.get(session, operator_id)
    account = session.scalar(select(Account).where(Account.operator_id == operator_id))
    return render_template(
        "panel/operator.html",
        one=found,
        account=account,
        role=role_word(found.role),
        state=_state(found.state),
        roles=_role_choices(),
        code=made,
    )


def _check(email: str) -> None:
    """Refuse what cannot be an address, or belongs to another login already."""
    email = email.strip().lower()
    if "@" not in email or " " in email or len(email) > 254:
        raise Invalid("panel.bad_email", where="email", email=email)
    if reading().scalar(select(Account.id).where(Account.email == email)) is not None:
        raise Invalid("panel.email_taken", where="email", email=email)


def _role_choices() -> list[tuple[str, str]]:
    return [(role.value, role_word(role)) for role in Role]


def _state(state: str) -> str:
    return _("Active") if state == "active" else _("Disabled")
