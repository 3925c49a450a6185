"""Operators: making and disabling them, their roles, and the one-time codes that tie a chat to one of them."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.errors import Invalid, Refused
from core.queries import operators as queries
from core.services import audit
from core.tables.operators import LinkCode, Operator
from core.vocabulary import OperatorState, Role

CODE_MINUTES = 10
CODE_BYTES = 16
CODE = re.compile(r"[A-Za-z0-9_-]{22}")
"""So many bytes in the letters of links."""


def create(session: Session, name: str, role: Role, by: str) -> Operator:
    """Raise Invalid (`operator.name_missing`) without a name."""
    if not name.strip():
        raise Invalid("operator.name_missing", where="name")
    operator = Operator(name=name.strip()[:200], role=role)
    session.add(operator)
    session.flush()
    audit.note(session, by, "create", f"operator:{operator.id}", role=role.value)
    return operator


def change_role(session: Session, operator_id: int, role: Role, by: str) -> Operator:
    """Raise Refused (`operator.last_administrator`) if nobody would be left who may do everything."""
    if role != Role.ADMINISTRATOR:
        _keep_an_administrator(session, operator_id)
    operator = queries.locked(session, operator_id)
    audit.note(session, by, "change_role", f"operator:{operator_id}", before=operator.role, after=role.value)
    operator.role = role
    return operator


def disable(session: Session, operator_id: int, by: str) -> Operator:
    """From now on they may do nothing, through no door; raise Refused for the last administrator."""
    _keep_an_administrator(session, operator_id)
    operator = queries.locked(session, operator_id)
    operator.state = OperatorState.DISABLED
    session.execute(delete(LinkCode).where(LinkCode.operator_id == operator_id, LinkCode.used_at.is_(None)))
    audit.note(session, by, "disable", f"operator:{operator_id}")
    return operator


def enable(session: Session, operator_id: int, by: str) -> Operator:
    operator = queries.locked(session, operator_id)
    operator.state = OperatorState.ACTIVE
    audit.note(session, by, "enable", f"operator:{operator_id}")
    return operator


def new_link_code(session: Session, operator_id: int, by: str, now: datetime) -> str:
    """A code that works once within ten minutes; only its hash is kept. Fits into a deep link of Telegram."""
    queries.get(session, operator_id)
    code = secrets.token_urlsafe(CODE_BYTES)
    until = now + timedelta(minutes=CODE_MINUTES)
    session.add(LinkCode(hash=code_hash(code), operator_id=operator_id, expires_at=until))
    audit.note(session, by, "new_link_code", f"operator:{operator_id}")
    return code


def link(session: Session, code: str, telegram_id: int, now: datetime, *, language: str | None = None) -> Operator:
    """Tie a Telegram account to the operator of the code, which is used up by this; an earlier account is let go.

    The same account may send the same code once more, as whoever presses Start twice does: nothing changes.

    Raises Refused: `operator.code_unknown`, `operator.code_used`, `operator.code_expired`, `operator.disabled`, or
    `operator.account_taken` if the account is another operator's; the code can then still be used.
    """
    kept = _kept(session, code)
    operator = queries.locked(session, kept.operator_id)
    if kept.used_at is not None and operator.telegram_id == telegram_id and operator.state == OperatorState.ACTIVE:
        return operator
    _use_up(kept, now)
    if operator.state != OperatorState.ACTIVE:
        raise Refused("operator.disabled", name=operator.name)
    owner = queries.owner_of(session, telegram_id)
    if owner is not None and owner.id != operator.id:
        raise Refused("operator.account_taken", name=owner.name)
    operator.telegram_id = telegram_id
    operator.language = language or operator.language
    audit.note(session, f"telegram:{telegram_id}", "link", f"operator:{operator.id}")
    return operator


def unlink(session: Session, operator_id: int, by: str) -> Operator:
    """Let the operator's Telegram account go; it is a stranger's from now on."""
    operator = queries.locked(session, operator_id)
    operator.telegram_id = None
    audit.note(session, by, "unlink", f"operator:{operator_id}")
    return operator


def is_code(words: str) -> bool:
    """Whether it looks like a code, be it ours or not."""
    return CODE.fullmatch(words.strip()) is not None


def code_hash(code: str) -> bytes:
    """How a code is kept: random enough that a plain SHA-256 tells nobody what it was."""
    return hashlib.sha256(code.encode()).digest()


def _kept(session: Session, code: str) -> LinkCode:
    """The code; two who send it at once take turns at its row."""
    statement = select(LinkCode).where(LinkCode.hash == code_hash(code)).with_for_update()
    kept = session.scalar(statement.execution_options(populate_existing=True))
    if kept is None:
        raise Refused("operator.code_unknown")
    return kept


def _use_up(kept: LinkCode, now: datetime) -> None:
    if kept.used_at is not None:
        raise Refused("operator.code_used")
    if kept.expires_at <= now:
        raise Refused("operator.code_expired", minutes=CODE_MINUTES)
    kept.used_at = now


def _keep_an_administrator(session: Session, operator_id: int) -> None:
    if set(queries.lock_administrators(session)) == {operator_id}:
        raise Refused("operator.last_administrator")
