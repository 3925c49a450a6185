"""New template: the letters that one may start from, each shown as it looks, and the blank ones."""

from functools import cache

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from admin.access import needs
from admin.views.templates import KINDS, PREVIEW_POLICY
from channels.email.letters import make
from channels.email.starts import start, starts
from core.rules.templates import SYSTEM_NAMES, compile_template
from core.vocabulary import Role, TemplateKind
from texts import LANGUAGES, _, language

pages = Blueprint("starting", __name__, url_prefix="/templates/start")
NAMES = ("first_name",)


@pages.get("/")
@needs(Role.EDITOR)
def gallery() -> ResponseReturnValue:
    wanted = request.args.get("language", language())
    chosen = wanted if wanted in LANGUAGES else LANGUAGES[0]
    blank = [(kind.value, _(words)) for kind, words in KINDS.items()]
    return render_template("panel/template_start.html", starts=starts(chosen), chosen=chosen, blank=blank)


@pages.get("/<key>/<code>")
@needs(Role.EDITOR)
def preview(key: str, code: str) -> Response:
    """One of them alone, for a frame that may run nothing."""
    if code not in LANGUAGES or start(key, code) is None:
        abort(404)
    response = Response(_page(key, code), mimetype="text/html")
    response.headers["Content-Security-Policy"] = PREVIEW_POLICY
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


@cache
def _page(key: str, code: str) -> str:
    """Our own letters, so that they are made in this process, and once."""
    one = start(key, code)
    assert one is not None
    made = make(kind=TemplateKind.BLOCKS, language=code, subject=one.subject, source=one.source, text=None, known=NAMES)
    links = {f"click_{number}": "#" for number in range(len(made.links))}
    values = {**dict.fromkeys(SYSTEM_NAMES, "#"), **links, "open_url": "data:,", "first_name": ""}
    return compile_template(made.html or "", [*values], escape=True).render(values)
