"""Accounts: who may log in to the panel, each tied to an operator; Flask-Security's datastore reads and writes them."""

import secrets

from flask_security import RoleMixin, UserMixin, hash_password
from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.errors import NotFound
from core.services import audit
from core.tables.base import Base, CreatedAt, Id
from core.tables.operators import Operator
from core.vocabulary import Role

FIRST_EMAIL = "admin@sendbote.local"
LOCK = 0x46495253


class Account(Base, UserMixin):
    """A login. `fs_uniquifier` names its sessions: a new password gets a new one, which ends them all."""

    __tablename__ = "accounts"

    id: Mapped[Id]
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id", ondelete="CASCADE"), unique=True)
    email: Mapped[str] = mapped_column(unique=True)
    password: Mapped[str]
    active: Mapped[bool] = mapped_column(server_default="true")
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[CreatedAt]

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]
        """None: what a person may do is the role of the operator, not of the login."""
        return []


class NoRole(RoleMixin):
    """Stands where Flask-Security asks for a model of roles."""


def create(session: Session, operator_id: int, email: str, *, by: str) -> str:
    """Give an operator a login; the random password comes back and is shown once. Needs an application context."""
    password = secrets.token_urlsafe(12)
    session.add(
        Account(
            operator_id=operator_id,
            email=email.strip().lower(),
            password=hash_password(password),
            fs_uniquifier=secrets.token_hex(32),
        )
    )
    session.flush()
    audit.note(session, by, "create_account", f"operator:{operator_id}")
    return password


def new_password(session: Session, operator_id: int, *, by: str) -> tuple[str, str]:
    """Email and a new random password, which is shown once; all sessions with the old one end.

    Raises NotFound (`operator.no_login`) for an operator who has none. Needs an application context.
    """
    account = session.scalar(select(Account).where(Account.operator_id == operator_id).with_for_update())
    if account is None:
        raise NotFound("operator.no_login", id=operator_id)
    password = secrets.token_urlsafe(12)
    account.password, account.fs_uniquifier = hash_password(password), secrets.token_hex(32)
    audit.note(session, by, "new_password", f"operator:{operator_id}")
    return account.email, password


def create_first(session: Session) -> tuple[str, str] | None:
    """The first administrator's email and password, or None if somebody can log in already.

    Two processes that start at once take turns: one of them makes it, and that one shows it.
    """
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    if session.scalar(select(Account.id).limit(1)) is not None:
        return None
    operator = Operator(name="Administrator", role=Role.ADMINISTRATOR)
    session.add(operator)
    session.flush()
    return FIRST_EMAIL, create(session, operator.id, FIRST_EMAIL, by="system")
