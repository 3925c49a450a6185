"""What a restored installation must not take for granted: time has passed since its backup was made.

Letters that wait in the backup may have been sent since, by the installation that is gone, and so may what the backup
saw as claimed or on the wire. Numbers that the backup has not seen may stand in links of letters that people have. So
nothing is sent until an operator opens the way, and numbers go on far above those that were given before.
"""

from datetime import datetime

from sqlalchemy import Text, delete, func, literal, select, text, update
from sqlalchemy.orm import Session

from core.queries import deliveries, gates
from core.queries.bell import ring
from core.rules.campaigns import next_state
from core.services import audit
from core.tables.campaigns import Campaign
from core.tables.deliveries import Batch
from core.tables.events import EventRow
from core.tables.gates import Gate
from core.tables.imports import Import
from core.tables.leases import Lease
from core.vocabulary import CampaignAction, CampaignState, GateScope

KEY = "restored"
FURTHER = 10_000
FURTHER_DELIVERIES = 100_000_000
"""More than can have been sent between a backup and its restoring: a link in a letter names its delivery."""


def settle(session: Session, *, made_at: str, paths: tuple[str, str], by: str, now: datetime) -> None:
    """Close the account's gate and bring a loaded database to the present; `paths`: data directory then, now."""
    gates.close(session, GateScope.ACCOUNT, KEY, reason="restored", by=by, made_at=made_at)
    _let_go(session, now)
    _count_on(session)
    order_events(session)
    old, new = (f"{path}/" for path in paths)
    moved = func.concat(literal(new, Text), func.substr(Import.path, len(old) + 1))
    session.execute(update(Import).where(Import.path.startswith(old, autoescape=True)).values(path=moved))
    audit.note(session, by, "restore", "installation", made_at=made_at)


def order_events(session: Session) -> None:
    """Another cluster counts transactions anew: without this, whoever follows the stream would skip new rows.

    Old events get numbers below all new ones, in their order.
    """
    newest = session.scalar(select(func.max(EventRow.recorded_xid)))
    current = session.scalar(text("SELECT pg_current_xact_id()::text::bigint")) or 0
    if newest is not None and newest >= current:
        session.execute(update(EventRow).values(recorded_xid=EventRow.recorded_xid - newest))


def waiting_since(session: Session) -> Gate | None:
    """The gate that a restored installation waits at."""
    return session.scalar(select(Gate).where(Gate.scope == GateScope.ACCOUNT, Gate.key == KEY))


def open_again(session: Session, *, go_on: bool, by: str) -> list[int]:
    """Let the installation send again; the campaigns that now are paused, to be resumed or cancelled one by one.

    With `go_on` none is paused: right where nothing was sent between the backup and the end of the old installation.
    """
    if waiting_since(session) is None:
        return []
    paused = [] if go_on else _pause_running(session, by)
    gates.open_again(session, GateScope.ACCOUNT, KEY)
    audit.note(session, by, "open", "installation", go_on=go_on, paused=paused)
    ring(session)
    return paused


def _pause_running(session: Session, by: str) -> list[int]:
    running = select(Campaign).where(Campaign.state == CampaignState.SENDING).order_by(Campaign.id).with_for_update()
    paused = []
    for campaign in session.scalars(running):
        campaign.state = next_state(campaign.state, CampaignAction.PAUSE)
        campaign.paused_why, campaign.paused_by = KEY, by
        gates.close(session, GateScope.CAMPAIGN, str(campaign.id), reason="paused", by=by)
        paused.append(campaign.id)
    return paused


def _let_go(session: Session, now: datetime) -> None:
    """Whoever held anything belongs to the installation that is gone."""
    for batch in session.scalars(select(Batch)).all():
        session.execute(deliveries.bring_back(batch.delivery_ids, now))
    session.execute(delete(Batch))
    session.execute(delete(Lease))


def _count_on(session: Session) -> None:
    sequences = session.execute(
        text(
            "SELECT pg_get_serial_sequence(format('public.%I', table_name), column_name), table_name "
            "FROM information_schema.columns WHERE table_schema = 'public' AND is_identity = 'YES'"
        )
    ).all()
    for sequence, table in sequences:
        further = FURTHER_DELIVERIES if table == "deliveries" else FURTHER
        session.execute(text("SELECT setval(:name, nextval(:name) + :further)"), {"name": sequence, "further": further})
