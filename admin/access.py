"""Who may do what: nothing without a login, and no change without a view that says which role it needs."""

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user, logout_user

from admin.context import reading
from core.queries import settings as business
from core.rules.roles import includes
from core.tables.operators import Operator
from core.vocabulary import OperatorState, Role

PUBLIC = frozenset({"security.login", "static"})
OWN = frozenset({"security.logout", "security.change_password"})
"""Open to everybody who is logged in, whatever their role."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

View = TypeVar("View", bound=Callable[..., object])


def needs(role: Role) -> Callable[[View], View]:
    """Mark a view with the least role that may use it; a view that changes something must have a mark."""

    def mark(view: View) -> View:
        view.needs = role  # type: ignore[attr-defined]
        return view

    return mark


def may(role: Role | str) -> bool:
    """Whether the person at the browser has at least this role."""
    return includes(operator().role, Role(role))


def may_launch_part() -> bool:
    """Whether they may launch what a balance lasts for: a right of its own, given by a setting."""
    return may(business.part_role(reading()))


def asked_for_part() -> bool:
    """Whether the form asks for that; refused to those who may not."""
    asked = "part" in request.form
    if asked and not may_launch_part():
        abort(403)
    return asked


def operator() -> Operator:
    found: Operator = g.operator
    return found


def by() -> str:
    """The actor, as the audit writes it."""
    return f"operator:{operator().id}"


def guard(app: Flask) -> None:
    app.before_request(_check)


def _check() -> ResponseReturnValue | None:
    if request.endpoint in PUBLIC:
        return None
    if not current_user.is_authenticated:
        return _to_login()
    found = reading().get(Operator, current_user.operator_id)
    if found is None or found.state != OperatorState.ACTIVE:
        logout_user()
        return _to_login()
    g.operator = found
    needed = _needed()
    if needed is not None and not may(needed):
        abort(403)
    return None


def _needed() -> Role | None:
    view = current_app.view_functions.get(request.endpoint or "")
    needed: Role | None = getattr(view, "needs", None)
    if needed is None and request.method not in SAFE and request.endpoint not in OWN:
        abort(403)
    return needed


def _to_login() -> ResponseReturnValue:
    if request.method not in SAFE or request.accept_mimetypes.best == "application/json":
        abort(401)
    return redirect(url_for("security.login", next=request.full_path if request.query_string else request.path))
