"""`sendbote sender relay`: mail servers of a sender's own, by which its letters go and by no other."""

import asyncio
import sys
from typing import Annotated

import typer

from channels.email.own import admit, open_own
from cli.context import opened
from cli.finding import found
from cli.output import BY, AsJson, print_json
from core.queries import relays as queries
from core.services import relays
from core.services.relays import Wanted
from core.tables.campaigns import SenderRow
from core.tables.relays import RelayRow
from core.vocabulary import Tls
from texts import _
from texts.problems import sentence
from texts.relays import server

app = typer.Typer(no_args_is_help=True, help=_("Mail servers of a sender's own: its letters go by them and no other."))
Whose = Annotated[str, typer.Argument(metavar="SENDER", help=_("The sender's number or name."))]


@app.command(
    help=_("Add a server. Its password is asked for, or read from the standard input; it is never shown again.")
)
def add(
    whose: Whose,
    host: Annotated[str, typer.Argument(help=_("The server's name, such as smtp.example.org."))],
    port: Annotated[int, typer.Option(help=_("Where it takes letters."))] = 587,
    tls: Annotated[Tls, typer.Option(help=_("How the connection is encrypted."))] = Tls.REQUIRED,
    user: Annotated[str, typer.Option(help=_("As whom we log in; empty: without a login."))] = "",
    weight: Annotated[int, typer.Option(help=_("Its share among the sender's; 0 stands by."))] = 1,
    as_json: AsJson = False,
) -> None:
    wanted = Wanted(host, port, tls, user, _password() if user else "", weight)
    with opened() as door, door.sessions.begin() as session:
        admit(wanted.host.strip().lower(), wanted.port, door.settings)
        sender = found(session, SenderRow, whose)
        told = _told(relays.add(session, sender.id, wanted, sealing=door.keys.sealing, by=BY))
    print_json(told) if as_json else print(
        _("Letters of “%(name)s” go by %(host)s from now on.", name=sender.name, host=host)
    )


@app.command("list", help=_("The servers of a sender."))
def list_(whose: Whose, as_json: AsJson = False) -> None:
    with opened() as door, door.sessions() as session:
        rows = queries.of_sender(session, found(session, SenderRow, whose).id)
    if as_json:
        print_json([_told(row) for row in rows])
        return
    for row in rows:
        print(f"{row.id:>6}  {server(row)}")
    if not rows:
        print(_("It has none: its letters go by the mail servers of the installation."))


@app.command(help=_("Connect to a sender's servers, encrypt, log in and leave again; nothing is sent."))
def check(whose: Whose, as_json: AsJson = False) -> None:
    with opened() as door:
        with door.sessions() as session:
            sealed = queries.sealed(session, found(session, SenderRow, whose).id)
        found_out = [asyncio.run(open_own([one], door.settings, door.keys).check()) for one in sealed]
    if as_json:
        print_json(
            [
                {"host": one.host, "well": health.well, "code": health.code}
                for one, health in zip(sealed, found_out, strict=True)
            ]
        )
    else:
        for health in found_out:
            print(sentence(health.code, health.params))
    if not all(health.well for health in found_out):
        raise typer.Exit(1)


@app.command(help=_("Take a server away; without another the sender uses those of the installation."))
def remove(
    whose: Whose, which: Annotated[int, typer.Argument(metavar="NUMBER", help=_("Its number in the list."))]
) -> None:
    with opened() as door, door.sessions.begin() as session:
        relays.remove(session, which, sender_id=found(session, SenderRow, whose).id, by=BY)
    print(_("Removed."))


def _password() -> str:
    """Never an argument: those stand in the history of the shell and in the list of processes."""
    if sys.stdin.isatty():
        return str(typer.prompt(_("Password"), hide_input=True))
    return sys.stdin.readline().rstrip("\r\n")


def _told(row: RelayRow) -> dict[str, object]:
    return {
        "id": row.id,
        "host": row.host,
        "port": row.port,
        "tls": row.tls,
        "user": row.user_name,
        "weight": row.weight,
    }
