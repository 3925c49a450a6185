"""`sendbote contact`: what one person has agreed to, and their erasure, for whoever asks for it."""

import sys
from typing import Annotated

import typer
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cli.context import Opened, opened
from cli.output import BY, AsJson, print_json
from core.errors import Invalid, NotFound, Refused
from core.queries import contact_pages
from core.rules.addresses import address_key
from core.rules.contacts import cells
from core.services import erasure
from core.tables.contacts import Contact, Identity
from core.vocabulary import CHANNEL_EMAIL
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
    """By number, external id, or an address that the person has or had on any channel."""
    if who.isascii() and who.isdigit() and len(who) < 19 and session.get(Contact, int(who)) is not None:
        return int(who)
    by_key = select(Identity.contact_id).where(Identity.address_key.in_(_keys(session, door, who)))
    named = select(Contact.id).where(or_(Contact.external_id == who, Contact.id.in_(by_key))).order_by(Contact.id)
    found = session.scalars(named.limit(10)).all()
    if not found:
        raise NotFound("contact.not_found", id=who)
    if len(found) > 1:
        raise Refused("contact.several", ids=", ".join(map(str, found)))
    return found[0]


def _keys(session: Session, door: Opened, who: str) -> list[bytes]:
    if "@" in who:
        return [address_key(door.keys.addresses, CHANNEL_EMAIL, who)]
    keys = []
    for channel in session.scalars(select(Identity.channel).distinct()):
        try:
            written = cells.address(who, channel, door.settings.default_country)
        except Invalid:
            continue
        keys.append(address_key(door.keys.addresses, channel, written))
    return keys
