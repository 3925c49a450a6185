"""The files that go with a letter, in its order."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from core.messages import Attachment
from core.rules.attachments import kind_of
from core.rules.short_messages import FILES, PICTURES
from core.tables.attachments import AttachmentRow
from core.tables.pictures import PictureRow


def rows(session: Session, ids: Sequence[int]) -> list[AttachmentRow]:
    """Names and sizes, without what is in them."""
    found = {row.id: row for row in session.scalars(select(AttachmentRow).where(AttachmentRow.id.in_(ids)))}
    return [found[one] for one in ids]


@dataclass(frozen=True, slots=True)
class Served:
    """What is at one of our own addresses."""

    kind: str
    size: int
    name: str


def served(session: Session, path: str) -> Served | None:
    """The picture or file of a short message at that path; None for an address elsewhere, or one that is gone."""
    if path.startswith(PICTURES):
        name = path.removeprefix(PICTURES)
        size = session.scalar(select(func.length(PictureRow.body)).where(PictureRow.name == name))
        return None if size is None else Served(kind_of(name), size, name)
    found = select(AttachmentRow).where(AttachmentRow.token == path.removeprefix(FILES))
    row = session.scalar(found) if path.startswith(FILES) else None
    return None if row is None else Served(row.kind, row.size, row.name)


def body(session: Session, path: str) -> bytes | None:
    """What is served at one of our own paths."""
    if path.startswith(PICTURES):
        return session.scalar(select(PictureRow.body).where(PictureRow.name == path.removeprefix(PICTURES)))
    return session.scalar(select(AttachmentRow.body).where(AttachmentRow.token == path.removeprefix(FILES)))


def whole(session: Session, ids: Sequence[int]) -> tuple[Attachment, ...]:
    if not ids:
        return ()
    statement = select(AttachmentRow).where(AttachmentRow.id.in_(ids)).options(undefer(AttachmentRow.body))
    found = {row.id: Attachment(row.name, row.kind, row.body) for row in session.scalars(statement)}
    return tuple(found[one] for one in ids)
