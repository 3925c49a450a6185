"""Reading series and their runs."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.tables.campaigns import Campaign
from core.tables.series import Series
from core.vocabulary import SeriesState

SHOWN = 200


def get(session: Session, series_id: int) -> Series:
    """Raise NotFound (`series.not_found`) if there is none."""
    series = session.get(Series, series_id)
    if series is None:
        raise NotFound("series.not_found", id=series_id)
    return series


def locked(session: Session, series_id: int) -> Series:
    """As it is now, locked until the transaction ends: two schedulers take turns."""
    statement = select(Series).where(Series.id == series_id).with_for_update()
    series = session.scalar(statement.execution_options(populate_existing=True))
    if series is None:
        raise NotFound("series.not_found", id=series_id)
    return series


def everything(session: Session) -> list[Series]:
    """Those that run first, by their next run; those that have ended last."""
    ordered = select(Series).order_by(Series.next_at.asc().nulls_last(), Series.id.desc())
    return list(session.scalars(ordered.limit(SHOWN)))


def due(session: Session, now: datetime) -> list[int]:
    """Series of which a run is due, the longest waiting first."""
    come = (Series.state == SeriesState.ACTIVE, Series.next_at <= now)
    return list(session.scalars(select(Series.id).where(*come).order_by(Series.next_at, Series.id)))


def due_by_name(session: Session, now: datetime) -> list[tuple[str, datetime]]:
    """Name and time of each run that is due by now."""
    come = (Series.state == SeriesState.ACTIVE, Series.next_at <= now)
    found = select(Series.name, Series.next_at).where(*come).order_by(Series.next_at, Series.id)
    return [(name, at) for name, at in session.execute(found) if at is not None]


def runs(session: Session, series_id: int, limit: int = 50) -> list[Campaign]:
    """The newest first."""
    ours = select(Campaign).where(Campaign.series_id == series_id).order_by(Campaign.id.desc())
    return list(session.scalars(ours.limit(limit)))


def running(session: Session) -> list[Series]:
    """Those that run, locked."""
    return list(session.scalars(select(Series).where(Series.state == SeriesState.ACTIVE).with_for_update()))


def has_run(session: Session, series_id: int, day: date) -> bool:
    """Whether there is a campaign for that day already."""
    statement = select(Campaign.id).where(Campaign.series_id == series_id, Campaign.occurrence == day)
    return session.scalar(statement) is not None
