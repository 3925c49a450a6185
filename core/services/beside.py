"""What stands beside the text of a short message: each change is a new version of its template."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from core.errors import Invalid
from core.ports import LetterPress
from core.queries import templates as queries
from core.rules.attachments import check_sizes, kind_of, usable_name
from core.rules.short_messages import (
    APPROVED,
    APPROVED_NAME,
    BUTTONS,
    DOCUMENT,
    FILES,
    PICTURE,
    PICTURES,
    URL,
    VARIABLES,
)
from core.services import templates
from core.tables.attachments import AttachmentRow
from core.tables.templates import Template
from core.vocabulary import TemplateKind

MOST_FILE = 20_000_000
"""The most that any messenger takes; what the campaign's own takes is looked at before its launch."""
MOST_BUTTONS = 8


def put_picture(session: Session, press: LetterPress, template_id: int, name: str, *, by: str) -> Template:
    """A picture that is kept already, by its name; it takes the place of a file."""
    return _put(session, press, template_id, {PICTURE: f"{PICTURES}{name}", DOCUMENT: None}, by=by)


def put_file(session: Session, press: LetterPress, template_id: int, name: str, body: bytes, *, by: str) -> Template:
    """It takes the place of a picture; raise Invalid (`attachment.…`) for one that cannot go."""
    token = keep_file(session, name, body, by=by).token
    return _put(session, press, template_id, {PICTURE: None, DOCUMENT: f"{FILES}{token}"}, by=by)


def keep_file(session: Session, name: str, body: bytes, *, by: str) -> AttachmentRow:
    """A file under a name at which it is served and that nobody can guess; raises Invalid (`attachment.…`)."""
    usable = usable_name(name)
    check_sizes([len(body)], MOST_FILE)
    token = secrets.token_urlsafe(16)
    row = AttachmentRow(name=usable, kind=kind_of(usable), size=len(body), body=body, token=token, added_by=by)
    session.add(row)
    session.flush()
    return row


def take_away(session: Session, press: LetterPress, template_id: int, *, by: str) -> Template:
    """The picture or the file; messages that have left go on showing it."""
    return _put(session, press, template_id, {PICTURE: None, DOCUMENT: None}, by=by)


def put_buttons(session: Session, press: LetterPress, template_id: int, lines: Sequence[str], *, by: str) -> Template:
    """From lines such as `Look = https://shop.example/`; one without an address answers us with its words.

    Raises Invalid (`beside.bad_buttons`, `beside.too_many_buttons`).
    """
    buttons = [_button(line) for line in lines if line.strip()]
    if len(buttons) > MOST_BUTTONS:
        raise Invalid("beside.too_many_buttons", where="buttons", most=MOST_BUTTONS)
    return _put(session, press, template_id, {BUTTONS: buttons or None}, by=by)


def put_approved(
    session: Session, press: LetterPress, template_id: int, sid: str, lines: Sequence[str], *, by: str
) -> Template:
    """Twilio's name of a template that WhatsApp has approved, and lines such as `1 = {{ first_name }}`; empty: none.

    Raises Invalid (`beside.bad_approved`, `beside.bad_variables`).
    """
    sid = sid.strip()
    if sid and not APPROVED_NAME.fullmatch(sid):
        raise Invalid("beside.bad_approved", where="approved", sid=sid[:40])
    variables = dict(_variable(line) for line in lines if line.strip()) if sid else {}
    return _put(session, press, template_id, {APPROVED: sid or None, VARIABLES: variables or None}, by=by)


def written_buttons(extras: Mapping[str, Any]) -> list[str]:
    """As `put_buttons` reads them."""
    return [f"{one['text']} = {one[URL]}" if one.get(URL) else str(one["text"]) for one in extras.get(BUTTONS) or ()]


def written_variables(extras: Mapping[str, Any]) -> list[str]:
    return [f"{number} = {stands}" for number, stands in (extras.get(VARIABLES) or {}).items()]


def _button(line: str) -> dict[str, str]:
    text, sign, address = (part.strip() for part in line.partition("="))
    if not text or (sign and not address.startswith(("https://", "http://"))):
        raise Invalid("beside.bad_buttons", where="buttons", line=line.strip()[:60])
    return {"text": text, URL: address} if sign else {"text": text}


def _variable(line: str) -> tuple[str, str]:
    number, _sign, stands = (part.strip() for part in line.partition("="))
    if not number.isascii() or not number.isalnum() or not stands:
        raise Invalid("beside.bad_variables", where="variables", line=line.strip()[:60])
    return number, stands


def _put(session: Session, press: LetterPress, template_id: int, changed: Mapping[str, Any], *, by: str) -> Template:
    template = queries.get(session, template_id)
    session.refresh(template, with_for_update=True)
    if template.kind != TemplateKind.SHORT:
        raise Invalid("beside.letter", where="file")
    extras = {place: value for place, value in {**template.extras, **changed}.items() if value is not None}
    if extras == template.extras:
        return template
    return templates.revise(session, press, template, by=by, extras=extras)
