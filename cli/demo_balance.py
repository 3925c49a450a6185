"""`sendbote demo-balance`: an SMS campaign that runs out of money at 40 % and finishes by itself after the top-up."""

import json
import signal
import time
from dataclasses import asdict
from typing import Annotated

import typer

from cli.context import Opened, opened
from cli.demonstration import money
from cli.demonstration.installation import running
from cli.demonstration.money import Moment
from cli.demonstration.outside import Outside
from texts import _
from texts.gates import gate
from texts.problems import sentence
from texts.reasons import state

app = typer.Typer(add_completion=False)
FAST = {"SENDBOTE_SMS_RATE": "500"}


@app.command(help=_("Let an SMS campaign run out of money at 40 %, top up, and show its ledger at each moment."))
def demo_balance(
    recipients: Annotated[int, typer.Option(min=10, max=20_000)] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))] = False,
) -> None:
    """In an installation of its own that is removed at the end; exit code 1 if the ledger does not add up."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with running(quiet=True, more=FAST) as installation, opened(settings=installation.settings) as door:
        assert installation.addresses.sandbox
        moments, refused, arrived = _rehearse(door, Outside(installation.addresses.sandbox), recipients)
    holds = _holds(moments, arrived, recipients)
    if as_json:
        print(
            json.dumps({"holds": holds, "refused": refused, "arrived": arrived, "moments": list(map(asdict, moments))})
        )
    else:
        _show(moments, refused, arrived)
        print(_("The ledger adds up.") if holds else _("The ledger does not add up."))
    if not holds:
        raise typer.Exit(1)


def _rehearse(door: Opened, outside: Outside, recipients: int) -> tuple[list[Moment], str, dict[str, int]]:
    """The ledger at each moment, why the whole was refused, and what reached phones: messages, different numbers."""
    begins = money.enough_for(recipients)
    outside.let_account_hold(str(begins), str(money.PRICE))
    campaign_id, since = money.draft(door, recipients), time.monotonic()
    refusal = money.launch_part(door, campaign_id)
    money.empty(door, campaign_id)
    moments = [money.look(door, campaign_id, _("Out of money"), outside.account_holds(), since)]
    outside.let_account_hold(str(recipients * money.PRICE), str(money.PRICE))
    money.over(door, campaign_id)
    moments.append(money.look(door, campaign_id, _("After the top-up"), outside.account_holds(), since))
    return moments, sentence(refusal.code, refusal.params), outside.texts()


def _holds(moments: list[Moment], arrived: dict[str, int], recipients: int) -> bool:
    empty, over = moments
    first = int(recipients * money.LASTS_FOR)
    at_first = empty.states.get("sent", 0) + empty.states.get("delivered", 0)
    return (
        at_first == first
        and sum(empty.states.values()) == sum(over.states.values()) == recipients
        and set(over.states) <= {"sent", "delivered"}
        and arrived == {"messages": recipients, "recipients": recipients}
        and not (empty.offences or over.offences)
    )


def _show(moments: list[Moment], refused: str, arrived: dict[str, int]) -> None:
    print(_("Launched whole, it is refused:"), refused)
    for one in moments:
        print("\n" + _("%(moment)s (%(seconds)s s, balance %(balance)s)", moment=one.words, **_figures(one)))
        for code, count in one.states.items():
            print(f"{count:>10,}  {state(code)}")
        print(f"{sum(one.states.values()):>10,}", _("recipients"), sep="  ")
        for reason in one.waits_for:
            print(f"{'':>12}{gate(reason)}")
    print("\n" + _("On phones: %(messages)s messages to %(recipients)s numbers.", **arrived))


def _figures(one: Moment) -> dict[str, object]:
    return {"seconds": one.seconds, "balance": one.balance}
