"""`sendbote contact`: what one person has agreed to, and their erasure, for whoever asks for it."""

import sys
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from cli.context import Opened, opened
from cli.output import BY, AsJson, print_json
from core.queries import contact_pages
from core.services import erasure
from texts import _, ngettext

app = typer.Typer(no_args_is_help=True, help=_("Show what one person has agreed to, or erase a person."))
Who = Annotated[str, typer.Argument(metavar="WHO", help=_("Number of the contact, its external id, or an address."))]


@app.command(help=_("All consents of one person as JSON: each with its wording, version, language, way and time."))
def export(who: Who) -> None:
    with opened() as door, door.sessions() as session:
        print_json(contact_pages.consent_record(session, contact_named(session, door, who)))


@app.command(help=_("Erase a person for ever: names, addresses, conversations. Figures stay as they are."))
def erase(
    who: Who,
    confirm: Annotated[
        str | None, typer.Option(metavar="NUMBER", help=_("The contact's number once more, instead of the question."))
    ] = None,
    as_json: AsJson = False,
) -> None:
    with opened() as door:
        with door.sessions() as session:
            contact_id = contact_named(session, door, who)
        if confirm is None and sys.stdin.isatty():
            confirm = typer.prompt(_("This cannot be undone. Type the contact's number, %(id)s", id=contact_id))
        with door.sessions.begin() as session:
            confirmed = (confirm or "").strip().lstrip("#") == str(contact_id)
            done = erasure.erase(session, contact_id, confirmed=confirmed, by=BY)
    if as_json:
        print_json({"contact": done.contact_id, "addresses": done.addresses})
        return
    kept = ngettext(
        "%(n)s address is kept as a hash that nobody can read, so that no import brings the person back.",
        "%(n)s addresses are kept as hashes that nobody can read, so that no import brings the person back.",
        done.addresses,
    )
    print(_("Erased: contact #%(id)s.", id=done.contact_id), kept)


def contact_named(session: Session, door: Opened, who: str) -> int:
    return contact_pages.named(session, who, key=door.keys.addresses, country=door.settings.default_country)
