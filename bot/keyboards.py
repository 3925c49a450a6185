"""The buttons below each message, drawn from the state of what it shows."""

from collections.abc import Sequence
from datetime import datetime

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot import words
from bot.presses import (
    AtPressed,
    DoubtsPressed,
    FailuresPressed,
    HoursPressed,
    LaterPressed,
    LaunchPressed,
    ListedPressed,
    MovePressed,
    NewcomersPressed,
    OpenPressed,
    PagePressed,
    PartPressed,
    PreviewPressed,
    RefreshPressed,
    ReleasePressed,
    SendMorePressed,
    SurePressed,
    WhyPressed,
)
from core.rules.campaigns import actions
from core.tables.campaigns import Campaign
from core.vocabulary import CampaignAction, CampaignState, DoubtDecision
from texts import _, doubts, reasons

NAME_AT_MOST = 40
KEEPS_HOURS = (CampaignState.DRAFT, CampaignState.SCHEDULED, CampaignState.SENDING, CampaignState.PAUSED)
HOURS = ((9, 20), (8, 18), (18, 22))
Rows = list[list[InlineKeyboardButton]]


def card(campaign: Campaign, in_doubt: int = 0, failed: int = 0) -> InlineKeyboardMarkup:
    """What may be done in the campaign's state; a launch begins with its preview."""
    moves = [_move(campaign, action) for action in actions(campaign.state)]
    if campaign.state == CampaignState.SENT:
        moves.append(_button(_("Send to newcomers"), NewcomersPressed(campaign_id=campaign.id)))
    undecided = _("Decide about %(count)s in doubt", count=words.number(in_doubt))
    timed = (
        [_button(_("Sending hours"), HoursPressed(campaign_id=campaign.id))] if campaign.state in KEEPS_HOURS else []
    )
    ask = [_button(undecided, DoubtsPressed(campaign_id=campaign.id))] if in_doubt else []
    if failed:
        why_not = _("What failed (%(count)s)", count=words.number(failed))
        ask.append(_button(why_not, FailuresPressed(campaign_id=campaign.id)))
    below = [_button(_("Refresh"), RefreshPressed(campaign_id=campaign.id))]
    if campaign.origin_id is not None:
        below.append(_button(_("One recipient"), WhyPressed(campaign_id=campaign.id)))
    return _keyboard([moves, timed, ask, below])


def addresses(campaign_id: int) -> InlineKeyboardMarkup:
    return _keyboard([[_button(_("Show the addresses"), FailuresPressed(campaign_id=campaign_id, named=True))]])


def decisions(campaign: Campaign) -> InlineKeyboardMarkup:
    """A cancelled campaign sends nothing more."""
    offered = [
        one for one in DoubtDecision if one is not DoubtDecision.RETRY or campaign.state != CampaignState.CANCELLED
    ]
    pressed = [_button(doubts.button(one), DoubtsPressed(campaign_id=campaign.id, decision=one)) for one in offered]
    return _keyboard([[one] for one in pressed])


def preview(
    campaign_id: int,
    confirmation: str | None,
    count: int,
    *,
    newcomers: bool = False,
    later: bool = False,
    lasts_for: int | None = None,
) -> InlineKeyboardMarkup:
    """Without a confirmation there is nothing to launch; where the money lasts for some, a part."""
    if confirmation is None:
        return _keyboard([[_back(campaign_id)]])
    offered = (
        [_button(_("At a time …"), LaterPressed(campaign_id=campaign_id, confirmation=confirmation))] if later else []
    )
    begin = _begin(campaign_id, confirmation, count, newcomers=newcomers, lasts_for=lasts_for)
    return _keyboard([begin, offered, [_back(campaign_id)]])


def _begin(
    campaign_id: int, confirmation: str, count: int, *, newcomers: bool, lasts_for: int | None
) -> list[InlineKeyboardButton]:
    if lasts_for == 0:
        return []
    if lasts_for is not None:
        label = _("Launch a part: about %(some)s of %(count)s", some=words.number(lasts_for), count=words.number(count))
        return [_button(label, PartPressed(campaign_id=campaign_id, confirmation=confirmation))]
    kind = SendMorePressed if newcomers else LaunchPressed
    label = _("Launch to %(count)s", count=words.number(count))
    return [_button(label, kind(campaign_id=campaign_id, confirmation=confirmation))]


def times(campaign_id: int, confirmation: str, offered: Sequence[tuple[datetime, str]]) -> InlineKeyboardMarkup:
    """When a launch may be, in words."""
    rows = [
        [
            _button(
                label, AtPressed(campaign_id=campaign_id, confirmation=confirmation, minute=int(at.timestamp()) // 60)
            )
        ]
        for at, label in offered
    ]
    return _keyboard([*rows, [_back(campaign_id)]])


def hours(campaign_id: int) -> InlineKeyboardMarkup:
    spans = [
        _button(f"{opens:02}:00–{closes:02}:00", HoursPressed(campaign_id=campaign_id, opens=opens, closes=closes))
        for opens, closes in HOURS
    ]
    anytime = _button(_("At any time"), HoursPressed(campaign_id=campaign_id, opens=0, closes=0))
    return _keyboard([spans, [anytime], [_back(campaign_id)]])


def look(campaign_id: int) -> InlineKeyboardMarkup:
    return _keyboard([[_button(_("Look at it"), OpenPressed(campaign_id=campaign_id))]])


def look_again(campaign_id: int) -> InlineKeyboardMarkup:
    return _keyboard(
        [
            [
                _button(_("Preview"), PreviewPressed(campaign_id=campaign_id)),
                _button(_("Back"), RefreshPressed(campaign_id=campaign_id)),
            ]
        ]
    )


def releases(blocked: Sequence[tuple[int | None, str]]) -> InlineKeyboardMarkup:
    """One for each block that stands: a sender's, or (None) the account's, with its name."""
    return _keyboard(
        [
            [_button(_("Release: %(whose)s", whose=whose), ReleasePressed(sender_id=sender_id))]
            for sender_id, whose in blocked
        ]
    )


def listed(suppression_ids: Sequence[int]) -> InlineKeyboardMarkup:
    """One for each entry that the operator may release."""
    return _keyboard(
        [
            [_button(_("Release: %(whose)s", whose=f"#{one}"), ListedPressed(suppression_id=one))]
            for one in suppression_ids
        ]
    )


def sure(campaign_id: int) -> InlineKeyboardMarkup:
    return _keyboard(
        [
            [
                _button(_("Yes, cancel it"), SurePressed(campaign_id=campaign_id, cancel=True)),
                _button(_("No"), SurePressed(campaign_id=campaign_id, cancel=False)),
            ]
        ]
    )


def campaigns(
    shown: Sequence[Campaign], page: int = 0, *, newer: bool = False, older: bool = False
) -> InlineKeyboardMarkup:
    rows = [[_button(_line(campaign), OpenPressed(campaign_id=campaign.id))] for campaign in shown]
    turns = []
    if newer:
        turns.append(_button(_("‹ Newer"), PagePressed(page=page - 1)))
    if older:
        turns.append(_button(_("Older ›"), PagePressed(page=page + 1)))
    return _keyboard([*rows, turns])


def _move(campaign: Campaign, action: CampaignAction) -> InlineKeyboardButton:
    if action == CampaignAction.LAUNCH:
        return _button(_("Preview and launch"), PreviewPressed(campaign_id=campaign.id))
    return _button(reasons.action(action), MovePressed(campaign_id=campaign.id, action=action))


def _back(campaign_id: int) -> InlineKeyboardButton:
    return _button(_("Back"), RefreshPressed(campaign_id=campaign_id))


def _line(campaign: Campaign) -> str:
    return f"{words.name(campaign.name, NAME_AT_MOST)} · {words.state(campaign.state)}"


def _button(text: str, pressed: CallbackData) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=pressed.pack())


def _keyboard(rows: Rows) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[row for row in rows if row])
