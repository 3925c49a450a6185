"""Campaigns: the list of them with state and progress."""

from typing import Any, ClassVar

from flask import url_for
from markupsafe import Markup
from sqlalchemy import Select, select

from admin.access import may
from admin.context import reading
from admin.views.lists import ListView
from admin.words import Formatter, ago, number
from core.queries import limits, notices
from core.queries.statistics import Figures
from core.services import senders
from core.tables.campaigns import Campaign
from core.tables.contacts import Contact
from core.tables.gates import Gate
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
        "sent": lambda _v, _c, row, _n: Markup('<span data-told="sent"></span>') if row.origin_id else number(None),
        "launched_at": lambda _v, _c, row, _n: ago(row.launched_at or row.schedule_at),
    }

    def rows(self, search: str | None) -> Select[Any]:
        statement = select(Campaign)
        return statement.where(Campaign.name.icontains(search, autoescape=True)) if search else statement

    def notices(self) -> list[Notice]:
        """What those who may launch are told, until one of them has read it."""
        return notices.unread(reading()) if may(Role.LAUNCHER) else []

    def blocks(self) -> list[Gate]:
        """One for each cause for which campaigns are stopped by the daily limit."""
        return list({one.reason: one for one in limits.blocks(reading())}.values())

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


def result(campaign: Campaign, figures: Figures) -> dict[str, str]:
    """What the list shows of a campaign that was launched: progress, sent, and whether there were errors."""
    done = figures.recipients - figures.waiting - figures.states.get(DeliveryState.IN_DOUBT, 0)
    progress = Markup('<progress class="slim" max="{}" value="{}">{}</progress>')
    errors = campaign.state == CampaignState.SENT and figures.errors
    return {
        "progress": progress.format(max(figures.recipients, 1), done, f"{done} / {figures.recipients}"),
        "sent": str(number(figures.sent)),
        "errors": Markup('<span class="badge care">{}</span>').format(_("with errors")) if errors else "",
    }


def _state(campaign: Campaign) -> Markup:
    badge = Markup('<span class="badge {}">{}</span> <span data-told="errors"></span>')
    return badge.format(campaign.state, reasons.state(campaign.state))


def _progress(campaign: Campaign) -> str | Markup:
    """Counted by the page itself, row by row: with a million recipients it takes most of a second."""
    if campaign.origin_id is None:
        return ""
    asked = Markup('<span data-told="progress" data-result="{}"><progress class="slim"></progress></span>')
    return asked.format(url_for("campaign.counted", id=campaign.id))
