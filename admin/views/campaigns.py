"""Campaigns: the list of them with state and progress."""

from typing import Any, ClassVar

from flask import g
from markupsafe import Markup
from sqlalchemy import Select, select

from admin.access import may
from admin.context import reading
from admin.views.lists import ListView
from admin.words import Formatter, ago, number
from core.queries import notices, statistics
from core.queries.statistics import Figures
from core.services import senders
from core.tables.campaigns import Campaign
from core.tables.contacts import Contact
from core.tables.notices import Notice
from core.tables.segments import Segment
from core.tables.templates import Template
from core.vocabulary import CampaignState, DeliveryState, Role
from texts import N_, _, reasons


class CampaignList(ListView):
    title = N_("Campaigns")
    intro = N_("One letter, the people who get it, and what became of it.")
    searched = N_("A part of the name")
    row_page = "campaign.detail"
    new_page = "wizard.begin"
    new_words = N_("New campaign")
    empty_words = N_("There are no campaigns yet.")
    list_template = "panel/campaigns.html"
    page_size = 25
    column_list = ("name", "state", "progress", "sent", "launched_at")
    column_labels: ClassVar[dict[str, str]] = {
        "name": N_("Name"),
        "state": N_("State"),
        "progress": N_("Progress"),
        "sent": N_("Sent"),
        "launched_at": N_("Launched"),
    }
    numbers = ("sent",)
    column_formatters: ClassVar[dict[str, Formatter]] = {
        "name": lambda _v, _c, row, _n: row.name,
        "state": lambda _v, _c, row, _n: _state(row),
        "progress": lambda _v, _c, row, _n: _progress(row),
        "sent": lambda _v, _c, row, _n: number(_figures(row).sent if row.origin_id else None),
        "launched_at": lambda _v, _c, row, _n: ago(row.launched_at or row.schedule_at),
    }

    def rows(self, search: str | None) -> Select[Any]:
        statement = select(Campaign)
        return statement.where(Campaign.name.icontains(search, autoescape=True)) if search else statement

    def notices(self) -> list[Notice]:
        """What those who may launch are told, until one of them has read it."""
        return notices.unread(reading()) if may(Role.LAUNCHER) else []

    def first_steps(self) -> list[tuple[bool, str, str]]:
        """What a new installation needs before its first campaign: whether it is there, its page, and in words."""
        session = reading()
        there = [session.scalar(select(table.id).limit(1)) is not None for table in (Contact, Segment, Template)]
        steps = [
            (there[0], "import.upload", _("Import contacts")),
            (there[1], "segment.new", _("Say whom you mean: a segment")),
            (there[2], "template.new", _("Write the letter: a template")),
            (bool(senders.everyone(session)), "sender.index", _("Say from whom it comes: a sender")),
            (False, "wizard.begin", _("Put them together: a campaign")),
        ]
        return [step for step in steps if step[1] != "sender.index" or step[0] or may(Role.ADMINISTRATOR)]


def _state(campaign: Campaign) -> Markup:
    badge = Markup('<span class="badge {}">{}</span>')
    shown = badge.format(campaign.state, reasons.state(campaign.state))
    if campaign.state == CampaignState.SENT and _figures(campaign).errors:
        shown += Markup(" ") + badge.format("care", _("with errors"))
    return shown


def _progress(campaign: Campaign) -> str | Markup:
    if campaign.origin_id is None:
        return ""
    figures = _figures(campaign)
    done = figures.recipients - figures.waiting - figures.states.get(DeliveryState.IN_DOUBT, 0)
    return Markup('<progress class="slim" max="{}" value="{}">{}</progress>').format(
        max(figures.recipients, 1), done, f"{done} / {figures.recipients}"
    )


def _figures(campaign: Campaign) -> Figures:
    """Asked for once a page and campaign."""
    known: dict[int, Figures] = g.setdefault("figures", {})
    if campaign.id not in known:
        known[campaign.id] = statistics.figures(reading(), campaign.id)
    return known[campaign.id]
