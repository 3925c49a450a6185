"""`sendbote seeds`: addresses of your own that get a copy of every campaign on their channel."""

from typing import Annotated

import typer

from channels import registry
from cli.context import opened
from cli.output import BY, AsJson, print_json
from core.errors import NotFound
from core.queries import seeds as queries
from core.queries.seeds import Standing
from core.services import seeds
from core.vocabulary import CHANNEL_EMAIL
from texts import _
from texts.seeds import whose, why

app = typer.Typer(no_args_is_help=True, help=_("Addresses of your own that get a copy of every campaign."))


@app.command(help=_("Send a copy of every campaign to this address from now on."))
def add(
    address: str,
    channel: Annotated[str, typer.Option(help=_("The channel: email, sms, telegram, whatsapp …"))] = CHANNEL_EMAIL,
    note: Annotated[str, typer.Option(help=_("Whose it is, for those who read the list."))] = "",
    fallbacks: Annotated[
        bool,
        typer.Option("--fallbacks", help=_("Show no recipient's values in it: for mailboxes of other companies.")),
    ] = False,
    as_json: AsJson = False,
) -> None:
    if channel not in registry.PROVIDERS:
        raise NotFound("channel.not_found", channel=channel)
    with opened() as door, door.sessions.begin() as session:
        key, country = door.keys.addresses, door.settings.default_country
        given = (session, channel, address)
        made = seeds.add(*given, note=note, as_recipient=not fallbacks, key=key, country=country, by=BY)
        told = _told(next(one for one in queries.every(session) if one.seed is made))
    print_json(told) if as_json else print(_("%(address)s gets a copy of every campaign from now on.", **told))
    if told["reason"] and not as_json:
        print(_("But not as long as this holds: %(why)s.", why=why(str(told["reason"]))))


@app.command("list", help=_("All seed addresses, and why one gets nothing."))
def list_(as_json: AsJson = False) -> None:
    with opened() as door, door.sessions() as session:
        found = queries.every(session)
        rows = [_told(one) for one in found]
    if as_json:
        print_json(rows)
        return
    for one in found:
        parts = [one.seed.channel, one.seed.address, whose(one), one.seed.note]
        print(f"{one.seed.id:>6}  " + "  ".join(part for part in parts if part))
        if one.reason:
            print("        " + _("Gets nothing: %(why)s.", why=why(one.reason)))
    if not found:
        print(_("There are none. Add one with: sendbote seeds add ADDRESS"))


@app.command(help=_("Send no more copies to this address."))
def remove(
    which: Annotated[str, typer.Argument(metavar="ADDRESS", help=_("The address, or its number in the list."))],
) -> None:
    with opened() as door, door.sessions.begin() as session:
        found = seeds.found(session, which, key=door.keys.addresses, country=door.settings.default_country)
        address = seeds.remove(session, found.id, by=BY).address
    print(_("%(address)s gets no more copies.", address=address))


def _told(one: Standing) -> dict[str, object]:
    seed = one.seed
    return {
        "id": seed.id,
        "channel": seed.channel,
        "address": seed.address,
        "note": seed.note,
        "as_recipient": seed.as_recipient,
        "reason": one.reason,
    }
