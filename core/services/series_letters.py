"""Exchanging the letter of a series: for the runs that are still to come."""

from sqlalchemy.orm import Session

from core.errors import Refused
from core.ports import Channels
from core.queries import audience
from core.queries import series as queries
from core.queries import templates as letters
from core.services import approvals, audit
from core.services.fitting import fitting, saved
from core.tables.series import Series
from core.vocabulary import SeriesState


def exchange(
    session: Session, series_id: int, template_id: int, *, seen: int | None = None, channels: Channels, by: str
) -> Series:
    """Send this letter from the next run on, as it was last saved; rhythm and segments stay, and so do later channels.

    `seen` is the content that whoever decides has looked at. Raises NotFound, Refused (`series.ended`,
    `series.same_letter`, `series.letter_changed` where another was saved meanwhile, `series.letter_takes_two` where the
    size asks for two people), and Refused or Invalid as a launch does where it could not go out on the channel.
    """
    series = queries.locked(session, series_id)
    if series.state == SeriesState.ENDED:
        raise Refused("series.ended", name=series.name)
    template = letters.get(session, template_id)
    content = saved(session, template_id, series.sender_id, campaign=series.name)
    if seen is not None and seen != content.id:
        raise Refused("series.letter_changed", name=template.name)
    if content.id == series.content_id:
        raise Refused("series.same_letter", name=series.name)
    fitting(session, channels, series.channel, content, series.sender_id, campaign=series.name)
    if approvals.is_needed(session, audience.count(session, series.audience)):
        raise Refused("series.letter_takes_two", name=series.name)
    before, series.template_id, series.content_id = series.content_id, template_id, content.id
    audit.note(session, by, "letter", f"series:{series_id}", template=template_id, before=before, after=content.id)
    return series
