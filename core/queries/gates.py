"""Gates: set once for all that they hold up, and asked by the claim."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Select, Text, and_, cast, delete, func, or_, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from core.queries import relays
from core.tables.campaigns import Campaign, Origin
from core.tables.gates import Gate
from core.tables.steps import CampaignStep
from core.vocabulary import GateScope, Purpose


def closing(
    scope: GateScope,
    key: str,
    *,
    reason: str,
    by: str,
    until: datetime | None = None,
    details: Mapping[str, object] | None = None,
    over: ColumnElement[bool] | None = None,
) -> Insert:
    """Bar the way; a gate that is closed already keeps its `since` and gets the new reason, if it is such a one."""
    values = {"reason": reason, "until": until, "set_by": by, "details": dict(details or {})}
    statement = insert(Gate).values(scope=scope, key=key, **values)
    return statement.on_conflict_do_update(index_elements=["scope", "key"], set_=values, where=over)


def close(
    session: Session,
    scope: GateScope,
    key: str,
    *,
    reason: str,
    by: str,
    until: datetime | None = None,
    **details: object,
) -> None:
    """Bar the way, whatever gate stands there."""
    session.execute(closing(scope, key, reason=reason, by=by, until=until, details=details))


def standing(session: Session, scope: GateScope, key: str) -> Gate | None:
    return session.scalar(select(Gate).where(Gate.scope == scope, Gate.key == key))


def holds_all(session: Session) -> bool:
    """Whether the whole account is held up: by a person who stopped everything, or since a backup was restored."""
    return session.scalar(select(Gate.id).where(Gate.scope == GateScope.ACCOUNT).limit(1)) is not None


def close_for_a_while(
    session: Session, scope: GateScope, key: str, *, reason: str, until: datetime, **details: object
) -> None:
    """As `close`, by the system and with an end; a gate that stands until a person acts stays as it is."""
    held_by_nobody = Gate.until.is_not(None)
    session.execute(closing(scope, key, reason=reason, by="system", until=until, details=details, over=held_by_nobody))


def open_again(session: Session, scope: GateScope, key: str) -> None:
    session.execute(delete(Gate).where(Gate.scope == scope, Gate.key == key))


def stop_waiting(session: Session, scope: GateScope, key: str, reason: str) -> None:
    """Open a gate that stands for this reason, and no other."""
    session.execute(delete(Gate).where(Gate.scope == scope, Gate.key == key, Gate.reason == reason))


def before(session: Session, campaign: Campaign, now: datetime) -> list[Gate]:
    """The gates that this campaign waits at: its own, its senders', its channels' and the account's."""
    later = session.scalars(
        select(CampaignStep).where(CampaignStep.campaign_id == campaign.id, CampaignStep.origin_id.is_not(None))
    ).all()
    ways = [(campaign.channel, campaign.sender_id), *((step.channel, step.sender_id) for step in later)]
    own = set(session.scalars(relays.owners()))
    shared = [channel for channel, sender_id in ways if sender_id not in own]
    keys = [key for channel, sender_id in ways for key in (channel, f"sender:{sender_id}")]
    concerning = or_(
        Gate.scope == GateScope.ACCOUNT,
        and_(Gate.scope == GateScope.CHANNEL, Gate.key.in_(shared)),
        and_(Gate.scope == GateScope.CAMPAIGN, Gate.key == str(campaign.id)),
        and_(Gate.scope == GateScope.STEP, Gate.key.in_([str(step.origin_id) for step in later])),
        and_(Gate.scope == GateScope.SENDER, Gate.key.in_([str(sender_id) for _, sender_id in ways])),
        and_(Gate.scope == GateScope.MARKETING, Gate.key.in_(keys)),
    )
    standing = or_(Gate.until.is_(None), Gate.until > now)
    return list(session.scalars(select(Gate).where(concerning, standing).order_by(Gate.id)))


def barred_origins(channel: str) -> Select[int]:
    """Origins whose way a gate bars: their campaign's, their sender's, the channel's, or the account's.

    Senders with servers of their own do not go the channel's way: what is wrong with it does not hold them up.
    """
    origin = aliased(Origin)
    keys = or_(
        Gate.scope == GateScope.ACCOUNT,
        and_(Gate.scope == GateScope.CHANNEL, Gate.key == channel, ~relays.has_own(origin.sender_id)),
        and_(Gate.scope == GateScope.CAMPAIGN, Gate.key == _text(origin.campaign_id)),
        and_(Gate.scope == GateScope.STEP, Gate.key == _text(origin.id)),
        and_(Gate.scope == GateScope.SENDER, Gate.key == _text(origin.sender_id)),
        and_(
            Gate.scope == GateScope.MARKETING,
            or_(Gate.key == channel, Gate.key == func.concat("sender:", origin.sender_id)),
            or_(origin.purpose == Purpose.MARKETING, origin.purpose == Purpose.CONSENT),
        ),
    )
    closed_now = or_(Gate.until.is_(None), Gate.until > func.now())
    return select(origin.id).select_from(Gate).join(origin, keys).where(closed_now)


def _text(column: InstrumentedAttribute[int | None] | InstrumentedAttribute[int]) -> ColumnElement[str]:
    return cast(column, Text)
