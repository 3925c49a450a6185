"""`sendbote check`: the proof that every recipient stands in exactly one state, and nothing contradicts."""

import typer

from cli.context import opened
from cli.output import AsJson, grouped, print_json
from core.queries import ledger
from texts import _, ngettext
from texts.offences import offence

app = typer.Typer(add_completion=False)


@app.command(help=_("Prove that every recipient stands in exactly one state."))
def check(as_json: AsJson = False) -> None:
    """Exit code 1 if anything contradicts."""
    with opened() as door, door.sessions() as session:
        totals, offences = ledger.totals(session), ledger.offences(session)
    rows = sum(count for name, count in totals.items() if name.startswith("deliveries."))
    if as_json:
        found = [{"code": one.code, "subject": one.subject, "rows": one.rows} for one in offences]
        print_json({"holds": not offences, "totals": totals, "offences": found})
    else:
        for one in offences:
            print(_("%(subject)s: %(what)s (%(rows)s)", subject=one.subject, what=offence(one.code), rows=one.rows))
        if not offences:
            print(
                ngettext(
                    "The ledger adds up: %(rows)s recipient, in one state.",
                    "The ledger adds up: %(rows)s recipients, each in one state.",
                    rows,
                    rows=grouped(rows),
                )
            )
    if offences:
        raise typer.Exit(1)
