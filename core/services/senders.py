"""From whom letters come: kept after a check that other servers would accept them."""

from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import Invalid, NotFound, Refused
from core.services import audit
from core.tables.campaigns import Campaign, SenderRow
from core.vocabulary import CampaignState

UNDER_WAY = (CampaignState.SCHEDULED, CampaignState.SENDING, CampaignState.PAUSED)
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
    """A new sender, or one that was archived under this address, with its new name.

    Raises Invalid (`sender.bad_address`, `sender.freemail`) for an address that cannot be a sender, and Refused
    (`sender.exists`) for one that is.
    """
    usable = _usable(address)
    sender = session.scalar(select(SenderRow).where(SenderRow.address == usable).with_for_update())
    if sender is None:
        sender = SenderRow(address=usable)
        session.add(sender)
    elif sender.archived_at is None:
        raise Refused("sender.exists", name=sender.name, address=usable)
    sender.name, sender.reply_to, sender.archived_at = name.strip(), reply_to or None, None
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


def archive(session: Session, sender_id: int, *, by: str, now: datetime) -> None:
    """Take it out of the lists; raise Refused (`sender.in_use`) while a campaign sends from it or is about to."""
    sender = get(session, sender_id)
    using = select(Campaign.name).where(Campaign.sender_id == sender_id, Campaign.state.in_(UNDER_WAY)).limit(1)
    campaign = session.scalar(using)
    if campaign is not None:
        raise Refused("sender.in_use", name=sender.name, campaign=campaign)
    sender.archived_at = now
    audit.note(session, by, "archive", f"sender:{sender_id}")


def _usable(address: str) -> str:
    try:
        checked = validate_email(address.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise Invalid("sender.bad_address", where="address", address=address) from None
    if checked.ascii_domain in FREEMAIL:
        raise Invalid("sender.freemail", where="address", address=address)
    return checked.normalized
