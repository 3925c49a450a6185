"""`sendbote price` and what is left: what messages cost, and the balances of the channels."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.context import opened
from cli.output import BY, AsJson, print_json
from core.queries import prices as queries
from core.services import prices
from texts import _
from texts.costs import money

app = typer.Typer(no_args_is_help=True, help=_("Say what messages cost, and see what is left."))


@app.command("set", help=_("One part of a message to numbers that begin so costs so much."))
def set_(
    channel: str,
    amount: str,
    currency: str,
    prefix: Annotated[str, typer.Option(help=_("How the numbers begin, like +49; empty for all others."))] = "",
) -> None:
    with opened() as door, door.sessions.begin() as session:
        prices.put(session, channel=channel, prefix=prefix, amount=amount, currency=currency, by=BY)
    print(_("Saved."))


@app.command("list", help=_("The prices, and the balance of each channel as it was last told."))
def list_(as_json: AsJson = False) -> None:
    now = datetime.now(UTC)
    with opened() as door, door.sessions() as session:
        rows = [
            {"channel": one.channel, "prefix": one.prefix, "amount": f"{one.amount:f}", "currency": one.currency}
            for one in queries.table(session)
        ]
        held = {channel: queries.balance(session, channel, now) for channel in sorted({row["channel"] for row in rows})}
    if as_json:
        left = {name: f"{one.amount:.2f} {one.currency}" if one else None for name, one in held.items()}
        print_json({"prices": rows, "balances": left})
        return
    for row in rows:
        print(f"{row['channel']:<10} {row['prefix'] or '*':<8} {row['amount']} {row['currency']}")
    for channel, one in held.items():
        balance = money(one) if one else _("unknown")
        print(_("Balance of %(channel)s: %(balance)s", channel=channel, balance=balance))
