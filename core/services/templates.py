"""Saving templates: a letter that cannot work is refused here, with its place, and never reaches a campaign."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import Session

from core.errors import Invalid, Refused
from core.ports import LetterPress, PressedLetter
from core.queries import templates as queries
from core.rules.short_messages import mapped
from core.services import audit
from core.tables.contents import ContentRow, Link
from core.tables.templates import Template
from core.vocabulary import TemplateKind

Mender = Callable[[str, str, str | None], str]
"""From a letter's kind, its source and an imprint to the source without what can be mended."""
PLACE = re.compile(r"\{\{ click_(\d+) \}\}")


def create(
    session: Session,
    press: LetterPress,
    *,
    name: str,
    kind: str,
    subject: str,
    source: str,
    text: str | None = None,
    language: str = "en",
    extras: Mapping[str, Any] | None = None,
    by: str,
) -> Template:
    """Compile and keep a new letter; raise Invalid with the place of what cannot work."""
    template = Template(name=_named(name), kind=kind, language=language, created_by=by, subject="", source="")
    _write(session, press, template, subject=subject, source=source, text=text, extras=extras or {})
    session.add(template)
    session.flush()
    audit.note(session, by, "create", f"template:{template.id}")
    return template


def change(
    session: Session,
    press: LetterPress,
    template_id: int,
    *,
    version: int,
    by: str,
    name: str,
    subject: str,
    source: str,
    text: str | None = None,
    extras: Mapping[str, Any] | None = None,
) -> Template:
    """Compile and keep the changed letter; raise Refused (`template.changed_meanwhile`) past `version`.

    The extras stay as they are where none are given.
    """
    template = queries.get(session, template_id)
    session.refresh(template, with_for_update=True)
    if template.version != version:
        raise Refused("template.changed_meanwhile", name=template.name)
    template.name = _named(name)
    template.version += 1
    kept = template.extras if extras is None else extras
    _write(session, press, template, subject=subject, source=source, text=text, extras=kept)
    audit.note(session, by, "change", f"template:{template.id}", version=template.version)
    return template


def revise(
    session: Session,
    press: LetterPress,
    template: Template,
    *,
    by: str,
    source: str | None = None,
    extras: Mapping[str, Any] | None = None,
) -> Template:
    """A new version of the template as it was read, in which only this is other; raise as `change`."""
    return change(
        session,
        press,
        template.id,
        version=template.version,
        by=by,
        name=template.name,
        subject=template.subject,
        source=template.source if source is None else source,
        text=template.text,
        extras=extras,
    )


def mend(
    session: Session, press: LetterPress, mender: Mender, template_id: int, *, by: str, imprint: str | None
) -> bool:
    """Save the letter as `mender` makes it, as a new version; returns whether there was anything to mend."""
    template = queries.get(session, template_id)
    better = template.source if template.kind == TemplateKind.SHORT else mender(template.kind, template.source, imprint)
    if better == template.source:
        return False
    revise(session, press, template, by=by, source=better)
    return True


def archive(session: Session, template_id: int, *, by: str, now: datetime) -> None:
    """Take it out of the lists; campaigns that used it keep what they froze."""
    queries.get(session, template_id).archived_at = now
    audit.note(session, by, "archive", f"template:{template_id}")


def _write(
    session: Session,
    press: LetterPress,
    template: Template,
    *,
    subject: str,
    source: str,
    text: str | None,
    extras: Mapping[str, Any],
) -> None:
    letter = press(
        kind=template.kind,
        language=template.language,
        subject=subject,
        source=source,
        text=text,
        known=queries.known_variables(session),
        extras=extras,
    )
    template.subject, template.source, template.text, template.extras = subject, source, text, dict(extras)
    template.updated_at = func.now()
    template.content_id = _frozen(session, template, letter).id


def _frozen(session: Session, template: Template, letter: PressedLetter) -> ContentRow:
    """An immutable row of the letter; its links get rows of their own, whose ids replace their positions."""
    parts = [template.kind, letter.subject, template.source, letter.html or "", letter.text]
    if letter.extras:
        parts.append(json.dumps(letter.extras, sort_keys=True))
    if template.attachments:
        parts.append(f"attachments {template.attachments}")
    row = ContentRow(
        kind=template.kind,
        language=template.language,
        source=template.source,
        subject=letter.subject,
        attachments=list(template.attachments or ()),
        required=list(letter.required),
        hash=hashlib.sha256("\0".join(parts).encode()).digest(),
    )
    session.add(row)
    session.flush()
    links = [Link(content_id=row.id, position=position, url=url) for position, url in enumerate(letter.links)]
    session.add_all(links)
    session.flush()
    row.html = _numbered(letter.html, links) if letter.html is not None else None
    row.plain = _numbered(letter.text, links)
    row.extras = mapped(letter.extras, lambda _, part: _numbered(part, links))
    session.flush()
    return row


def _numbered(part: str, links: list[Link]) -> str:
    return PLACE.sub(lambda found: f"{{{{ click_{links[int(found[1])].id} }}}}", part)


def _named(name: str) -> str:
    if not name.strip():
        raise Invalid("template.name_missing", where="name")
    return name.strip()
