"""Which senders have mail servers of their own, and which these are."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Exists, Select, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.errors import NotFound
from core.messages import SealedRelay
from core.rules.addresses import mail_domain
from core.rules.outside import Outside
from core.tables.campaigns import Campaign, Origin, SenderRow
from core.tables.relays import RelayRow
from core.tables.steps import CampaignStep
from core.vocabulary import CHANNEL_EMAIL, Tls


def get(session: Session, relay_id: int, *, sender_id: int) -> RelayRow:
    """Raise NotFound (`relay.not_found`) if the sender has none such."""
    row = session.get(RelayRow, relay_id)
    if row is None or row.sender_id != sender_id:
        raise NotFound("relay.not_found", id=relay_id)
    return row


def of_sender(session: Session, sender_id: int) -> Sequence[RelayRow]:
    """In the order in which they were added; none: it uses those of the installation."""
    return session.scalars(select(RelayRow).where(RelayRow.sender_id == sender_id).order_by(RelayRow.id)).all()


def sealed(session: Session, sender_id: int) -> list[SealedRelay]:
    """The same, ready to be opened."""
    return [ready(row) for row in of_sender(session, sender_id)]


def ready(row: RelayRow) -> SealedRelay:
    return SealedRelay(row.host, row.port, Tls(row.tls), row.user_name, row.sealed, row.weight)


def has_own(sender_id: InstrumentedAttribute[int | None]) -> Exists:
    """Whether a sender's letters go by servers of its own."""
    return exists().where(RelayRow.sender_id == sender_id)


def on_lane(lane: int | None) -> ColumnElement[bool]:
    """Origins whose messages go by the servers of the sender `lane`, or (None) by the installation's."""
    return ~has_own(Origin.sender_id) if lane is None else (Origin.sender_id == lane) & has_own(Origin.sender_id)


def hosts(session: Session, domain: str) -> tuple[list[str], bool]:
    """The servers of those who send from a domain, and whether one of them uses the installation's."""
    mailboxes = select(SenderRow).where(SenderRow.channel == CHANNEL_EMAIL, SenderRow.archived_at.is_(None))
    theirs = [one.id for one in session.scalars(mailboxes) if mail_domain(one.address) == domain]
    rows = session.scalars(select(RelayRow).where(RelayRow.sender_id.in_(theirs)).order_by(RelayRow.id)).all()
    return [row.host for row in rows], not theirs or len({row.sender_id for row in rows}) < len(theirs)


def owners() -> Select[int]:
    """The senders that have some."""
    return select(RelayRow.sender_id).distinct().order_by(RelayRow.sender_id)


def seen_by(session: Session, campaign: Campaign, outside: Outside) -> Outside:
    """The world as this campaign's letters meet it: a server of a sender's own may be real where the usual is not."""
    later = select(CampaignStep.sender_id).where(CampaignStep.campaign_id == campaign.id)
    ways = or_(RelayRow.sender_id == campaign.sender_id, RelayRow.sender_id.in_(later))
    return _seen(session, outside, ways)


def seen_by_sender(session: Session, sender_id: int, outside: Outside) -> Outside:
    return _seen(session, outside, RelayRow.sender_id == sender_id)


def _seen(session: Session, outside: Outside, ways: ColumnElement[bool]) -> Outside:
    servers = session.execute(select(RelayRow.host, RelayRow.port).where(ways))
    return outside.over((host, port) for host, port in servers)
