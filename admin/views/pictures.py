"""Pictures for letters: taken from the editor, made ready, and named by the address at which they are served."""

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from admin.access import by, needs
from admin.context import panel, reading, writing
from channels.email.pictures import MOST_BYTES, made
from core.errors import Invalid, Problem
from core.queries import public
from core.rules.attachments import kind_of
from core.services import pictures
from core.vocabulary import Role
from texts.problems import sentence

pages = Blueprint("pictures", __name__, url_prefix="/pictures")


@pages.get("/<name>")
@needs(Role.VIEWER)
def show(name: str) -> ResponseReturnValue:
    """The picture within the panel, which shows nothing of other origins."""
    body = reading().scalar(public.picture(name))
    if body is None:
        abort(404)
    return Response(body, mimetype=kind_of(name), headers={"Cache-Control": "private, max-age=86400"})


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
