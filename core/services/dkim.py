"""The keys that sign letters: kept sealed, put to work once their record is published, retired when replaced."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import Refused
from core.queries import dkim as queries
from core.sealing import dkim_secret, seal
from core.services import audit
from core.tables.dkim import DkimKey
from core.vocabulary import DkimAlgorithm

LETTERS = {DkimAlgorithm.RSA: "r", DkimAlgorithm.ED25519: "e"}


def keep(
    session: Session,
    domain: str,
    algorithm: DkimAlgorithm,
    *,
    private: bytes,
    public: str,
    sealing: bytes,
    by: str,
    now: datetime,
) -> DkimKey:
    """A new key of the domain. It signs nothing before `put_to_work`: until its record is seen, or a person says so."""
    selector = _free_selector(session, domain, algorithm, now)
    row = DkimKey(
        domain=domain,
        selector=selector,
        algorithm=algorithm,
        sealed=seal(sealing, private, of=dkim_secret(domain, selector)),
        public=public,
        created_by=by,
        created_at=now,
    )
    session.add(row)
    session.flush()
    audit.note(session, by, "create", f"dkim:{row.id}", domain=domain, selector=selector)
    return row


def put_to_work(session: Session, key: DkimKey, *, by: str, now: datetime) -> None:
    """Letters are signed with it from now on; the one that did so until now is retired, in the same transaction.

    Raises Refused (`dkim.retired`) for a key whose time is over. A second call changes nothing.
    """
    session.refresh(key, with_for_update=True)
    if key.retired_at is not None:
        raise Refused("dkim.retired", id=key.selector)
    if key.signs_since is not None:
        return
    same = (DkimKey.domain == key.domain, DkimKey.algorithm == key.algorithm)
    session.execute(update(DkimKey).where(*same, *queries.SIGNING).values(retired_at=now))
    key.signs_since = now
    session.flush()
    audit.note(session, by, "sign_with", f"dkim:{key.id}", domain=key.domain, selector=key.selector)


def retire(session: Session, key: DkimKey, *, by: str, now: datetime) -> None:
    """Nothing is signed with it any more; its record has to stay until what is under way has arrived."""
    session.refresh(key, with_for_update=True)
    if key.retired_at is None:
        key.retired_at = now
        audit.note(session, by, "retire", f"dkim:{key.id}", domain=key.domain, selector=key.selector)


def _free_selector(session: Session, domain: str, algorithm: DkimAlgorithm, now: datetime) -> str:
    """Of year, month and algorithm, `s2611r`, and from the second on with a number behind it."""
    begin = f"s{now:%y%m}{LETTERS[algorithm]}"
    taken = set(session.scalars(select(DkimKey.selector).where(DkimKey.domain == domain)))
    numbered = (begin if number == 1 else f"{begin}{number}" for number in range(1, len(taken) + 2))
    return next(selector for selector in numbered if selector not in taken)
