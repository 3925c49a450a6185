"""What belongs to the person at the browser: their language."""

from flask import Blueprint, redirect, request, session
from flask.typing import ResponseReturnValue

import texts
from admin.access import needs
from core.vocabulary import Role

pages = Blueprint("own", __name__)


@pages.post("/language")
@needs(Role.VIEWER)
def language() -> ResponseReturnValue:
    """Choose for this session; the operator's own setting holds until then."""
    session["language"] = texts.known(request.form.get("language"))
    back = request.referrer or "/"
    return redirect(back if back.startswith(request.host_url) else "/")
