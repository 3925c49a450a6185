"""Contacts: the list with its search, and one person's page."""

import json
from datetime import UTC, datetime
from typing import Any, ClassVar

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select

from admin.access import by, needs
from admin.context import panel, reading, writing
from admin.exports import full_name
from admin.views.lists import ListView
from admin.words import Formatter, ago, channel, say, text_or_dash, timezone
from channels.consent import ConsentWording
from channels.known import CHANNELS
from core.errors import Problem
from core.queries.contact_pages import Person, addresses, consent_record, labels, matches, person
from core.rules.zones import zone_of
from core.services import asking, erasure, senders
from core.tables.contacts import Contact
from core.vocabulary import Role
from texts import N_, _

pages = Blueprint("contact", __name__)


class ContactList(ListView):
    title = N_("Contacts")
    intro = N_("Everybody you may write to, and everybody you must not.")
    searched = N_("Email address, number, customer number, or the beginning of a name")
    row_page = "contact.detail"
    new_page = "import.upload"
    new_words = N_("Import contacts")
    empty_words = N_("There are no contacts yet. Import a CSV or Excel file to begin.")
    column_list = ("name", "email", "external_id", "country", "created_at")
    column_labels: ClassVar[dict[str, str]] = {
        "name": N_("Name"),
        "email": N_("Email"),
        "external_id": N_("Customer number"),
        "country": N_("Country"),
        "created_at": N_("Added"),
    }
    column_formatters: ClassVar[dict[str, Formatter]] = {
        "name": lambda _v, _c, row, _n: full_name(row),
        "email": lambda _v, _c, row, _n: text_or_dash(g.emails.get(row.id)),
        "external_id": lambda _v, _c, row, _n: text_or_dash(row.external_id),
        "country": lambda _v, _c, row, _n: text_or_dash(row.country),
        "created_at": lambda _v, _c, row, _n: ago(row.created_at),
    }

    def rows(self, search: str | None) -> Select[Any]:
        statement = select(Contact).where(Contact.erased_at.is_(None))
        return statement.where(matches(search, panel().address_keys(search))) if search else statement

    def get_list(self, *_: object, **__: object) -> tuple[None, list[Any]]:
        """The page's email addresses come in one query."""
        none, found = super().get_list()
        g.emails = addresses(reading(), [contact.id for contact in found], "email")
        return none, found


@pages.get("/contacts/<int:id>")
def detail(id: int) -> ResponseReturnValue:  # noqa: A002 - the name of the part of the address
    found = person(reading(), id)
    return render_template(
        "panel/contact.html",
        person=found,
        contact=found.contact,
        name=full_name(found.contact),
        labels=labels(reading()),
        askable=_askable(found),
        clock=datetime.now(zone_of(found.contact.timezone, found.contact.country, timezone())),
    )


@pages.post("/contacts/<int:id>/ask")
@needs(Role.LAUNCHER)
def ask(id: int) -> ResponseReturnValue:  # noqa: A002
    """For consent, explicitly, by the channel of the sender that is chosen."""
    try:
        with writing() as session:
            sender = senders.get(session, request.form.get("sender_id", 0, type=int))
            press = ConsentWording(panel().settings.language)
            now = datetime.now(UTC)
            asking.ask_again(session, id, channel=sender.channel, sender_id=sender.id, press=press, by=by(), now=now)
        flash(_("The request is on its way. What waits for the answer goes as soon as it is yes."), "done")
    except Problem as problem:
        say(problem)
    return redirect(url_for("contact.detail", id=id))


def _askable(found: Person) -> list[tuple[int, str]]:
    """Senders on channels where the person has an address and a request can be made."""
    present = {one.channel for one in found.identities if one.ended_at is None}
    present = {channel for channel in present if channel in CHANNELS and CHANNELS[channel].asks}
    everyone = senders.everyone(reading())
    return [(one.id, f"{one.name} · {channel(one.channel)}") for one in everyone if one.channel in present]


@pages.get("/contacts/<int:id>/consents.json")
@needs(Role.EDITOR)
def consents(id: int) -> ResponseReturnValue:  # noqa: A002
    """What one person has agreed to, for them to have."""
    record = json.dumps(consent_record(reading(), id), ensure_ascii=False, indent=1)
    headers = {"Content-Disposition": f'attachment; filename="contact-{id}-consents.json"'}
    return Response(record, mimetype="application/json", headers=headers)


@pages.post("/contacts/<int:id>/erase")
@needs(Role.ADMINISTRATOR)
def erase(id: int) -> ResponseReturnValue:  # noqa: A002
    """For ever; who it is has to be ticked, so that nobody erases the wrong person by a press."""
    try:
        with writing() as session:
            erasure.erase(session, id, confirmed="confirmed" in request.form, by=by())
    except Problem as problem:
        say(problem)
        return redirect(url_for("contact.detail", id=id))
    flash(_("Erased. Only hashes of the addresses are kept, so that no import brings the person back."), "done")
    return redirect(url_for("contacts.index_view"))
