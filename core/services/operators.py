"""Operators: making them, and the one-time codes that tie a chat to one of them."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.errors import Invalid, NotFound
from core.services import audit
from core.tables.operators import LinkCode, Operator
from core.vocabulary import Role

CODE_MINUTES = 10


def create(session: Session, name: str, role: Role, by: str) -> Operator:
    """Raise Invalid (`operator.name_missing`) without a name."""
    if not name.strip():
        raise Invalid("operator.name_missing", where="name")
    operator = Operator(name=name.strip()[:200], role=role)
    session.add(operator)
    session.flush()
    audit.note(session, by, "create", f"operator:{operator.id}", role=role.value)
    return operator


def new_link_code(session: Session, operator_id: int, by: str, now: datetime) -> str:
    """A code that works once within ten minutes; only its hash is kept. Fits into a deep link of Telegram."""
    if session.get(Operator, operator_id) is None:
        raise NotFound("operator.not_found", id=operator_id)
    code = secrets.token_urlsafe(16)
    until = now + timedelta(minutes=CODE_MINUTES)
    session.add(LinkCode(hash=code_hash(code), operator_id=operator_id, expires_at=until))
    audit.note(session, by, "new_link_code", f"operator:{operator_id}")
    return code


def code_hash(code: str) -> bytes:
    """How a code is kept: random enough that a plain SHA-256 tells nobody what it was."""
    return hashlib.sha256(code.encode()).digest()
