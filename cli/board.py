"""What `sendbote up` shows first: where everything is, and once the first login."""

from rich.box import ROUNDED
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from cli.addresses import Addresses, Moved
from cli.first_login import FirstLogin
from texts import N_, _

NAMES = {
    "panel": N_("the panel"),
    "public": N_("the public pages"),
    "metrics": N_("the metrics"),
    "sandbox": N_("the sandbox"),
    "sandbox_smtp": N_("the sandbox's mail server"),
}


def board(addresses: Addresses, login: FirstLogin | None, console: Console) -> None:
    rows = Table.grid(padding=(0, 2))
    rows.add_column(style="bold", no_wrap=True)
    rows.add_column(overflow="fold")
    rows.add_row(_("Panel"), _address(addresses.panel))
    rows.add_row(_("Public pages"), _address(addresses.public))
    if addresses.sandbox:
        rows.add_row(_("Sandbox"), _address(addresses.sandbox))
        rows.add_row("", _("where every letter arrives as long as no mail server is set"))
    if login:
        rows.add_row("", "")
        rows.add_row(_("First login"), login.name)
        rows.add_row(_("Password"), login.password)
        rows.add_row("", _("shown this once: change it after the login"))
    console.print()
    console.print(Panel(rows, title="Sendbote", subtitle=_("Ctrl-C stops everything"), box=ROUNDED, expand=False))
    console.print()


def moved(move: Moved) -> str:
    values = {"wanted": move.wanted, "chosen": move.chosen, "name": _(NAMES[move.name]), "holder": move.holder}
    if move.holder is None:
        return _("Port %(wanted)s is taken by another program, so %(name)s moved to port %(chosen)s.", **values)
    return _("Port %(wanted)s is taken (%(holder)s), so %(name)s moved to port %(chosen)s.", **values)


def _address(url: str) -> str:
    return f"[link={url}]{url}[/link]"
