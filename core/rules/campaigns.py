"""What may be done with a campaign in which state."""

from core.errors import IllegalTransition
from core.vocabulary import CampaignAction as A
from core.vocabulary import CampaignState as S

TRANSITIONS = {
    (S.DRAFT, A.SCHEDULE): S.SCHEDULED,
    (S.DRAFT, A.LAUNCH): S.SENDING,
    (S.DRAFT, A.CANCEL): S.CANCELLED,
    (S.SCHEDULED, A.UNSCHEDULE): S.DRAFT,
    (S.SCHEDULED, A.LAUNCH): S.SENDING,
    (S.SCHEDULED, A.CANCEL): S.CANCELLED,
    (S.SENDING, A.PAUSE): S.PAUSED,
    (S.SENDING, A.FINISH): S.SENT,
    (S.SENDING, A.CANCEL): S.CANCELLED,
    (S.PAUSED, A.RESUME): S.SENDING,
    (S.PAUSED, A.CANCEL): S.CANCELLED,
    (S.SENT, A.REOPEN): S.SENDING,
}


def next_state(state: str, action: A) -> S:
    """The state that `action` leads to; raise IllegalTransition where it is not possible."""
    try:
        return TRANSITIONS[S(state), action]
    except KeyError:
        raise IllegalTransition("campaign.illegal_transition", action=action.value, state=state) from None


def actions(state: str) -> list[A]:
    """What a person may do now, in the order in which it is offered."""
    offered = [action for (at, action) in TRANSITIONS if at == state]
    return [action for action in offered if action not in (A.FINISH, A.REOPEN, A.SCHEDULE)]
