"""Pictures for letters: taken from the editor, made ready, and named by the address at which they are served."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from admin.access import by, needs
from admin.context import panel, writing
from channels.email.pictures import MOST_BYTES, made
from core.errors import Invalid, Problem
from core.services import pictures
from core.vocabulary import Role
from texts.problems import sentence

pages = Blueprint("pictures", __name__, url_prefix="/pictures")


@pages.post("/")
@needs(Role.EDITOR)
def upload() -> ResponseReturnValue:
    """The picture's public address, or why it cannot be used."""
    given = request.files.get("file")
    try:
        if given is None:
            raise Invalid("panel.no_file", where="file")
        ready = made(given.stream.read(MOST_BYTES + 1))
        with writing() as session:
            name = pictures.keep(
                session, body=ready.body, kind=ready.kind, width=ready.width, height=ready.height, by=by()
            )
    except Problem as problem:
        return {"problem": sentence(problem.code, problem.params)}
    settings = panel().settings
    base = settings.public_address.rstrip("/")
    return {"address": f"{base}/i/{name}", "width": ready.width, "height": ready.height}
