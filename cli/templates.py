"""`sendbote template`: makes letters from files, lists them, and shows one as a contact would get it."""

from pathlib import Path
from typing import Annotated

import typer

from channels.email.checks import Fault
from channels.email.checks import check as find_faults
from channels.email.checks import mend as mender
from channels.email.pictures import made as made_picture
from channels.email.press import press
from cli.context import opened
from cli.finding import found
from cli.output import BY, AsJson, print_json
from core.queries import templates as queries
from core.queries.attachments import rows
from core.services import attachments, pictures, templates
from core.services import beside as service
from core.tables.contents import ContentRow
from core.tables.templates import Template
from core.vocabulary import TemplateKind
from texts import _
from texts.faults import fault

app = typer.Typer(no_args_is_help=True, help=_("Make templates and preview them."))
KINDS = {
    ".json": TemplateKind.BLOCKS,
    ".mjml": TemplateKind.MJML,
    ".html": TemplateKind.HTML,
    ".htm": TemplateKind.HTML,
    ".txt": TemplateKind.TEXT,
}

Which = Annotated[str, typer.Argument(metavar="TEMPLATE", help=_("The template's number or name."))]
Letter = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help=_("The letter: .mjml, .html, .txt, or .json with blocks."))
]
TextPart = Annotated[
    Path | None,
    typer.Option("--text", exists=True, dir_okay=False, help=_("Its plain text; else made from the letter.")),
]


@app.command(help=_("Make a letter from a file; one that cannot work is refused with the place and the reason."))
def create(
    file: Letter,
    subject: Annotated[str, typer.Option(help=_("The subject; variables as in the letter."))] = "",
    short: Annotated[bool, typer.Option("--short", help=_("A message for telephones: SMS or messenger."))] = False,
    name: Annotated[str | None, typer.Option(help=_("Its name; else that of the file."))] = None,
    text: TextPart = None,
    language: Annotated[str, typer.Option(help=_("The letter's language."))] = "en",
    as_json: AsJson = False,
) -> None:
    with opened() as door, door.sessions.begin() as session:
        made = templates.create(
            session,
            press,
            name=name or file.stem,
            kind=TemplateKind.SHORT if short else KINDS.get(file.suffix.lower(), TemplateKind.TEXT),
            subject=subject,
            source=file.read_text(encoding="utf-8-sig"),
            text=text.read_text(encoding="utf-8-sig") if text else None,
            language=language,
            by=BY,
        )
        told = _told(made)
    print_json(told) if as_json else print(_("Template %(id)s, “%(name)s”, is there.", **told))


@app.command(help=_("Put a changed file in the place of a letter; campaigns already launched keep what they had."))
def change(
    which: Which, file: Letter, subject: str | None = None, text: TextPart = None, as_json: AsJson = False
) -> None:
    with opened() as door, door.sessions.begin() as session:
        kept = found(session, Template, which)
        changed = templates.change(
            session,
            press,
            kept.id,
            version=kept.version,
            by=BY,
            name=kept.name,
            subject=subject or kept.subject,
            source=file.read_text(encoding="utf-8-sig"),
            text=text.read_text(encoding="utf-8-sig") if text else kept.text,
        )
        told = _told(changed)
    print_json(told) if as_json else print(_("Template %(id)s, “%(name)s”, is changed.", **told))


@app.command("list", help=_("All templates, the last changed first."))
def list_(search: str | None = None, limit: int = 100, as_json: AsJson = False) -> None:
    with opened() as door, door.sessions() as session:
        rows = [_told(one) for one in queries.page(session, limit=limit, search=search)]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        print(f"{row['id']:>6}  {row['name']}  –  {row['subject']}")


@app.command(help=_("A letter as it is stored: subject, plain text, and the variables it cannot do without."))
def show(which: Which, as_json: AsJson = False) -> None:
    with opened() as door, door.sessions() as session:
        kept = found(session, Template, which)
        content = session.get_one(ContentRow, kept.content_id)
        told = _told(kept) | {"required": content.required, "text": content.plain, "html": content.html}
    if as_json:
        print_json(told)
        return
    print(f"{told['name']}\n{told['subject']}\n\n{told['text']}")
    if told["required"]:
        print("\n" + _("Cannot do without: %(names)s", names=", ".join(content.required)))


@app.command(help=_("All faults of a letter, each with its place; --mend puts right what can be."))
def check(
    which: Which,
    mend: Annotated[bool, typer.Option("--mend", help=_("Put right what can be, as a new version."))] = False,
    as_json: AsJson = False,
) -> None:
    with opened() as door:
        if mend:
            with door.sessions.begin() as session:
                kept = found(session, Template, which)
                mended = templates.mend(session, press, mender, kept.id, by=BY, imprint=queries.imprint(session))
            if mended and not as_json:
                print(_("Mended, as a new version of the letter."))
        with door.sessions() as session:
            letter = queries.finished(session, found(session, Template, which))
        faults = find_faults(letter.html, letter.plain, letter.links, imprint=letter.imprint) if letter else []
    if as_json:
        print_json([{"fault": one.code, "place": one.place, "mendable": one.mendable, **one.params} for one in faults])
    else:
        for one in faults:
            print("  ".join(filter(None, (_worded(one), one.place, _("(can be mended)") if one.mendable else ""))))
        if not faults:
            print(_("Nothing to find fault with."))
    if faults:
        raise typer.Exit(1)


@app.command(help=_("Let a file go with the letter; campaigns already launched keep what they had."))
def attach(which: Which, file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]) -> None:
    with opened() as door, door.sessions.begin() as session:
        kept = found(session, Template, which)
        attachments.attach(session, press, kept.id, file.name, file.read_bytes(), by=BY)
    print(_("%(file)s goes with the letter.", file=file.name))


@app.command(help=_("Let a file go with the letter no more."))
def detach(which: Which, file: Annotated[str, typer.Argument(help=_("Its name."))]) -> None:
    with opened() as door, door.sessions.begin() as session:
        kept = found(session, Template, which)
        for row in rows(session, kept.attachments):
            if row.name == file:
                attachments.detach(session, press, kept.id, row.id, by=BY)
    print(_("%(file)s goes with it no more.", file=file))


@app.command(help=_("Put a picture, a file, buttons or an approved template beside a message for telephones."))
def beside(
    which: Which,
    picture: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help=_("A picture above it."))] = None,
    file: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help=_("A file with it."))] = None,
    button: Annotated[
        list[str] | None, typer.Option(help=_("“Words = https://…” or only words; more than once; empty: none."))
    ] = None,
    approved: Annotated[str | None, typer.Option(help=_("Twilio's name of it, HX…; empty: none."))] = None,
    variable: Annotated[
        list[str] | None, typer.Option(help=_("“1 = {{ first_name }}”: what its variables stand for; more than once."))
    ] = None,
    nothing: Annotated[bool, typer.Option("--nothing", help=_("Take picture or file away."))] = False,
) -> None:
    with opened() as door, door.sessions.begin() as session:
        kept = found(session, Template, which)
        if nothing:
            service.take_away(session, press, kept.id, by=BY)
        if picture:
            ready = made_picture(picture.read_bytes())
            size = {"width": ready.width, "height": ready.height}
            name = pictures.keep(session, body=ready.body, kind=ready.kind, by=BY, **size)
            service.put_picture(session, press, kept.id, name, by=BY)
        if file:
            service.put_file(session, press, kept.id, file.name, file.read_bytes(), by=BY)
        if button is not None:
            service.put_buttons(session, press, kept.id, button, by=BY)
        if approved is not None:
            service.put_approved(session, press, kept.id, approved, variable or [], by=BY)
        told = list(kept.extras)
    print(_("Beside the text: %(those)s", those=", ".join(told) or _("nothing")))


def _worded(one: Fault) -> str:
    return fault(one.code, one.params)


def _told(template: Template) -> dict[str, object]:
    return {"id": template.id, "name": template.name, "kind": template.kind, "subject": template.subject}
