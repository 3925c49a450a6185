"""From whom letters come: kept after a check that other servers would accept them."""

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Invalid, NotFound
from core.services import audit
from core.tables.campaigns import SenderRow

FREEMAIL = frozenset(
    {
        "gmail.com",
        "googlemail.com",
        "gmx.de",
        "gmx.net",
        "gmx.at",
        "gmx.ch",
        "web.de",
        "t-online.de",
        "freenet.de",
        "yahoo.com",
        "yahoo.de",
        "outlook.com",
        "outlook.de",
        "hotmail.com",
        "hotmail.de",
        "live.com",
        "live.de",
        "icloud.com",
        "me.com",
        "aol.com",
        "aol.de",
        "mail.ru",
        "posteo.de",
        "mailbox.org",
        "proton.me",
        "protonmail.com",
    }
)
"""Providers whose DMARC policy makes other servers refuse letters that did not leave their own."""


def create(session: Session, *, name: str, address: str, reply_to: str | None = None, by: str) -> SenderRow:
    """Raise Invalid (`sender.bad_address`, `sender.freemail`) for an address that cannot be a sender."""
    sender = SenderRow(name=name.strip(), address=_usable(address), reply_to=reply_to or None)
    session.add(sender)
    session.flush()
    audit.note(session, by, "create", f"sender:{sender.id}")
    return sender


def everyone(session: Session) -> list[SenderRow]:
    return list(session.scalars(select(SenderRow).where(SenderRow.archived_at.is_(None)).order_by(SenderRow.name)))


def get(session: Session, sender_id: int) -> SenderRow:
    sender = session.get(SenderRow, sender_id)
    if sender is None:
        raise NotFound("sender.not_found", id=sender_id)
    return sender


def _usable(address: str) -> str:
    try:
        checked = validate_email(address.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise Invalid("sender.bad_address", where="address", address=address) from None
    if checked.ascii_domain in FREEMAIL:
        raise Invalid("sender.freemail", where="address", address=address)
    return checked.normalized
