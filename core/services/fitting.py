"""Whether a letter and a sender fit the channel that they are to go out on, and what holds for them there."""

from dataclasses import replace

from sqlalchemy.orm import Session

from core.errors import NotFound, Refused
from core.ports import Channels, Traits
from core.queries import attachments
from core.queries import templates as letters
from core.rules.markup import visible_length
from core.rules.outside import Outside, cannot_fetch
from core.rules.short_messages import APPROVED, BUTTONS, DOCUMENT, beside
from core.tables.campaigns import SenderRow
from core.tables.contents import ContentRow


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
        check_fit(session, traits, content, session.get_one(SenderRow, sender_id), campaign=campaign)
    return traits


def check_fit(session: Session, traits: Traits, content: ContentRow, sender: SenderRow, *, campaign: str) -> None:
    """Raise Refused (`campaign.wrong_kind`, `…wrong_sender`, `…too_long`, …), or Invalid for what it cannot show."""
    if content.kind not in traits.kinds:
        raise Refused("campaign.wrong_kind", name=campaign, channel=traits.channel)
    if sender.channel != traits.channel:
        raise Refused("campaign.wrong_sender", name=campaign, sender=sender.name, channel=traits.channel)
    _check_text(traits, content, campaign)
    if APPROVED not in content.extras:
        _check_beside(session, traits, content, campaign)


def check_reach(outside: Outside, channel: str, content: ContentRow, *, campaign: str) -> None:
    """Raise Refused (`campaign.unreachable_file`) where a real provider could not fetch what stands beside the text."""
    if beside(content.extras) and cannot_fetch(outside, channel):
        raise Refused("campaign.unreachable_file", name=campaign, address=outside.public_url or "127.0.0.1")


def _check_text(traits: Traits, content: ContentRow, campaign: str) -> None:
    """As it stands in the template: what variables add is not known yet."""
    longest = traits.longest_caption if beside(content.extras) else traits.longest_text
    length = len(content.source) if traits.markup is None else visible_length(content.source, traits.markup)
    if longest is not None and length > longest:
        raise Refused("campaign.too_long", name=campaign, length=length, longest=longest)


def _check_beside(session: Session, traits: Traits, content: ContentRow, campaign: str) -> None:
    """By kind and size, as far as it is ours; what lies elsewhere only the provider sees."""
    if content.extras.get(BUTTONS) and not traits.buttons:
        raise Refused("campaign.no_buttons", name=campaign, channel=traits.channel)
    path, holds = beside(content.extras), traits.beside
    if path is None:
        return
    if holds is None:
        raise Refused("campaign.nothing_beside", name=campaign, channel=traits.channel)
    is_file = DOCUMENT in content.extras
    if is_file and not holds.captioned and content.source.strip():
        raise Refused("campaign.no_caption", name=campaign, channel=traits.channel)
    served = attachments.served(session, path)
    if served is None:
        return
    if is_file and served.kind not in holds.kinds:
        raise Refused("campaign.wrong_file", name=campaign, channel=traits.channel, kind=served.kind)
    most = holds.file_bytes if is_file else holds.picture_bytes
    if served.size > most:
        has = {"has": f"{served.size / 1e6:.1f}", "most": f"{most / 1e6:.0f}"}
        raise Refused("campaign.file_too_large", name=campaign, channel=traits.channel, **has)
