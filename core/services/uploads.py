"""Uploaded files: personal data that lies about, and is deleted a while after the last thing done with it."""

from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import func, select

from core.database import Sessions
from core.rules.retention import Kept
from core.services import retention
from core.tables.imports import Import
from core.vocabulary import ImportState

log = structlog.get_logger()


def forget(sessions: Sessions, folder: Path, now: datetime) -> int:
    """Delete the old files of imports in `folder`, and no others; refused rows stay. Returns how many."""
    with sessions() as session:
        kept = retention.days(session, Kept.UPLOADS)
    if not kept:
        return 0
    last = func.coalesce(Import.finished_at, Import.created_at)
    old = select(Import).where(
        Import.path.startswith(f"{folder}/", autoescape=True),
        Import.state.not_in((ImportState.CHECKING, ImportState.APPLYING)),
        last < now - timedelta(days=kept),
    )
    with sessions.begin() as session:
        gone = [row for row in session.scalars(old.with_for_update(skip_locked=True)) if _deleted(row)]
        for row in gone:
            row.path = None
    return len(gone)


def _deleted(row: Import) -> bool:
    """A file that may not be deleted now is tried again at the next tick."""
    try:
        Path(row.path or "").unlink(missing_ok=True)
    except OSError as problem:
        log.warning("upload_not_deleted", import_id=row.id, problem=problem.strerror)
        return False
    return True
