"""The identity behind an address that we write to of our own accord, be it a contact's or nobody's."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.tables.contacts import Identity


def identity_for(session: Session, channel: str, key: bytes, address: str) -> Identity:
    """The contact's that has it; else one of nobody, to which only tests, copies and digests are sent."""
    same = (Identity.channel == channel, Identity.address_key == key, Identity.ended_at.is_(None))
    statement = select(Identity).where(*same).order_by(Identity.contact_id.nulls_last(), Identity.id).limit(1)
    identity = session.scalar(statement)
    if identity is None:
        identity = Identity(channel=channel, address=address, address_key=key)
        session.add(identity)
        session.flush()
    return identity
