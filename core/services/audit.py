"""Who did what, through which door: noted in the transaction that does it."""

from sqlalchemy.orm import Session

from core.tables.audit import AuditEntry


def note(session: Session, actor: str, action: str, subject: str, **details: object) -> None:
    """Append an entry; details hold ids, numbers and names of settings, never addresses or secrets."""
    session.add(AuditEntry(actor=actor, action=action, subject=subject, details=details))
