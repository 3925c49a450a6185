"""Keeping pictures for letters."""

import secrets

from sqlalchemy.orm import Session

from core.services import audit
from core.tables.pictures import PictureRow


def keep(session: Session, *, body: bytes, kind: str, width: int, height: int, by: str) -> str:
    """Keep a picture that is ready to be served; its name, which nobody can guess."""
    name = f"{secrets.token_urlsafe(16)}.{kind}"
    row = PictureRow(name=name, body=body, width=width, height=height, added_by=by)
    session.add(row)
    session.flush()
    audit.note(session, by, "add", f"picture:{row.id}")
    return name
