"""Seed addresses: kept by people, and left out of a campaign where that is wanted."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Invalid, NotFound, Refused
from core.queries.seeds import LEFT_OUT
from core.rules.addresses import address_key
from core.rules.contacts import cells
from core.services import audit, drafts
from core.tables.campaigns import Campaign
from core.tables.seeds import Seed
from core.tables.suppression import Suppression
from core.vocabulary import SuppressionList

MOST = 25
"""On one channel: each copy uses up the daily limit, or costs money."""
LONGEST_NOTE = 80


def add(
    session: Session,
    channel: str,
    address: str,
    *,
    note: str = "",
    as_recipient: bool = True,
    key: bytes,
    country: str,
    by: str,
) -> Seed:
    """An address that gets a copy of every campaign that is launched on the channel from now on.

    Raises Invalid (`seed.bad_address`), and Refused for one that is there already (`seed.exists`), for more than 25
    (`seed.too_many`), and for one whose owner asked to be erased (`seed.erased`).
    """
    usable = _usable(channel, address, country)
    keyed = address_key(key, channel, usable)
    _check(session, channel, usable, keyed)
    seed = Seed(
        channel=channel,
        address=usable,
        address_key=keyed,
        note=note.strip()[:LONGEST_NOTE],
        as_recipient=as_recipient,
        added_by=by,
    )
    session.add(seed)
    session.flush()
    audit.note(session, by, "add", f"seed:{seed.id}", channel=channel, as_recipient=as_recipient)
    return seed


def remove(session: Session, seed_id: int, *, by: str) -> Seed:
    """It gets no more copies; raise NotFound (`seed.not_found`)."""
    seed = session.get(Seed, seed_id, with_for_update=True)
    if seed is None:
        raise NotFound("seed.not_found", given=seed_id)
    session.delete(seed)
    audit.note(session, by, "remove", f"seed:{seed_id}", channel=seed.channel)
    return seed


def found(session: Session, given: str, *, key: bytes, country: str) -> Seed:
    """By its number or its address, as a person writes it; raise NotFound (`seed.not_found`)."""
    for seed in session.scalars(select(Seed).order_by(Seed.id)):
        if given.strip() == str(seed.id) or _is_written(given, seed, key, country):
            return seed
    raise NotFound("seed.not_found", given=given[:60])


def leave_out(session: Session, campaign_id: int, left_out: bool, *, by: str) -> Campaign:
    """Send no copies of this draft, or send them again; it voids confirmations."""
    campaign = drafts.locked(session, campaign_id)
    campaign.settings = {**campaign.settings, LEFT_OUT: left_out}
    campaign.version += 1
    audit.note(session, by, "unseeded" if left_out else "seeded", f"campaign:{campaign_id}")
    return campaign


def _usable(channel: str, address: str, country: str) -> str:
    try:
        usable = cells.address(address.strip(), channel, country)
    except Invalid:
        usable = ""
    if not usable:
        raise Invalid("seed.bad_address", where="address", address=address.strip()[:254])
    return usable


def _check(session: Session, channel: str, address: str, keyed: bytes) -> None:
    same = select(Seed.id).where(Seed.channel == channel, Seed.address_key == keyed)
    if session.scalar(same) is not None:
        raise Refused("seed.exists", address=address)
    erased = (Suppression.list == SuppressionList.ERASED, Suppression.released_at.is_(None))
    if session.scalar(select(Suppression.id).where(*erased, Suppression.address_key == keyed).limit(1)) is not None:
        raise Refused("seed.erased", address=address)
    if (session.scalar(select(func.count(Seed.id)).where(Seed.channel == channel)) or 0) >= MOST:
        raise Refused("seed.too_many", most=MOST)


def _is_written(given: str, seed: Seed, key: bytes, country: str) -> bool:
    try:
        return address_key(key, seed.channel, cells.address(given, seed.channel, country)) == seed.address_key
    except Invalid:
        return False
