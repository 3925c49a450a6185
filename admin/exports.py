"""Contacts as rows for pages and downloads."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from core.database import Sessions
from core.queries import segments
from core.queries.contact_pages import addresses
from core.tables.contacts import Contact
from texts import _

CHUNK = 2000


def full_name(contact: Contact) -> str:
    return " ".join(part for part in (contact.first_name, contact.last_name) if part) or f"#{contact.id}"


def members(session: Session, contacts: Sequence[Contact]) -> list[tuple[Contact, str, str | None]]:
    """Each contact with name and email address."""
    emails = addresses(session, [contact.id for contact in contacts], "email")
    return [(contact, full_name(contact), emails.get(contact.id)) for contact in contacts]


def segment_rows(sessions: Sessions, segment_id: int, now: datetime) -> Iterator[Sequence[object]]:
    """Head and members, a chunk at a time, so that a million need no memory."""
    yield [_("Contact"), _("Customer number"), _("First name"), _("Last name"), _("Email"), _("Language"), _("Country")]
    after = 0
    with sessions() as session:
        tree = segments.tree(session, segment_id)
        while found := segments.first_members(session, tree, now, CHUNK, after):
            for one, _name, email in members(session, found):
                yield [one.id, one.external_id, one.first_name, one.last_name, email, one.language, one.country]
            after = found[-1].id
            session.expunge_all()
