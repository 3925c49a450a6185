"""`sendbote contact`: what one person has agreed to, for whoever asks for it."""

import typer
from sqlalchemy import select

from cli.context import opened
from cli.output import print_json
from core.errors import NotFound
from core.queries import contact_pages
from core.rules.addresses import address_key
from core.tables.contacts import Contact
from core.vocabulary import CHANNEL_EMAIL
from texts import _

app = typer.Typer(no_args_is_help=True, help=_("Show what one person has agreed to."))


@app.callback()
def _group() -> None:
    """A group, though it has one command."""


@app.command(help=_("All consents of one person as JSON: each with its wording, version, language, way and time."))
def export(who: str = typer.Argument(metavar="WHO", help=_("Number of the contact, or an email address."))) -> None:
    with opened() as door, door.sessions() as session:
        contact_id = int(who) if who.isascii() and who.isdigit() and len(who) < 19 else None
        if contact_id is None:
            keys = [address_key(door.keys.addresses, CHANNEL_EMAIL, who)]
            found = session.scalar(select(Contact.id).where(contact_pages.matches(who, keys)).limit(1))
            if found is None:
                raise NotFound("contact.not_found", id=who)
            contact_id = found
        print_json(contact_pages.consent_record(session, contact_id))
