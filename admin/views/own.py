"""What belongs to the person at the browser: their language, and the token of their session."""

from flask import Blueprint, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

import texts
from admin.access import needs
from core.vocabulary import Role

pages = Blueprint("own", __name__)


@pages.get("/token")
def token() -> ResponseReturnValue:
    """A form's token for the session as it is now: a page that was open during a new login goes on with it."""
    return {"token": generate_csrf()}


@pages.post("/language")
@needs(Role.VIEWER)
def language() -> ResponseReturnValue:
    """Choose for this session; the operator's own setting holds until then."""
    session["language"] = texts.known(request.form.get("language"))
    back = request.referrer or "/"
    return redirect(back if back.startswith(request.host_url) else "/")
