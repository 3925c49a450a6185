"""Which keys a domain has, and which of them sign now."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.messages import SealedKey
from core.tables.dkim import DkimKey

SIGNING = (DkimKey.signs_since.is_not(None), DkimKey.retired_at.is_(None))
WAITING = (DkimKey.signs_since.is_(None), DkimKey.retired_at.is_(None))


def of_domain(domain: str) -> Select[DkimKey]:
    return select(DkimKey).where(DkimKey.domain == domain).order_by(DkimKey.created_at, DkimKey.id)


def everything() -> Select[DkimKey]:
    return select(DkimKey).order_by(DkimKey.domain, DkimKey.created_at, DkimKey.id)


def waiting(domain: str | None = None) -> Select[DkimKey]:
    """Those whose record has not been seen yet, of one domain if it is named."""
    statement = everything().where(*WAITING)
    return statement if domain is None else statement.where(DkimKey.domain == domain)


def get(session: Session, domain: str, selector: str) -> DkimKey:
    """Raise NotFound (`dkim.not_found`) if there is none."""
    found = session.scalar(select(DkimKey).where(DkimKey.domain == domain, DkimKey.selector == selector))
    if found is None:
        raise NotFound("dkim.not_found", id=selector, domain=domain)
    return found


def signing(session: Session, domain: str) -> Sequence[SealedKey]:
    """With what letters from that domain are signed: at most one key an algorithm, RSA first.

    The stronger signature stands above: some receivers look at the first few alone, and all of them know RSA.
    """
    rows = session.scalars(of_domain(domain).where(*SIGNING).order_by(None).order_by(DkimKey.algorithm.desc()))
    return [SealedKey(row.domain, row.selector, row.algorithm, row.sealed) for row in rows]
