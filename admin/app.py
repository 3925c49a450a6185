"""Putting the panel together."""

import hashlib
from datetime import timedelta

from flask import Flask, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_admin import Admin
from flask_security import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

import texts
from admin import access, background, context, login, measures, protection, words
from admin.accounts import create_first
from admin.throttle import Throttle
from admin.views import emergency, pages
from admin.views.home import Home
from config import Settings
from config.keys import Keys
from core.database import Sessions
from core.errors import NotFound, Problem
from core.vocabulary import Role

UPLOAD_BYTES = 1024 * 1024 * 1024
SAYINGS = {
    400: (
        texts.N_("That did not work"),
        texts.N_("The request could not be understood. Go back, load the page again, and try once more."),
    ),
    401: (
        texts.N_("You have been logged out"),
        texts.N_("Nothing was changed. Log in again, and go back: most of what you typed is still there."),
    ),
    403: (texts.N_("Not allowed"), texts.N_("Your role does not allow this. An administrator can change that.")),
    404: (texts.N_("Not found"), texts.N_("There is no such page.")),
    413: (texts.N_("Too large"), texts.N_("The file is too large.")),
}
"""What is said of a fault of HTTP: title and sentence."""


def create_app(settings: Settings, keys: Keys, sessions: Sessions) -> Flask:
    """The panel as a WSGI application; it reads no environment and opens nothing but `sessions`."""
    app = Flask("admin", static_url_path="/assets")
    https = (settings.panel_url or "").startswith("https:")
    app.config.update(
        SECRET_KEY=hashlib.blake2b(b"panel", key=keys.signing, digest_size=32).hexdigest(),
        SESSION_COOKIE_NAME="sendbote_panel",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=https,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=UPLOAD_BYTES,
        MAX_FORM_MEMORY_SIZE=8 * 1024 * 1024,
    )
    panel = context.attach(app, settings, keys, sessions)
    measures.measure(app)
    protection.protect(app, settings)
    words.install(app)
    login.install(app, panel, Throttle())
    access.guard(app)
    background.install(app)
    _globals(app)
    admin = Admin(app, name="Sendbote", index_view=Home(url="/"))
    with app.app_context():
        pages.install(app, admin)
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(HTTPException, _http)
    return app


def first_login(app: Flask) -> tuple[str, str] | None:
    """Make the first administrator; email and password, or None if there is one already."""
    with app.app_context(), context.writing() as session:
        return create_first(session)


def _globals(app: Flask) -> None:
    app.jinja_env.globals.update(may=access.may, operator=access.operator, Role=Role, menu=pages.menu)
    app.jinja_env.globals.update(everything_stopped=emergency.everything_stopped)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _problem(problem: Problem) -> ResponseReturnValue:
    """A problem that no view has met: said on the page from which it came, or on one of its own."""
    said = texts.problems.sentence(problem.code, problem.params)
    if request.accept_mimetypes.best == "application/json":
        return {"problem": said}, 409
    if isinstance(problem, NotFound):
        return render_template("panel/error.html", title=texts._("Not found"), said=said), 404
    if request.method == "POST" and request.referrer and request.referrer.startswith(request.host_url):
        flash(said, "problem")
        return redirect(request.referrer)
    return render_template("panel/error.html", title=texts._("That did not work"), said=said), 409


def _http(fault: HTTPException) -> ResponseReturnValue:
    code = fault.code or 500
    if isinstance(fault, CSRFError) and not current_user.is_authenticated:
        code = 401
    title, said = SAYINGS.get(code, (fault.name, fault.description or fault.name))
    if request.accept_mimetypes.best == "application/json":
        return {"problem": texts._(said)}, code
    return _said(title, said), code


def _said(title: str, said: str) -> str:
    return render_template("panel/error.html", title=texts._(title), said=texts._(said))
