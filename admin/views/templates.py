"""Templates: the list, and the editor with its preview."""

from typing import Any, ClassVar, TypeGuard
from urllib.parse import urljoin

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from admin import letters
from admin.access import by, may, needs
from admin.blocks import described
from admin.context import panel, reading, writing
from admin.views.lists import ListView
from admin.words import Formatter, ago, say
from channels.email.checks import Fault, mend
from channels.email.dark import in_the_dark
from channels.email.outlook import as_word_shows
from channels.email.press import press
from channels.email.starts import start
from core.database import reduced_errors
from core.errors import Invalid, Problem
from core.queries import contact_pages
from core.queries import templates as queries
from core.queries.attachments import rows as attachment_rows
from core.queries.attachments import served as attachment_served
from core.rules import short_messages
from core.rules.sms_segments import count
from core.services import attachments, beside, templates
from core.tables.contacts import Contact
from core.tables.templates import Template
from core.vocabulary import Role, TemplateKind
from texts import LANGUAGES, N_, _
from texts.costs import part_lines
from texts.faults import fault
from texts.problems import sentence

pages = Blueprint("template", __name__, url_prefix="/templates")
MOST_UPLOADED = 50_000_000
"""Read no more of a file; the rule on sizes refuses it long before."""
PREVIEW_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data: https: http:; frame-ancestors 'self'"
)
"""A letter may look as it likes, but runs nothing, knows no cookie and belongs to no origin."""
KINDS = {
    TemplateKind.BLOCKS: N_("Blocks"),
    TemplateKind.HTML: "HTML",
    TemplateKind.MJML: "MJML",
    TemplateKind.TEXT: N_("Text only"),
    TemplateKind.SHORT: N_("SMS and messenger"),
}
START = {
    TemplateKind.BLOCKS: '{"blocks": [{"type": "text", "text": "Hello {{ first_name | fallback(\\"there\\") }},"}, '
    '{"type": "footer", "text": ""}]}',
    TemplateKind.HTML: "<!doctype html>\n<html>\n<body>\n"
    '  <p>Hello {{ first_name | fallback("there") }},</p>\n'
    "</body>\n</html>\n",
    TemplateKind.MJML: "<mjml>\n  <mj-body>\n    <mj-section>\n      <mj-column>\n"
    '        <mj-text>Hello {{ first_name | fallback("there") }},</mj-text>\n'
    "      </mj-column>\n    </mj-section>\n  </mj-body>\n</mjml>\n",
    TemplateKind.TEXT: 'Hello {{ first_name | fallback("there") }},\n',
    TemplateKind.SHORT: 'Hello {{ first_name | fallback("there") }}, ',
}


class TemplateList(ListView):
    title = N_("Templates")
    intro = N_("Letters with places for what is known of each recipient.")
    searched = N_("A part of the name")
    row_page = "template.edit"
    new_page = "starting.gallery"
    new_words = N_("New template")
    empty_words = N_("There are no templates yet.")
    column_list = ("name", "subject", "kind", "updated_at")
    column_labels: ClassVar[dict[str, str]] = {
        "name": N_("Name"),
        "subject": N_("Subject"),
        "kind": N_("Kind"),
        "updated_at": N_("Changed"),
    }
    column_formatters: ClassVar[dict[str, Formatter]] = {
        "name": lambda _v, _c, row, _n: row.name,
        "subject": lambda _v, _c, row, _n: row.subject,
        "kind": lambda _v, _c, row, _n: Markup('<span class="badge plain">{}</span>').format(_(KINDS[row.kind])),
        "updated_at": lambda _v, _c, row, _n: ago(row.updated_at),
    }

    def rows(self, search: str | None) -> Select[Any]:
        statement = select(Template).where(Template.archived_at.is_(None))
        return statement.where(Template.name.icontains(search, autoescape=True)) if search else statement


@pages.route("/new", methods=["GET", "POST"])
@needs(Role.EDITOR)
def new() -> ResponseReturnValue:
    kind = TemplateKind(request.values.get("kind", TemplateKind.HTML))
    if request.method == "GET":
        return _editor(None, *_begun(kind))
    written, name = _written(kind), request.form.get("name", "")
    try:
        with writing() as session:
            made = templates.create(
                session,
                press,
                name=name,
                kind=kind,
                subject=written.subject,
                source=written.source,
                text=written.text,
                language=written.language,
                by=by(),
            )
    except Problem as problem:
        return _refused(None, name, written, problem)
    flash(_("Saved."), "done")
    return redirect(url_for("template.edit", id=made.id))


@pages.route("/<int:id>", methods=["GET", "POST"])
def edit(id: int) -> ResponseReturnValue:  # noqa: A002 - the name of the part of the address
    template = queries.get(reading(), id)
    kept = letters.Letter(template.kind, template.language, template.subject, template.source, template.text)
    return _editor(template, template.name, kept)


@pages.post("/<int:id>/save")
@needs(Role.EDITOR)
def save(id: int) -> ResponseReturnValue:  # noqa: A002
    template = queries.get(reading(), id)
    written, name = _written(template.kind), request.form.get("name", "")
    try:
        with writing() as session:
            templates.change(
                session,
                press,
                id,
                version=request.form.get("version", 0, type=int),
                by=by(),
                name=name,
                subject=written.subject,
                source=written.source,
                text=written.text,
            )
    except Problem as problem:
        return _refused(template, name, written, problem)
    flash(_("Saved."), "done")
    return redirect(url_for("template.edit", id=id))


@pages.post("/<int:id>/attachments")
@needs(Role.EDITOR)
def attach(id: int) -> ResponseReturnValue:  # noqa: A002
    """A file that goes with the letter, in a new version of it."""
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise Invalid("panel.no_file", where="file")
        with writing() as session:
            attachments.attach(session, press, id, file.filename, file.stream.read(MOST_UPLOADED), by=by())
    except Problem as problem:
        say(problem)
    return redirect(url_for("template.edit", id=id) + "#attachments")


@pages.post("/<int:id>/attachments/<int:file>/remove")
@needs(Role.EDITOR)
def detach(id: int, file: int) -> ResponseReturnValue:  # noqa: A002
    with writing() as session:
        attachments.detach(session, press, id, file, by=by())
    return redirect(url_for("template.edit", id=id) + "#attachments")


@pages.post("/check")
@needs(Role.VIEWER)
def check() -> ResponseReturnValue:
    """Subject and text of what stands in the editor, as the chosen contact would get it; or the place at fault."""
    try:
        shown = _shown()
    except Problem as problem:
        line = letters.line_of(problem) if isinstance(problem, Invalid) else None
        where = problem.params.get("where", "source")
        return {"problem": sentence(problem.code, problem.params), "line": line, "where": where}
    found = [_told(one) for one in shown.faults]
    parts = " · ".join(part_lines(count(shown.text))) if request.form.get("kind") == TemplateKind.SHORT else ""
    html = shown.html is not None
    return {
        "subject": shown.subject,
        "text": shown.text,
        "html": html,
        "faults": found,
        "parts": parts,
        "contact": _named(_contact()),
    }


def _told(one: Fault) -> dict[str, object]:
    """An imprint that is missing everywhere is written once, at the sender."""
    told: dict[str, object] = {"words": fault(one.code, one.params), "place": one.place, "mendable": one.mendable}
    if one.code == "imprint_unknown" and may(Role.ADMINISTRATOR):
        told |= {"href": url_for("sender.index"), "link": _("To the senders")}
    return told


@pages.post("/mend")
@needs(Role.EDITOR)
def mended() -> ResponseReturnValue:
    """The source in the editor without what can be mended in it; it is saved like any other change."""
    written = _written(request.form.get("kind", TemplateKind.HTML))
    return {"source": mend(written.kind, written.source, queries.imprint(reading()))}


@pages.post("/preview")
@needs(Role.VIEWER)
def preview() -> Response:
    """The letter's page alone, for a frame that may run nothing."""
    try:
        page = _shown().html or ""
    except Problem:
        page = ""
    if request.form.get("look") == "outlook":
        page = as_word_shows(page)
    elif request.form.get("look") == "dark":
        page = in_the_dark(page)
    response = Response(page, mimetype="text/html")
    response.headers["Content-Security-Policy"] = PREVIEW_POLICY
    return response


def _shown() -> letters.Shown:
    session = reading()
    with reduced_errors():
        return letters.show(
            session,
            _written(request.form.get("kind", TemplateKind.HTML)),
            _contact(),
            imprint=queries.imprint(session),
        )


def _contact() -> Contact | None:
    """Whose values are shown: who is looked for, else the one shown before, the next after them, or the first."""
    wanted, shown = request.form.get("contact", "").strip(), request.form.get("shown", 0, type=int)
    everybody = select(Contact).where(Contact.erased_at.is_(None)).order_by(Contact.id).limit(1)
    if wanted:
        found = contact_pages.matches(wanted, panel().address_keys(wanted))
        return reading().scalar(select(Contact).where(found).limit(1))
    if request.form.get("another"):
        following = reading().scalar(everybody.where(Contact.id > shown))
        return following or reading().scalar(everybody)
    return reading().scalar(everybody.where(Contact.id == shown)) or reading().scalar(everybody)


def _named(contact: Contact | None) -> dict[str, object]:
    if contact is None:
        return {"id": 0, "words": _("No contact fits: fallbacks stand for all values.")}
    name = " ".join(filter(None, (contact.first_name, contact.last_name))) or f"#{contact.id}"
    return {"id": contact.id, "words": _("Shown as %(name)s gets it.", name=name)}


def _begun(kind: TemplateKind) -> tuple[str, letters.Letter]:
    """Name and letter that a new template begins with: a finished one, if one is named."""
    code = request.args.get("language", "en")
    one = start(request.args.get("start", ""), code) if code in LANGUAGES else None
    if one is None or kind != TemplateKind.BLOCKS:
        return "", letters.Letter(kind, code if code in LANGUAGES else "en", "", START[kind], None)
    return "", letters.Letter(kind, code, one.subject, one.source, None)


def _written(kind: str) -> letters.Letter:
    if kind not in set(TemplateKind):
        raise Invalid("template.not_found", id=kind)
    plain = request.form.get("text", "")
    return letters.Letter(
        kind,
        request.form.get("language", "en"),
        request.form.get("subject", ""),
        request.form.get("source", "").replace("\r\n", "\n"),
        plain.replace("\r\n", "\n") if plain.strip() else None,
    )


def _refused(template: Template | None, name: str, written: letters.Letter, problem: Problem) -> str:
    """The editor again, with what was typed and the place at fault."""
    say(problem)
    where = str(problem.params.get("where", "source"))
    line = letters.line_of(problem) if isinstance(problem, Invalid) and where == "source" else None
    return _editor(template, name, written, line=line)


def _beside(session: Session, template: Template) -> dict[str, Any]:
    """What the page shows of it, and how it is written there."""
    extras = template.extras
    path = short_messages.beside(extras)
    return {
        "thumbnail": url_for("pictures.show", name=path.removeprefix(short_messages.PICTURES))
        if _is_ours(path)
        else None,
        "address": path and urljoin(panel().settings.public_address, path),
        "file": attachment_served(session, path) if path else None,
        "buttons": beside.written_buttons(extras),
        "approved": extras.get(short_messages.APPROVED, ""),
        "variables": beside.written_variables(extras),
    }


def _is_ours(path: str | None) -> TypeGuard[str]:
    return path is not None and path.startswith(short_messages.PICTURES)


def _editor(template: Template | None, name: str, letter: letters.Letter, *, line: int | None = None) -> str:
    session = reading()
    return render_template(
        "panel/template.html",
        template=template,
        name=name,
        letter=letter,
        line=line,
        kinds=[(kind.value, _(words)) for kind, words in KINDS.items()],
        languages_offered=[(code, code) for code in LANGUAGES],
        variables=queries.known_variables(session),
        labels=contact_pages.labels(session),
        blocks=described(),
        attachments=attachment_rows(session, template.attachments) if template else [],
        beside=_beside(session, template) if template and template.kind == TemplateKind.SHORT else None,
    )
