"""Showing a letter as one contact would get it, before it is saved or sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from channels.email.checks import Fault, check
from channels.email.press import press
from channels.email.showing import NOTHING
from core.errors import Invalid
from core.ports import PressedLetter
from core.queries import settings as business
from core.queries import templates
from core.queries.contact_pages import addresses
from core.rules.short_messages import link_like
from core.rules.templates import SYSTEM_NAMES, compile_template
from core.tables.contacts import Contact
from core.tables.contents import Link
from core.vocabulary import TemplateKind

FIELDS = ("first_name", "last_name", "language", "country", "external_id")


@dataclass(frozen=True, slots=True)
class Letter:
    """What would be written in the editor; `text` is None where it is to be made from `source`."""

    kind: str
    language: str
    subject: str
    source: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    subject: str
    html: str | None
    text: str
    faults: Sequence[Fault] = ()


def show(session: Session, letter: Letter, contact: Contact | None, *, imprint: str | None = None) -> Shown:
    """The letter with the contact's values; raise Invalid with the place of what cannot work for them."""
    known = templates.known_variables(session)
    pressed = press(
        kind=letter.kind,
        language=letter.language,
        subject=letter.subject,
        source=letter.source,
        text=letter.text,
        known=known,
    )
    values = {
        **dict.fromkeys(SYSTEM_NAMES, "#"),
        "open_url": NOTHING,
        **_clicks(session, pressed.links, short=letter.kind == TemplateKind.SHORT),
        **_values(session, contact),
    }
    names = [*known, *values]

    def filled(part: str, escape: bool) -> str:
        return compile_template(part, names, escape=escape).render(values)

    html = filled(pressed.html, True) if pressed.html is not None else None
    return Shown(filled(pressed.subject, False), html, filled(pressed.text, False), _faults(letter, pressed, imprint))


def _faults(letter: Letter, pressed: PressedLetter, imprint: str | None) -> Sequence[Fault]:
    if letter.kind == TemplateKind.SHORT:
        return ()
    return check(pressed.html, pressed.text, list(pressed.links), imprint=imprint)


def line_of(problem: Invalid) -> int | None:
    """The line at fault, where it is known."""
    line = problem.params.get("line")
    return line if isinstance(line, int) else None


def _clicks(session: Session, links: Sequence[str], *, short: bool) -> dict[str, str]:
    """Links lead nowhere in a preview; in a short message one that is as long as ours shows how much room it takes."""
    if not short or not links:
        return {f"click_{position}": "#" for position in range(len(links))}
    base, last = business.value(session, "short_address"), session.scalar(select(func.max(Link.id))) or 0
    names = {position: f"click_{last + 1 + position}" for position in range(len(links))}
    return {f"click_{position}": link_like(base, name) for position, name in names.items()}


def _values(session: Session, contact: Contact | None) -> Mapping[str, Any]:
    if contact is None:
        return {}
    fields = {field: getattr(contact, field) for field in FIELDS}
    return {**contact.attributes, **fields, "email": addresses(session, [contact.id], "email").get(contact.id)}
