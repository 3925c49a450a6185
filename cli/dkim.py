"""`sendbote dkim`: the keys that sign letters."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from channels.email.dkim import keys, record
from channels.email.domains.names import Resolver
from cli.context import Opened, opened
from cli.output import BY, AsJson, print_json
from core.queries import dkim as queries
from core.rules.addresses import mail_domain
from core.services import dkim
from core.tables.dkim import DkimKey
from core.vocabulary import DkimAlgorithm
from texts import _
from texts.dkim import state

app = typer.Typer(no_args_is_help=True, help=_("Sign letters (DKIM): make keys, replace them, show their records."))


class Kind(StrEnum):
    BOTH = "both"
    RSA = "rsa"
    ED25519 = "ed25519"


ALGORITHMS = {
    Kind.BOTH: (DkimAlgorithm.RSA, DkimAlgorithm.ED25519),
    Kind.RSA: (DkimAlgorithm.RSA,),
    Kind.ED25519: (DkimAlgorithm.ED25519,),
}
Domain = Annotated[str, typer.Argument(help=_("The part of the sender's address behind the @."))]
Selector = Annotated[str, typer.Argument(help=_("The key's name in its domain, as `show` prints it."))]
KindOf = Annotated[Kind, typer.Option("--kind", help=_("Every receiver knows RSA; Ed25519 costs less."))]


@app.command(help=_("Make keys for a domain and print the records to add; they sign once the records are seen."))
def make(domain: Domain, kind: KindOf = Kind.BOTH, as_json: AsJson = False) -> None:
    with opened() as door, door.sessions.begin() as session:
        made = [_make(door, session, mail_domain(domain), algorithm) for algorithm in ALGORITHMS[kind]]
        _tell(made, as_json)


@app.command(help=_("Make keys that follow those of the domain; the old ones sign until the new records are seen."))
def rotate(domain: Domain, as_json: AsJson = False) -> None:
    with opened() as door, door.sessions.begin() as session:
        now_signing = queries.signing(session, mail_domain(domain))
        algorithms = [DkimAlgorithm(key.algorithm) for key in now_signing] or ALGORITHMS[Kind.BOTH]
        made = [_make(door, session, mail_domain(domain), algorithm) for algorithm in algorithms]
        _tell(made, as_json)


@app.command(help=_("Show the keys, of one domain or of all, with their records."))
def show(
    domain: Annotated[str | None, typer.Argument(help=_("Else of all domains."))] = None, as_json: AsJson = False
) -> None:
    with opened() as door, door.sessions() as session:
        asked = queries.everything() if domain is None else queries.of_domain(mail_domain(domain))
        _tell(session.scalars(asked).all(), as_json)


@app.command(help=_("Look for the records of keys that wait; those that are found sign from now on."))
def check(
    domain: Annotated[str | None, typer.Argument(help=_("Else of all domains."))] = None, as_json: AsJson = False
) -> None:
    with opened() as door:
        names = Resolver(door.settings.dns)
        with door.sessions() as session:
            waiting = session.scalars(queries.waiting(domain and mail_domain(domain))).all()
        seen = {key.id for key in waiting if record.is_published(names, key)}
        with door.sessions.begin() as session:
            rows = [session.get_one(DkimKey, key.id) for key in waiting]
            for key in rows:
                if key.id in seen:
                    dkim.put_to_work(session, key, by=BY, now=datetime.now(UTC))
            _tell(rows, as_json)


@app.command(help=_("Sign with a key from now on, without looking for its record."))
def use(domain: Domain, selector: Selector) -> None:
    with opened() as door, door.sessions.begin() as session:
        key = queries.get(session, mail_domain(domain), selector)
        dkim.put_to_work(session, key, by=BY, now=datetime.now(UTC))
    print(_("Letters from %(domain)s are signed with %(selector)s.", domain=key.domain, selector=selector))


@app.command(help=_("Sign with a key no more."))
def retire(domain: Domain, selector: Selector) -> None:
    with opened() as door, door.sessions.begin() as session:
        key = queries.get(session, mail_domain(domain), selector)
        dkim.retire(session, key, by=BY, now=datetime.now(UTC))
    print(_("Nothing is signed with it any more. Leave its record for a week: letters may still be on their way."))


def _make(door: Opened, session: Session, domain: str, algorithm: DkimAlgorithm) -> DkimKey:
    pair = keys.make(algorithm)
    return dkim.keep(
        session,
        domain,
        algorithm,
        private=pair.private,
        public=pair.public,
        sealing=door.keys.sealing,
        by=BY,
        now=datetime.now(UTC),
    )


def _tell(rows: Sequence[DkimKey], as_json: bool) -> None:
    told = [_told(row) for row in rows]
    if as_json:
        print_json(told)
        return
    if not told:
        print(_("There are no keys. `sendbote dkim make DOMAIN` makes them."))
    for one in told:
        print(f"{one['domain']}  {one['selector']}  {one['algorithm']}  {state(one['state'])}")
        print(f"  {one['record']}. TXT {record.strings(one['value'])}")


def _told(row: DkimKey) -> dict[str, Any]:
    return {
        "domain": row.domain,
        "selector": row.selector,
        "algorithm": row.algorithm,
        "state": row.state,
        "record": record.name(row.domain, row.selector),
        "value": record.value(row.algorithm, row.public),
        "created_at": row.created_at,
        "signs_since": row.signs_since,
        "retired_at": row.retired_at,
    }
