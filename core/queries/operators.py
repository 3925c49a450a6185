"""Reading operators."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.tables.operators import Operator
from core.vocabulary import OperatorState, Role


def get(session: Session, operator_id: int) -> Operator:
    """Raise NotFound (`operator.not_found`) if there is none."""
    operator = session.get(Operator, operator_id)
    if operator is None:
        raise NotFound("operator.not_found", id=operator_id)
    return operator


def locked(session: Session, operator_id: int) -> Operator:
    """The operator as it is now, locked until the transaction ends; raise NotFound if there is none."""
    statement = select(Operator).where(Operator.id == operator_id).with_for_update()
    operator = session.scalar(statement.execution_options(populate_existing=True))
    if operator is None:
        raise NotFound("operator.not_found", id=operator_id)
    return operator


def owner_of(session: Session, telegram_id: int) -> Operator | None:
    """Whose Telegram account this is, active or not."""
    return session.scalar(select(Operator).where(Operator.telegram_id == telegram_id))


def acting(session: Session, telegram_id: int) -> Operator | None:
    """The operator who may act from this Telegram account; None for strangers, and for the disabled."""
    return session.scalar(_active().where(Operator.telegram_id == telegram_id))


def linked(session: Session) -> Sequence[Operator]:
    """Those who may act from Telegram."""
    return session.scalars(_active().where(Operator.telegram_id.is_not(None)).order_by(Operator.id)).all()


def lock_administrators(session: Session) -> Sequence[int]:
    """The active administrators' numbers, locked: two who disable each other take turns."""
    statement = select(Operator.id).where(Operator.role == Role.ADMINISTRATOR, Operator.state == OperatorState.ACTIVE)
    return session.scalars(statement.order_by(Operator.id).with_for_update()).all()


def _active() -> Select[Operator]:
    return select(Operator).where(Operator.state == OperatorState.ACTIVE)
