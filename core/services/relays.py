"""Mail servers of a sender's own: added and taken away; their passwords are sealed and never shown again."""

import re
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import Invalid, Refused
from core.queries import relays as queries
from core.queries.bell import ring
from core.sealing import relay_secret, seal
from core.services import audit, senders
from core.tables.relays import RelayRow
from core.vocabulary import CHANNEL_EMAIL, Tls

MOST = 5
MOST_WEIGHT = 100
HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,252}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A server as a person says it."""

    host: str
    port: int
    tls: str = Tls.REQUIRED
    user: str = ""
    password: str = field(default="", repr=False)
    weight: int = 1


def add(session: Session, sender_id: int, wanted: Wanted, *, sealing: bytes, by: str) -> RelayRow:
    """From now on the sender's letters go by it, and by no other that is not the sender's own.

    Raises NotFound (`sender.not_found`), Refused (`relay.not_email`, `relay.exists`, `relay.too_many`), and Invalid
    for what cannot be: `relay.bad_host`, `relay.bad_port`, `relay.bad_tls`, `relay.bad_weight`, `relay.half_a_login`,
    and `relay.in_clear` for a password that would be sent without encryption.
    """
    sender = senders.get(session, sender_id)
    if sender.channel != CHANNEL_EMAIL:
        raise Refused("relay.not_email", name=sender.name)
    host, user = wanted.host.strip().lower(), wanted.user.strip()
    _check(wanted, host, user)
    _check_place(session, sender_id, host, wanted.port)
    secret = relay_secret(host, wanted.port, user)
    row = RelayRow(
        sender_id=sender_id,
        host=host,
        port=wanted.port,
        tls=wanted.tls,
        user_name=user or None,
        sealed=seal(sealing, wanted.password.encode(), of=secret) if wanted.password else None,
        weight=wanted.weight,
        created_by=by,
    )
    session.add(row)
    session.flush()
    audit.note(session, by, "add", f"relay:{row.id}", sender=sender_id, tls=wanted.tls, weight=wanted.weight)
    ring(session)
    return row


def remove(session: Session, relay_id: int, *, sender_id: int, by: str) -> None:
    """Nothing goes by it any more; without another the sender uses the installation's; raise NotFound."""
    session.delete(queries.get(session, relay_id, sender_id=sender_id))
    audit.note(session, by, "remove", f"relay:{relay_id}", sender=sender_id)
    ring(session)


def _check(wanted: Wanted, host: str, user: str) -> None:
    if not HOST.fullmatch(host):
        raise Invalid("relay.bad_host", where="host", host=host[:80])
    if not 1 <= wanted.port <= 65535:
        raise Invalid("relay.bad_port", where="port")
    if wanted.tls not in set(Tls):
        raise Invalid("relay.bad_tls", where="tls", choices=", ".join(Tls))
    if not 0 <= wanted.weight <= MOST_WEIGHT:
        raise Invalid("relay.bad_weight", where="weight", most=MOST_WEIGHT)
    if bool(user) != bool(wanted.password):
        raise Invalid("relay.half_a_login", where="password" if user else "user")
    if user and wanted.tls not in (Tls.IMPLICIT, Tls.REQUIRED):
        raise Invalid("relay.in_clear", where="tls")


def _check_place(session: Session, sender_id: int, host: str, port: int) -> None:
    theirs = RelayRow.sender_id == sender_id
    if session.scalar(select(RelayRow.id).where(theirs, RelayRow.host == host, RelayRow.port == port)) is not None:
        raise Refused("relay.exists", host=host, port=port)
    if (session.scalar(select(func.count(RelayRow.id)).where(theirs)) or 0) >= MOST:
        raise Refused("relay.too_many", most=MOST)
