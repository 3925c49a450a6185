"""The files that go with a letter, in its order."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from core.messages import Attachment
from core.tables.attachments import AttachmentRow


def rows(session: Session, ids: Sequence[int]) -> list[AttachmentRow]:
    """Names and sizes, without what is in them."""
    found = {row.id: row for row in session.scalars(select(AttachmentRow).where(AttachmentRow.id.in_(ids)))}
    return [found[one] for one in ids]


def whole(session: Session, ids: Sequence[int]) -> tuple[Attachment, ...]:
    if not ids:
        return ()
    statement = select(AttachmentRow).where(AttachmentRow.id.in_(ids)).options(undefer(AttachmentRow.body))
    found = {row.id: Attachment(row.name, row.kind, row.body) for row in session.scalars(statement)}
    return tuple(found[one] for one in ids)
