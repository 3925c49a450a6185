"""Which pages there are, and the menu that leads to them."""

from dataclasses import dataclass

from flask import Flask, current_app
from flask_admin import Admin

from admin.access import may
from admin.context import panel
from admin.views import (
    beside,
    campaign,
    campaigns,
    contacts,
    conversations,
    countries,
    emergency,
    imports,
    keywords,
    limit,
    manner,
    numbers,
    operators,
    own,
    pictures,
    relays,
    retention,
    returns,
    seeds,
    segments,
    senders,
    series,
    settings,
    starting,
    style,
    suppression_lists,
    suppressions,
    templates,
    timing,
    topics,
    why,
    wizard,
)
from core.tables.campaigns import Campaign
from core.tables.contacts import Contact
from core.tables.imports import Import
from core.tables.operators import Operator
from core.tables.segments import Segment
from core.tables.suppression import Suppression
from core.tables.templates import Template
from core.vocabulary import Role
from texts import _

PAGES = (
    imports.pages,
    operators.pages,
    contacts.pages,
    conversations.pages,
    own.pages,
    style.pages,
    campaign.pages,
    numbers.pages,
    wizard.pages,
    timing.pages,
    series.pages,
    segments.pages,
    suppressions.pages,
    suppression_lists.pages,
    starting.pages,
    templates.pages,
    pictures.pages,
    beside.pages,
    senders.pages,
    relays.pages,
    settings.pages,
    retention.pages,
    countries.pages,
    manner.pages,
    topics.pages,
    keywords.pages,
    seeds.pages,
    returns.pages,
    limit.pages,
    emergency.pages,
    why.pages,
)

SETTINGS = ("settings", "manner", "retention", "returns", "sender", "relay", "topic", "keyword", "seed")
LISTS = ("suppressions", "suppression", "suppression_lists")


@dataclass(frozen=True, slots=True)
class Item:
    label: str
    endpoint: str
    icon: str
    blueprints: tuple[str, ...]
    apart: bool = False


def install(app: Flask, admin: Admin) -> None:
    """Register lists and pages; needs an application context."""
    db = panel()
    admin.add_view(contacts.ContactList(Contact, db, endpoint="contacts", url="/contacts"))
    admin.add_view(campaigns.CampaignList(Campaign, db, endpoint="campaigns", url="/campaigns"))
    admin.add_view(segments.SegmentList(Segment, db, endpoint="segments", url="/segments"))
    admin.add_view(templates.TemplateList(Template, db, endpoint="templates", url="/templates"))
    lists = suppressions.SuppressionListView(Suppression, db, endpoint="suppressions", url="/do-not-contact")
    admin.add_view(lists)
    admin.add_view(imports.ImportList(Import, db, endpoint="imports", url="/imports"))
    admin.add_view(operators.OperatorList(Operator, db, endpoint="operators", url="/operators"))
    for pages in PAGES:
        app.register_blueprint(pages)


def menu() -> list[Item]:
    """What the person at the browser may go to."""
    items = [
        Item(_("Campaigns"), "campaigns.index_view", "campaigns", ("campaigns", "campaign", "wizard", "timing", "why")),
        Item(_("Series"), "series.index", "series", ("series",)),
        Item(_("Templates"), "templates.index_view", "templates", ("templates", "template", "starting")),
        Item(_("Segments"), "segments.index_view", "segments", ("segments", "segment")),
        Item(_("Contacts"), "contacts.index_view", "contacts", ("contacts", "contact")),
        Item(_("Conversations"), "conversation.index", "conversations", ("conversation",)),
        Item(
            _("Do not contact"),
            "suppressions.index_view",
            "suppressions",
            ("suppressions", "suppression", "suppression_lists"),
        ),
        Item(_("Daily limit"), "limit.show", "limit", ("limit",)),
        Item(_("Imports"), "imports.index_view", "imports", ("imports", "import")),
    ]
    if may(Role.ADMINISTRATOR):
        items.append(Item(_("Operators"), "operators.index_view", "operators", ("operators", "operator"), apart=True))
        items.append(Item(_("Settings"), "settings.show", "settings", SETTINGS))
    return [item for item in items if item.endpoint in current_app.view_functions]
