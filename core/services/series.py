"""Series: a campaign confirmed once that runs again and again; each run once, and each a campaign of its own."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core.database import Sessions
from core.errors import Invalid, Refused
from core.queries import audience, gates, segments
from core.queries import campaigns as drafts
from core.queries import series as queries
from core.queries import settings as business
from core.queries import steps as step_queries
from core.rules import rhythm as rhythms
from core.rules import wall
from core.rules.anniversaries import DateRule
from core.rules.outside import Outside
from core.rules.rhythm import Occurrence, Rhythm
from core.services import approvals, audit, campaigns, linking, notices, steps
from core.tables.campaigns import Campaign
from core.tables.series import Series
from core.tables.steps import CampaignStep
from core.vocabulary import AttributeType, CampaignState, SeriesState

OF_STEP = ("step", "channel", "template_id", "sender_id", "after_seconds", "silent", "unread")
COPIED = (
    "channel",
    "purpose",
    "template_id",
    "sender_id",
    "include",
    "exclude",
    "topic",
    "consent_required",
    "in_doubt_policy",
)


def create(
    session: Session,
    campaign_id: int,
    rhythm: Rhythm,
    *,
    date_rule: DateRule | None = None,
    confirmation: str,
    outside: Outside,
    by: str,
    now: datetime,
) -> Series | None:
    """Repeat a draft in this rhythm; the draft stays as it is, and what becomes of it does not touch the series.

    None: above the set size a second person has to want the same first.

    Raises Refused as a schedule does (`campaign.unconfirmed`, `campaign.dead_links`), and Invalid
    (`series.no_such_date`) where contacts have no such attribute with dates.
    """
    draft = drafts.locked(session, campaign_id)
    if draft.origin_id is not None:
        raise Refused("campaign.frozen", name=draft.name)
    linking.check(session, draft, outside)
    if date_rule is not None:
        date_rule.check()
        if segments.attribute_types(session).get(date_rule.attribute) is not AttributeType.DATE:
            raise Invalid("series.no_such_date", where="attribute", name=date_rule.attribute[:60])
    frozen = audience.frozen(session, draft.include, draft.exclude, now)
    content = campaigns.check_content(session, draft, frozen, confirmation)
    if not approvals.suffice(session, draft, confirmation, by=by, now=now):
        return None
    series = Series(
        name=draft.name,
        rhythm=rhythm.written(),
        date_rule=date_rule.written() if date_rule else None,
        next_at=_first_after(session, rhythm, now).at,
        content_id=content.id,
        audience=frozen,
        settings=draft.settings,
        steps=_steps(session, draft),
        created_by=by,
        **{name: getattr(draft, name) for name in COPIED},
    )
    session.add(series)
    session.flush()
    audit.note(session, by, "create", f"series:{series.id}", confirmation=confirmation, **rhythm.written())
    return series


def pause(session: Session, series_id: int, *, by: str) -> Series:
    """No run begins until it is resumed; one that has begun goes on."""
    return _moved(session, series_id, SeriesState.ACTIVE, SeriesState.PAUSED, by)


def resume(session: Session, series_id: int, *, by: str, now: datetime) -> Series:
    """What fell into the pause is not made up for."""
    series = _moved(session, series_id, SeriesState.PAUSED, SeriesState.ACTIVE, by)
    series.next_at = _first_after(session, Rhythm.kept(series.rhythm), now).at
    return series


def end(session: Session, series_id: int, *, by: str, now: datetime) -> Series:
    """For good; its runs stay what they are."""
    series = queries.locked(session, series_id)
    if series.state == SeriesState.ENDED:
        raise Refused("series.ended", name=series.name)
    series.state, series.next_at, series.ended_at = SeriesState.ENDED, None, now
    audit.note(session, by, "end", f"series:{series_id}")
    return series


def upcoming(session: Session, series: Series, now: datetime, count: int = 5) -> list[datetime]:
    """When its next runs are due; none of a series that is paused or has ended."""
    if series.state != SeriesState.ACTIVE:
        return []
    coming = rhythms.after(Rhythm.kept(series.rhythm), now, _zone(session))
    return [next(coming).at for _ in range(count)]


def retime(session: Session, before: ZoneInfo, after: ZoneInfo) -> None:
    """The account's clock is another one from now on: nine o'clock is nine o'clock by that."""
    for series in queries.running(session):
        if series.next_at is not None:
            day = series.next_at.astimezone(before).date()
            series.next_at = wall.moment(day, Rhythm.kept(series.rhythm).at, after)


def run_due(sessions: Sessions, series_id: int, now: datetime) -> int | None:
    """Schedule the run that is due, or skip what is due for too long; the id of the run's campaign, if there is one.

    An occurrence is run once: the series' row is locked, and the database refuses a second campaign for its day. What
    is late by more than `catch_up_hours` is skipped, and operators are told. Where nobody is meant, as on a day on
    which nobody has a birthday, no campaign is made. The run is then launched as whatever else is scheduled. While
    everything is stopped it waits.
    """
    with sessions.begin() as session:
        series = queries.locked(session, series_id)
        if series.state != SeriesState.ACTIVE or series.next_at is None or series.next_at > now:
            return None
        if gates.holds_all(session):
            return None
        if _skip_missed(session, series, now):
            return None
        occurrence = Occurrence(series.next_at.astimezone(_zone(session)).date(), series.next_at)
        series.next_at = _first_after(session, Rhythm.kept(series.rhythm), occurrence.at).at
        if queries.has_run(session, series_id, occurrence.day):
            return None
        return _run(session, series, occurrence, now)


def _skip_missed(session: Session, series: Series, now: datetime) -> bool:
    """Whether what is due is too late by now: then the series goes on with the first that is not, and says so."""
    latest = now - timedelta(hours=int(business.value(session, "catch_up_hours")))
    assert series.next_at is not None
    if series.next_at >= latest:
        return False
    missed, at = 1, series.next_at
    for occurrence in rhythms.after(Rhythm.kept(series.rhythm), series.next_at, _zone(session)):
        series.next_at = occurrence.at
        if occurrence.at >= latest:
            break
        missed += 1
    audit.note(session, "system", "skip", f"series:{series.id}", missed=missed)
    params = {"name": series.name, "at": at.isoformat(), "missed": missed}
    notices.tell(session, "runs_missed", params, now=now, campaign_id=None)
    return True


def _run(session: Session, series: Series, occurrence: Occurrence, now: datetime) -> int | None:
    frozen = _frozen(session, series, occurrence, now)
    if audience.first(session, frozen) is None:
        return None
    run = Campaign(
        name=f"{series.name} – {occurrence.day.isoformat()}",
        state=CampaignState.SCHEDULED,
        schedule_at=occurrence.at,
        scheduled_by=f"series:{series.id}",
        series_id=series.id,
        occurrence=occurrence.day,
        content_id=series.content_id,
        audience=frozen,
        settings=series.settings,
        created_by=f"series:{series.id}",
        **{name: getattr(series, name) for name in COPIED},
    )
    session.add(run)
    session.flush()
    session.add_all([CampaignStep(campaign_id=run.id, **step) for step in series.steps])
    audit.note(session, "system", "run", f"series:{series.id}", campaign=run.id, day=occurrence.day.isoformat())
    return run.id


def _steps(session: Session, draft: Campaign) -> list[dict[str, object]]:
    """The draft's later channels with their letters as they are now."""
    letters = steps.letters(session, draft)
    kept = [{name: getattr(step, name) for name in OF_STEP} for step in step_queries.of_campaign(session, draft.id)]
    return [{**step, "content_id": letter.id} for step, letter in zip(kept, letters, strict=True)]


def _frozen(session: Session, series: Series, occurrence: Occurrence, now: datetime) -> audience.Frozen:
    """The confirmed expressions, spoken of now, narrowed to those whose date it is."""
    frozen = {**series.audience, "as_of": business.local(session, now).isoformat()}
    if series.date_rule is None:
        return frozen
    theirs = DateRule.kept(series.date_rule).on(occurrence.day)
    return {**frozen, "include": [{"all": [tree, theirs]} for tree in frozen["include"]]}


def _moved(session: Session, series_id: int, before: SeriesState, after: SeriesState, by: str) -> Series:
    series = queries.locked(session, series_id)
    if series.state != before:
        raise Refused("series.not_now", name=series.name)
    series.state = after
    audit.note(session, by, "resume" if after == SeriesState.ACTIVE else "pause", f"series:{series_id}")
    return series


def _first_after(session: Session, rhythm: Rhythm, moment: datetime) -> Occurrence:
    return next(rhythms.after(rhythm, moment, _zone(session)))


def _zone(session: Session) -> ZoneInfo:
    return ZoneInfo(business.value(session, "timezone"))
