"""Contacts: the list with its search, and one person's page."""

from typing import Any, ClassVar

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, func, or_, select

from admin.context import reading
from admin.views.lists import ListView
from admin.words import Formatter, ago, text_or_dash
from core.errors import NotFound
from core.tables.campaigns import Campaign, Origin
from core.tables.consent import Consent
from core.tables.contacts import Attribute, Contact, Identity
from core.tables.deliveries import Delivery
from core.tables.suppression import Suppression
from texts import N_

pages = Blueprint("contact", __name__)
LAST_DELIVERIES = 50


class ContactList(ListView):
    title = N_("Contacts")
    intro = N_("Everybody you may write to, and everybody you must not.")
    searched = N_("Email address, number, external id, or the beginning of a name")
    row_page = "contact.detail"
    new_words = N_("Import contacts")
    empty_words = N_("There are no contacts yet. Import a CSV or Excel file to begin.")
    column_list = ("name", "email", "external_id", "country", "created_at")
    column_labels: ClassVar[dict[str, str]] = {
        "name": N_("Name"),
        "email": N_("Email"),
        "external_id": N_("External id"),
        "country": N_("Country"),
        "created_at": N_("Added"),
    }
    column_formatters: ClassVar[dict[str, Formatter]] = {
        "name": lambda _v, _c, row, _n: full_name(row),
        "email": lambda _v, _c, row, _n: text_or_dash(_email(row.id)),
        "external_id": lambda _v, _c, row, _n: text_or_dash(row.external_id),
        "country": lambda _v, _c, row, _n: text_or_dash(row.country),
        "created_at": lambda _v, _c, row, _n: ago(row.created_at),
    }

    def rows(self, search: str | None) -> Select[Any]:
        statement = select(Contact).where(Contact.erased_at.is_(None))
        return statement.where(matches(search)) if search else statement


@pages.get("/contacts/<int:id>")
def detail(id: int) -> ResponseReturnValue:  # noqa: A002 - the name of the part of the address
    session = reading()
    contact = session.get(Contact, id)
    if contact is None:
        raise NotFound("contact.not_found", id=id)
    identities = session.scalars(select(Identity).where(Identity.contact_id == id).order_by(Identity.id)).all()
    keys = [identity.address_key for identity in identities]
    return render_template(
        "panel/contact.html",
        contact=contact,
        name=full_name(contact),
        identities=identities,
        labels=dict(session.execute(select(Attribute.key, Attribute.label)).all()),
        consents=session.scalars(select(Consent).where(Consent.contact_id == id).order_by(Consent.id.desc())).all(),
        suppressions=session.scalars(
            select(Suppression)
            .where(or_(Suppression.contact_id == id, Suppression.address_key.in_(keys)))
            .order_by(Suppression.id.desc())
        ).all(),
        deliveries=session.execute(_deliveries(id)).all(),
    )


def full_name(contact: Contact) -> str:
    return " ".join(part for part in (contact.first_name, contact.last_name) if part) or f"#{contact.id}"


def matches(search: str) -> ColumnElement[bool]:
    """An exact address or external id, which indexes find; else the beginning of a first or last name."""
    if "@" in search or search.lstrip("+").replace(" ", "").isdigit():
        by_address = select(Identity.contact_id).where(Identity.address == search)
        return or_(Contact.id.in_(by_address), Contact.external_id == search)
    prefix = search.lower()
    return or_(
        Contact.external_id == search,
        func.lower(Contact.last_name).startswith(prefix, autoescape=True),
        func.lower(Contact.first_name).startswith(prefix, autoescape=True),
    )


def _email(contact_id: int) -> str | None:
    return reading().scalar(
        select(Identity.address).where(
            Identity.contact_id == contact_id, Identity.channel == "email", Identity.ended_at.is_(None)
        )
    )


def _deliveries(contact_id: int) -> Select[Delivery, int, str]:
    return (
        select(Delivery, Campaign.id, Campaign.name)
        .join(Origin, Origin.id == Delivery.origin_id)
        .outerjoin(Campaign, Campaign.id == Origin.campaign_id)
        .where(Delivery.contact_id == contact_id)
        .order_by(Delivery.id.desc())
        .limit(LAST_DELIVERIES)
    )
