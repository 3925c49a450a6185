"""Reading templates, contents and the variables that letters may use."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.messages import Content, SealedKey, Sender
from core.queries import attachments, dkim
from core.queries import settings as business
from core.rules.addresses import ADDRESS_VARIABLES, mail_domain
from core.rules.contacts.cells import PHONED
from core.rules.short_messages import FROM
from core.tables.campaigns import Campaign, Origin, SenderRow
from core.tables.contacts import Attribute
from core.tables.contents import ContentRow, Link
from core.tables.templates import Template
from core.vocabulary import CHANNEL_EMAIL, OriginKind, TemplateKind

CONTACT_VARIABLES = ("first_name", "last_name", "language", "country", "external_id", *ADDRESS_VARIABLES)

NOBODY = SenderRow(name="", address="", pool=[])
"""Whose name stands at an answer to a customer: the channel's own, a bot or a number."""


def get(session: Session, template_id: int) -> Template:
    """Raise NotFound (`template.not_found`) if there is none."""
    template = session.get(Template, template_id)
    if template is None:
        raise NotFound("template.not_found", id=template_id)
    return template


def page(
    session: Session,
    *,
    limit: int,
    offset: int = 0,
    search: str | None = None,
    kinds: Collection[TemplateKind] | None = None,
) -> list[Template]:
    """Those not archived, the last changed first; of some kinds alone, if `kinds` are named."""
    statement = select(Template).where(Template.archived_at.is_(None))
    if kinds is not None:
        statement = statement.where(Template.kind.in_(kinds))
    if search:
        statement = statement.where(Template.name.icontains(search, autoescape=True))
    return list(session.scalars(statement.order_by(Template.updated_at.desc()).limit(limit).offset(offset)))


def count(session: Session) -> int:
    return session.scalar(select(func.count(Template.id)).where(Template.archived_at.is_(None))) or 0


def known_variables(session: Session) -> list[str]:
    """The contact's own fields, then the keys of all attributes."""
    return [*CONTACT_VARIABLES, *session.scalars(select(Attribute.key).order_by(Attribute.key))]


@dataclass(frozen=True, slots=True)
class Finished:
    """A letter as it was last saved, for looking at it whole."""

    html: str | None
    plain: str
    links: list[str]
    required: list[str]
    imprint: str | None


def finished(session: Session, template: Template, sender_id: int | None = None) -> Finished | None:
    """None for a short message, which has no page."""
    if template.kind == TemplateKind.SHORT or template.content_id is None:
        return None
    row = session.get_one(ContentRow, template.content_id)
    links = session.scalars(select(Link.url).where(Link.content_id == row.id).order_by(Link.position)).all()
    return Finished(row.html, row.plain or "", list(links), list(row.required), imprint(session, sender_id))


def imprint(session: Session, sender_id: int | None = None) -> str | None:
    """The sender's, or without one what all senders of letters say of themselves, if that is one thing."""
    statement = select(SenderRow.imprint).where(SenderRow.imprint.is_not(None), SenderRow.imprint != "")
    if sender_id is not None:
        return session.scalar(statement.where(SenderRow.id == sender_id))
    here = statement.where(SenderRow.channel == CHANNEL_EMAIL, SenderRow.archived_at.is_(None)).distinct()
    found = session.scalars(here.limit(2)).all()
    return found[0] if len(found) == 1 else None


def content(session: Session, content_id: int, origin_id: int) -> Content:
    """The frozen letter with its sender, ready for the channel; a test's subject says that it is one."""
    row = session.get_one(ContentRow, content_id)
    origin = session.get_one(Origin, origin_id)
    sender = session.get_one(SenderRow, origin.sender_id) if origin.sender_id else NOBODY
    of_campaign = origin.campaign_id is not None and origin.kind != OriginKind.CONSENT
    campaign = session.get(Campaign, origin.campaign_id) if of_campaign else None
    return Content(
        id=row.id,
        subject=f"[Test] {row.subject}" if row.subject and origin.kind == OriginKind.TEST else row.subject,
        html=row.html,
        text=row.plain,
        sender=_from(session, sender, row.extras),
        origin_id=origin.id,
        purpose=campaign.purpose if campaign else origin.purpose,
        list_id=f"campaigns.{origin.sender_id or 0}",
        list_name=sender.name,
        extras=row.extras,
        attachments=attachments.whole(session, row.attachments),
    )


def _from(session: Session, sender: SenderRow, extras: Mapping[str, Any]) -> Sender:
    """An answer comes from the very number that was written to, whichever of the sender's it is."""
    if FROM in extras:
        return Sender(sender.name, extras[FROM], sender.reply_to, per_second=sender.per_second)
    abroad = _abroad(session, sender.channel) if sender.channel in PHONED else ()
    return Sender(
        sender.name,
        sender.address,
        sender.reply_to,
        pool=tuple(sender.pool),
        per_second=sender.per_second,
        abroad=abroad,
        keys=_keys(session, sender),
    )


def _abroad(session: Session, channel: str) -> tuple[tuple[str, str], ...]:
    kept = business.value(session, "senders_by_number").get(channel, {})
    return tuple(sorted(kept.items(), key=lambda one: -len(one[0])))


def _keys(session: Session, sender: SenderRow) -> tuple[SealedKey, ...]:
    if sender.channel != CHANNEL_EMAIL:
        return ()
    return tuple(dkim.signing(session, mail_domain(sender.address)))
