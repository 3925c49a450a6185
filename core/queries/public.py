"""What public pages look up: targets of links, who a delivery went to, and whether they are unsubscribed."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, select

from core.tables.attachments import AttachmentRow
from core.tables.campaigns import Origin, SenderRow
from core.tables.contacts import Contact, Identity
from core.tables.contents import ContentRow, Link
from core.tables.deliveries import Delivery
from core.tables.pictures import PictureRow
from core.tables.suppression import Suppression
from core.vocabulary import CHANNEL_EMAIL, SuppressionList


def target(link_id: int) -> Select[str]:
    """The link's target as it stands in the letter; it may hold variables."""
    return select(Link.url).where(Link.id == link_id)


def picture(name: str) -> Select[bytes]:
    """A picture's bytes, as they are served."""
    return select(PictureRow.body).where(PictureRow.name == name)


def file(token: str) -> Select[bytes, str, str]:
    """A file's `body`, `kind` and `name`, as it is served."""
    return select(AttachmentRow.body, AttachmentRow.kind, AttachmentRow.name).where(AttachmentRow.token == token)


def newest_targets(after: int, most: int) -> Select[int, str]:
    """Ids and targets of the newest links with ids above `after`, the newest first."""
    return select(Link.id, Link.url).where(Link.id > after).order_by(Link.id.desc()).limit(most)


def addressee(delivery_id: int) -> Select[Any]:
    """`language`, `channel`, `sender` and whether they are `unsubscribed` or have `complained`; no row if unknown."""
    return (
        select(
            Contact.language.label("language"),
            Delivery.channel.label("channel"),
            SenderRow.name.label("sender"),
            _listed(SuppressionList.UNSUBSCRIBED).label("unsubscribed"),
            _listed(SuppressionList.COMPLAINTS).label("complained"),
        )
        .select_from(Delivery)
        .join(Origin, Origin.id == Delivery.origin_id)
        .outerjoin(SenderRow, SenderRow.id == Origin.sender_id)
        .outerjoin(Contact, Contact.id == Delivery.contact_id)
        .where(Delivery.id == delivery_id)
    )


def letter(delivery_id: int) -> Select[str, str, str | None, str | None, datetime | None]:
    """What was frozen for a letter, and when whoever it went to was erased; no row for what is no email."""
    parts = (ContentRow.language, ContentRow.subject, ContentRow.html, ContentRow.plain.label("plain"))
    return (
        select(*parts, Contact.erased_at.label("erased_at"))
        .select_from(Delivery)
        .join(ContentRow, ContentRow.id == Delivery.content_id)
        .outerjoin(Contact, Contact.id == Delivery.contact_id)
        .where(Delivery.id == delivery_id, Delivery.channel == CHANNEL_EMAIL)
    )


def values(delivery_id: int) -> Select[Any]:
    """The contact's fields and `attributes` for a target with variables; a test's are its sample's."""
    return (
        select(
            Contact.first_name,
            Contact.last_name,
            Contact.language,
            Contact.country,
            Contact.external_id,
            Identity.address.label("email"),
            Contact.attributes,
        )
        .select_from(Delivery)
        .join(Origin, Origin.id == Delivery.origin_id)
        .join(Contact, Contact.id == func.coalesce(Origin.sample_id, Delivery.contact_id))
        .outerjoin(Identity, Identity.id == Delivery.identity_id)
        .where(Delivery.id == delivery_id)
    )


def _listed(name: SuppressionList) -> Any:
    return exists().where(
        Suppression.list == name.value,
        Suppression.topic.is_(None),
        Suppression.released_at.is_(None),
        Suppression.address_key == Delivery.address_key,
        Suppression.channel == Delivery.channel,
    )
