"""Which messages show a campaign that moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from core.tables.campaigns import Campaign
from core.tables.operators import LiveMessage, Operator
from core.vocabulary import CampaignState, OperatorState


@dataclass(frozen=True, slots=True)
class Watched:
    """`language` is the operator's; None in a group."""

    chat_id: int
    campaign_id: int
    message_id: int
    shown: str | None
    edited_at: datetime
    state: str
    language: str | None


def moving(session: Session) -> Sequence[Watched]:
    """Live messages of launched campaigns, without those of people who may not see them any more.

    A private chat has the number of its person; the numbers of groups are negative.
    """
    person = and_(Operator.telegram_id == LiveMessage.chat_id, Operator.state == OperatorState.ACTIVE)
    statement = (
        select(
            LiveMessage.chat_id,
            LiveMessage.campaign_id,
            LiveMessage.message_id,
            LiveMessage.shown,
            LiveMessage.edited_at,
            Campaign.state,
            Operator.language,
        )
        .join(Campaign, Campaign.id == LiveMessage.campaign_id)
        .outerjoin(Operator, person)
        .where(
            Campaign.state.not_in((CampaignState.DRAFT, CampaignState.SCHEDULED)),
            or_(LiveMessage.chat_id < 0, Operator.id.is_not(None)),
        )
        .order_by(LiveMessage.campaign_id, LiveMessage.chat_id)
    )
    return [Watched(*row) for row in session.execute(statement)]
