"""`sendbote sender`: from whom letters come."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from channels.email.domains.opening import DomainCheck
from cli import relays
from cli.context import opened
from cli.finding import found
from cli.output import BY, AsJson, print_json
from core.messages import Finding
from core.queries import domains as queries
from core.rules.addresses import mail_domain
from core.services import domains, senders
from core.tables.campaigns import SenderRow
from core.vocabulary import CHANNEL_EMAIL
from texts import _
from texts import domains as words

app = typer.Typer(no_args_is_help=True, help=_("Say from whom letters come."))
app.add_typer(relays.app, name="relay")


@app.command(help=_("Make a sender: the name and the address that recipients see."))
def create(
    name: str,
    address: str,
    reply_to: Annotated[str | None, typer.Option(help=_("Where answers go; else to the address itself."))] = None,
    channel: Annotated[str, typer.Option(help=_("The channel: email, sms, telegram, whatsapp …"))] = CHANNEL_EMAIL,
    pool: Annotated[list[str], typer.Option(help=_("One more number that shares the work; may be repeated."))] = [],  # noqa: B006 - Typer's
    per_second: Annotated[
        float | None, typer.Option(help=_("Messages a second that each of its numbers may send."))
    ] = None,
    as_json: AsJson = False,
) -> None:
    with opened() as door, door.sessions.begin() as session:
        made = senders.create(
            session,
            name=name,
            address=address,
            reply_to=reply_to,
            channel=channel,
            pool=pool,
            per_second=per_second,
            by=BY,
        )
        told = {"id": made.id, "name": made.name, "address": made.address}
    print_json(told) if as_json else print(_("Sender %(id)s, “%(name)s”, is there.", **told))


@app.command("list", help=_("All senders."))
def list_(as_json: AsJson = False) -> None:
    with opened() as door, door.sessions() as session:
        rows = [
            {"id": one.id, "name": one.name, "address": one.address, "channel": one.channel}
            for one in senders.everyone(session)
        ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        print(f"{row['id']:>6}  {row['name']} <{row['address']}>  {row['channel']}")


@app.command(help=_("Check whether other mail servers will accept letters from the senders' domains, or from one."))
def check(
    which: Annotated[
        str | None, typer.Argument(metavar="[DOMAIN|SENDER]", help=_("Else those of all senders."))
    ] = None,
    as_json: AsJson = False,
) -> None:
    with opened() as door:
        with door.sessions() as session:
            wanted = queries.in_use(session) if which is None else [_domain(session, which)]
        checker, now = DomainCheck(door.settings), datetime.now(UTC)
        told = {one: domains.check(door.sessions, one, checker, by=BY, now=now) for one in wanted}
    if as_json:
        print_json({one: [_told(finding) for finding in findings] for one, findings in told.items()})
        return
    if not told:
        print(_("There is no sender of letters yet."))
    for one, findings in told.items():
        _say(one, findings)


def _domain(session: Session, which: str) -> str:
    """A domain or an address has a dot; what has none is a sender's number or name."""
    return mail_domain(which if "." in which else found(session, SenderRow, which).address)


def _say(domain: str, findings: Sequence[Finding]) -> None:
    print(domain)
    for finding in findings:
        print(f"  {words.light(finding.light)}: {words.finding(finding.code, finding.params)}")
        if finding.record is not None:
            print(f"    {finding.record.name}. {finding.record.kind} {finding.record.value}")


def _told(finding: Finding) -> dict[str, Any]:
    record = finding.record
    return {
        "check": finding.check,
        "light": finding.light,
        "code": finding.code,
        "says": words.finding(finding.code, finding.params),
        "record": record and {"name": record.name, "kind": record.kind, "value": record.value},
    }
