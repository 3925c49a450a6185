"""Putting files beside a letter and taking them away: each time a new version of the letter, frozen with them."""

from sqlalchemy.orm import Session

from core.errors import Invalid
from core.ports import LetterPress
from core.queries import attachments as queries
from core.queries import settings as business
from core.queries import templates as letters
from core.rules.attachments import check_sizes, kind_of, usable_name
from core.services import templates
from core.tables.attachments import AttachmentRow
from core.tables.templates import Template
from core.vocabulary import TemplateKind


def attach(session: Session, press: LetterPress, template_id: int, name: str, body: bytes, *, by: str) -> Template:
    """Raise Invalid (`attachment.…`) for a file that cannot go, or for too many and too much of them."""
    template = _locked(session, template_id)
    if template.kind == TemplateKind.SHORT:
        raise Invalid("attachment.short", where="file")
    usable = usable_name(name)
    sizes = [row.size for row in queries.rows(session, template.attachments)]
    check_sizes([*sizes, len(body)], int(business.value(session, "attachments_most_bytes")))
    row = AttachmentRow(name=usable, kind=kind_of(usable), size=len(body), body=body, added_by=by)
    session.add(row)
    session.flush()
    return _with(session, press, template, [*template.attachments, row.id], by=by)


def detach(session: Session, press: LetterPress, template_id: int, attachment_id: int, *, by: str) -> Template:
    """Letters that are frozen keep it; one that is not there changes nothing."""
    template = _locked(session, template_id)
    left = [one for one in template.attachments if one != attachment_id]
    return template if left == template.attachments else _with(session, press, template, left, by=by)


def _locked(session: Session, template_id: int) -> Template:
    """Two files that come at once both stay."""
    template = letters.get(session, template_id)
    session.refresh(template, with_for_update=True)
    return template


def _with(session: Session, press: LetterPress, template: Template, ids: list[int], *, by: str) -> Template:
    template.attachments = ids
    session.flush()
    return templates.revise(session, press, template, by=by)
