"""`sendbote sender`: from whom letters come."""

from typing import Annotated

import typer

from cli.context import opened
from cli.output import BY, AsJson, print_json
from core.services import senders
from core.vocabulary import CHANNEL_EMAIL
from texts import _

app = typer.Typer(no_args_is_help=True, help=_("Say from whom letters come."))


@app.command(help=_("Make a sender: the name and the address that recipients see."))
def create(
    name: str,
    address: str,
    reply_to: Annotated[str | None, typer.Option(help=_("Where answers go; else to the address itself."))] = None,
    channel: Annotated[str, typer.Option(help=_("The channel: email, sms, telegram, whatsapp …"))] = CHANNEL_EMAIL,
    pool: Annotated[list[str], typer.Option(help=_("One more number that shares the work; may be repeated."))] = [],  # noqa: B006 - Typer's
    as_json: AsJson = False,
) -> None:
    with opened() as door, door.sessions.begin() as session:
        made = senders.create(session, name=name, address=address, reply_to=reply_to, channel=channel, pool=pool, by=BY)
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
