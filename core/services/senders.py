"""From whom letters come: kept after a check that other servers would accept them."""

import re
from collections.abc import Sequence
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.errors import Invalid, NotFound, Refused
from core.queries import settings as business
from core.rules.contacts.cells import PHONED
from core.rules.contacts.phones import e164
from core.services import audit
from core.tables.campaigns import Campaign, SenderRow
from core.vocabulary import CHANNEL_EMAIL, CampaignState

SERVICE = re.compile(r"MG[0-9a-f]{32}")
SHORT_CODE = re.compile(r"\d{3,6}")
NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 +&_-]{1,11}")
"""An alphanumeric sender (3GPP TS 23.040, 9.1.2.5): eleven characters, at least one of them a letter."""
SLOWEST, FASTEST = 0.01, 1000
"""Messages a second of one number."""
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


def create(
    session: Session,
    *,
    name: str,
    address: str,
    reply_to: str | None = None,
    channel: str = CHANNEL_EMAIL,
    pool: Sequence[str] = (),
    per_second: float | None = None,
    by: str,
) -> SenderRow:
    """A new sender of a channel, or one that was archived under this address, with its new name.

    `pool` are more numbers that share the work with `address`, each at most `per_second`. Raises Invalid
    (`sender.bad_address`, `sender.freemail`, `sender.bad_number`, `sender.bad_rate`) for what cannot be a sender, and
    Refused (`sender.exists`) for what is.
    """
    usable, *others = [usable_address(channel, one) for one in (address, *pool)]
    same = select(SenderRow).where(SenderRow.channel == channel, SenderRow.address == usable)
    sender = session.scalar(same.with_for_update())
    if sender is None:
        sender = SenderRow(channel=channel, address=usable)
        session.add(sender)
    elif sender.archived_at is None:
        raise Refused("sender.exists", name=sender.name, address=usable)
    sender.name, sender.reply_to, sender.archived_at = _named(name), _answers(reply_to), None
    sender.pool, sender.per_second = others, _rate(per_second)
    session.flush()
    audit.note(session, by, "create", f"sender:{sender.id}")
    return sender


def everyone(session: Session, *, channel: str | None = None) -> list[SenderRow]:
    """All senders that may be used, of one channel if it is named."""
    statement = select(SenderRow).where(SenderRow.archived_at.is_(None)).order_by(SenderRow.name)
    return list(session.scalars(statement if channel is None else statement.where(SenderRow.channel == channel)))


def get(session: Session, sender_id: int) -> SenderRow:
    sender = session.get(SenderRow, sender_id)
    if sender is None:
        raise NotFound("sender.not_found", id=sender_id)
    return sender


def is_known(session: Session, channel: str, address: str) -> bool:
    """Whether a sender of the channel that may be used has this address, be it as one of its pool."""
    has_it = or_(SenderRow.address == address, SenderRow.pool.contains([address]))
    usable = (SenderRow.channel == channel, SenderRow.archived_at.is_(None))
    return session.scalar(select(SenderRow.id).where(has_it, *usable).limit(1)) is not None


def archive(session: Session, sender_id: int, *, by: str, now: datetime) -> None:
    """Take it out of the lists; raise Refused (`sender.in_use`) while a campaign sends from it or is about to.

    So it is (`sender.by_number`) while it writes to numbers of some countries, whatever a campaign's sender.
    """
    sender = get(session, sender_id)
    using = select(Campaign.name).where(Campaign.sender_id == sender_id, Campaign.state.in_(UNDER_WAY)).limit(1)
    campaign = session.scalar(using)
    if campaign is not None:
        raise Refused("sender.in_use", name=sender.name, campaign=campaign)
    _refuse_abroad(session, sender, [])
    sender.archived_at = now
    audit.note(session, by, "archive", f"sender:{sender_id}")


def usable_address(channel: str, address: str) -> str:
    """The address in its one form; raise Invalid if nothing can be sent from it on that channel."""
    if channel == CHANNEL_EMAIL:
        return _mailbox(address)
    if channel in PHONED:
        return _number_or_name(address)
    if not address.strip():
        raise Invalid("sender.empty", where="address")
    return address.strip()


def _number_or_name(address: str) -> str:
    """A number in E.164, a short code, a Messaging Service, or a name of up to eleven letters and digits."""
    plain = address.strip()
    if any(form.fullmatch(plain) for form in (SERVICE, SHORT_CODE, NAME)):
        return plain
    try:
        return e164(plain, "ZZ")
    except Invalid:
        raise Invalid("sender.bad_number", where="address", address=address) from None


def _mailbox(address: str) -> str:
    try:
        checked = validate_email(address.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise Invalid("sender.bad_address", where="address", address=address) from None
    if checked.ascii_domain in FREEMAIL:
        raise Invalid("sender.freemail", where="address", address=address)
    return checked.normalized


def change(
    session: Session,
    sender_id: int,
    *,
    name: str,
    reply_to: str | None,
    imprint: str,
    pool: Sequence[str] = (),
    per_second: float | None = None,
    by: str,
) -> None:
    """What recipients see of it. Its address stays: letters that were sent from it name it.

    Raises Invalid for a name that is empty, an address for answers that is none, and a number that is none, and
    Refused (`sender.by_number`) if a number is taken away that writes to those of some countries.
    `imprint` is what it says of itself at the end of letters; an empty one takes it away.
    """
    sender = get(session, sender_id)
    others = [usable_address(sender.channel, one) for one in pool]
    _refuse_abroad(session, sender, [sender.address, *others])
    sender.name, sender.reply_to, sender.pool = _named(name), _answers(reply_to), others
    sender.per_second = _rate(per_second)
    sender.imprint = imprint.strip()[:1000] or None
    audit.note(session, by, "change", f"sender:{sender_id}")


def _refuse_abroad(session: Session, sender: SenderRow, left: Sequence[str]) -> None:
    """What it loses must not be set to write to the numbers of some countries, whatever a campaign's sender."""
    lost = {sender.address, *sender.pool} - set(left)
    abroad = business.value(session, "senders_by_number").get(sender.channel, {})
    beginnings = [beginning for beginning, address in abroad.items() if address in lost]
    if beginnings:
        raise Refused("sender.by_number", name=sender.name, beginnings=", ".join(beginnings))


def _rate(per_second: float | None) -> float | None:
    if per_second is not None and not SLOWEST <= per_second <= FASTEST:
        raise Invalid("sender.bad_rate", where="per_second", least=SLOWEST, most=FASTEST)
    return per_second


def _named(name: str) -> str:
    if not name.strip():
        raise Invalid("sender.no_name", where="name")
    return name.strip()


def _answers(reply_to: str | None) -> str | None:
    """Where answers go may be a free mailbox: nothing is sent from it."""
    if reply_to is None or not reply_to.strip():
        return None
    try:
        return validate_email(reply_to.strip(), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        raise Invalid("sender.bad_reply_to", where="reply_to", address=reply_to) from None
