"""What stands beside a short message's text: a picture or file, buttons, and a template that the provider approved."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin.access import by, needs
from admin.context import writing
from admin.uploads import picture_or_file
from admin.words import say
from channels.email.press import press
from core.errors import Problem
from core.services import beside, pictures
from core.vocabulary import Role
from texts import _

pages = Blueprint("beside", __name__, url_prefix="/templates")


@pages.post("/<int:id>/beside")
@needs(Role.EDITOR)
def save(id: int) -> ResponseReturnValue:  # noqa: A002 - the name of the part of the address
    """All of it at once; a picture that is too large, or a line that cannot be read, changes nothing."""
    try:
        with writing() as session:
            if request.form.get("nothing"):
                beside.take_away(session, press, id, by=by())
            _put_file(session, id)
            buttons, variables = (request.form.get(name, "").splitlines() for name in ("buttons", "variables"))
            beside.put_buttons(session, press, id, buttons, by=by())
            beside.put_approved(session, press, id, request.form.get("approved", ""), variables, by=by())
    except Problem as problem:
        say(problem)
    else:
        flash(_("Saved."), "done")
    return redirect(url_for("template.edit", id=id) + "#beside")


def _put_file(session: Session, template_id: int) -> None:
    """Pictures are made smaller and rid of what they tell; any other file goes as it is."""
    given = request.files.get("file")
    if given is None or not given.filename:
        return
    ready = picture_or_file(given, beside.MOST_FILE)
    if isinstance(ready, bytes):
        beside.put_file(session, press, template_id, given.filename, ready, by=by())
        return
    size = {"width": ready.width, "height": ready.height}
    name = pictures.keep(session, body=ready.body, kind=ready.kind, by=by(), **size)
    beside.put_picture(session, press, template_id, name, by=by())
