"""Reading who stands behind a launch."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core.queries import operators
from core.rules import confirmation
from core.tables.approvals import Approval
from core.tables.operators import Operator
from core.vocabulary import OperatorState, Role

MAY_LAUNCH = (Role.LAUNCHER, Role.ADMINISTRATOR)


def behind(session: Session, campaign_id: int, given: str, tolerance: float) -> dict[int, str]:
    """Names of those who stand behind exactly this confirmation and may still launch, by their numbers."""
    chosen = confirmation.chosen(given) or 0
    found = session.execute(
        select(Operator.id, Operator.name, Approval.chosen)
        .join(Approval, Approval.operator_id == Operator.id)
        .where(Approval.campaign_id == campaign_id, Approval.bound == confirmation.bound(given))
        .where(Operator.state == OperatorState.ACTIVE, Operator.role.in_(MAY_LAUNCH))
        .order_by(Approval.id)
    )
    return {id_: name for id_, name, approved in found if abs(chosen - approved) <= tolerance * max(approved, 1)}


def person(session: Session, by: str) -> int | None:
    """The operator's number behind an actor, whichever door they came through; None for what is no person."""
    kind, _colon, number = by.partition(":")
    if not number.isdigit():
        return None
    if kind == "telegram":
        acting = operators.acting(session, int(number))
        return acting.id if acting else None
    return int(number) if kind == "operator" else None


def add(session: Session, campaign_id: int, given: str, operator_id: int) -> bool:
    """Whether it is new; a later look at a few more or fewer recipients takes the earlier one's place."""
    values = {"chosen": confirmation.chosen(given)}
    row = {"campaign_id": campaign_id, "bound": confirmation.bound(given), "operator_id": operator_id, **values}
    statement = insert(Approval).values(**row)
    if session.scalar(statement.on_conflict_do_nothing().returning(Approval.id)) is not None:
        return True
    keys = ["campaign_id", "bound", "operator_id"]
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_=values))
    return False
