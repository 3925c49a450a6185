"""Whether a letter and a sender fit the channel that they are to go out on, and what holds for them there."""

from dataclasses import replace

from sqlalchemy.orm import Session

from core.errors import NotFound, Refused
from core.ports import Channels, Traits
from core.queries import templates as letters
from core.rules.markup import visible_length
from core.rules.short_messages import APPROVED
from core.tables.campaigns import SenderRow
from core.tables.contents import ContentRow

BESIDE = {"picture", "document"}
"""What makes a text a caption."""


def traits_for(channels: Channels, channel: str, content: ContentRow) -> Traits:
    """The channel's traits for this message: an approved template knows no window. Raises NotFound."""
    traits = channels.get(channel)
    if traits is None:
        raise NotFound("channel.not_found", channel=channel)
    return replace(traits, reply_window_hours=None) if APPROVED in content.extras else traits


def saved(session: Session, template_id: int | None, sender_id: int | None, *, campaign: str) -> ContentRow:
    """A draft's letter as last saved; raise Refused naming what it lacks to be sent."""
    if not template_id:
        raise Refused("campaign.no_template", name=campaign)
    sender = session.get(SenderRow, sender_id) if sender_id else None
    if sender is None or sender.archived_at is not None:
        raise Refused("campaign.no_sender", name=campaign)
    template = letters.get(session, template_id)
    if template.content_id is None:
        raise Refused("campaign.no_template", name=campaign)
    return session.get_one(ContentRow, template.content_id)


def fitting(
    session: Session, channels: Channels, channel: str, content: ContentRow, sender_id: int | None, *, campaign: str
) -> Traits:
    """What holds for this message on the channel; raise Refused if it cannot go out there."""
    traits = traits_for(channels, channel, content)
    if sender_id is not None:
        check_fit(traits, content, session.get_one(SenderRow, sender_id), campaign=campaign)
    return traits


def check_fit(traits: Traits, content: ContentRow, sender: SenderRow, *, campaign: str) -> None:
    """Raise Refused (`campaign.wrong_kind`, `…wrong_sender`, `…too_long`), or Invalid for what it cannot show."""
    if content.kind not in traits.kinds:
        raise Refused("campaign.wrong_kind", name=campaign, channel=traits.channel)
    if sender.channel != traits.channel:
        raise Refused("campaign.wrong_sender", name=campaign, sender=sender.name, channel=traits.channel)
    if traits.markup is not None:
        _check_text(traits, content, campaign)


def _check_text(traits: Traits, content: ContentRow, campaign: str) -> None:
    """As it stands in the template: what variables add is not known yet."""
    longest = traits.longest_caption if BESIDE & content.extras.keys() else traits.longest_text
    length = visible_length(content.source, traits.markup or ())
    if longest is not None and length > longest:
        raise Refused("campaign.too_long", name=campaign, length=length, longest=longest)
