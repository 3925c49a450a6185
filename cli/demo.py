"""`sendbote demo`: runs a whole campaign against the sandbox, and compares every figure with what happened there."""

import json
import signal
import time
from pathlib import Path
from typing import Annotated

import typer

from cli.context import Opened, opened
from cli.demonstration import campaign, figures, messenger, people
from cli.demonstration.installation import Running, running
from cli.demonstration.outside import Outside
from core.queries import ledger
from texts import _

app = typer.Typer(add_completion=False)
HABITS = {"open": 0.42, "click": 0.11, "unsubscribe": 0.01}


@app.command(help=_("Run a whole campaign against the sandbox and compare the figures."))
def demo(
    recipients: Annotated[int, typer.Option(min=1, max=2_000_000, help=_("How many people get the letter."))] = 1000,
    telegram: Annotated[
        bool, typer.Option("--telegram", help=_("By Telegram, to people of whom a third never wrote to the bot."))
    ] = False,
    once: Annotated[bool, typer.Option("--once", help=_("End when the figures are compared."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Answer in JSON."))] = False,
) -> None:
    """Everything runs in an installation of its own that is removed at the end; exit code 1 if a figure disagrees."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TimeElapsedColumn

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    columns = (SpinnerColumn(), *Progress.get_default_columns()[:3], TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=as_json or not once) as bar:
        task = bar.add_task(_("Starting"), total=1.0)

        def tell(words: str, done: float) -> None:
            bar.update(task, description=words, completed=min(done, 1.0))

        with running(quiet=once) as installation, opened(settings=installation.settings) as door:
            rehearsal = _by_telegram if telegram else _rehearse
            seconds, compared = rehearsal(door, installation, recipients, tell)
            bar.stop()
            _show(compared, seconds, as_json=as_json)
            if not once:
                print(_("Look around: the addresses are above. Ctrl-C ends the demonstration and removes it."))
                installation.process.wait()
    if not all(figure.agrees for figure in compared):
        raise typer.Exit(1)


def _rehearse(
    door: Opened, installation: Running, recipients: int, tell: campaign.Tell
) -> tuple[dict[str, float], list[figures.Compared]]:
    """Seconds of each step, and the figures."""
    assert installation.addresses.sandbox
    outside = Outside(installation.addresses.sandbox)
    clock = _Clock()
    path = Path(door.settings.data) / "customers.csv"
    known = people.write(path, recipients)
    clock.lap("write_file")
    imported = campaign.take_in(door, path, tell)
    clock.lap("import")
    campaign_id = campaign.draft(door, recipients)
    preview = campaign.launch(door, campaign_id)
    clock.lap("draft_and_preview")
    campaign.wait_for_end(door, campaign_id, preview.chosen, tell)
    clock.lap("send")
    received = outside.received()
    tell(_("People read their mail"), 0.0)
    done = outside.let_them_read(**HABITS)
    counted = campaign.wait_for_readers(
        door, campaign_id, lambda now: (now.read, now.clicks, now.unsubscribed) == _deeds(done)
    )
    clock.lap("read")
    with door.sessions() as session:
        offences = len(ledger.offences(session))
    clock.lap("check")
    return clock.laps, figures.compare(
        known=known,
        imported=imported,
        chosen=preview.chosen,
        figures=counted,
        received=received,
        done=done,
        offences=offences,
    )


def _by_telegram(
    door: Opened, installation: Running, people: int, tell: campaign.Tell
) -> tuple[dict[str, float], list[figures.Compared]]:
    assert installation.addresses.sandbox
    clock = _Clock()
    compared = messenger.rehearse(door, Outside(installation.addresses.sandbox), people, tell)
    clock.lap("telegram")
    return clock.laps, compared


def _deeds(done: dict[str, int]) -> tuple[int, int, int]:
    return done["opened"], done["clicks"], done["unsubscribed"]


def _show(compared: list[figures.Compared], seconds: dict[str, float], *, as_json: bool) -> None:
    agree = all(figure.agrees for figure in compared)
    if as_json:
        rows = {one.name: {"counted": one.counted, "happened": one.happened} for one in compared}
        print(json.dumps({"agrees": agree, "figures": rows, "seconds": seconds}, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(title=_("What Sendbote counted, and what happened outside"))
    table.add_column()
    table.add_column(_("Counted"), justify="right")
    table.add_column(_("Happened"), justify="right")
    table.add_column()
    for one in compared:
        table.add_row(_(one.words), f"{one.counted:,}", f"{one.happened:,}", "✓" if one.agrees else "✗")
    console = Console()
    console.print(table)
    console.print(_("Every figure agrees.") if agree else _("Not every figure agrees: see the rows marked ✗."))


class _Clock:
    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._since = time.monotonic()

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.laps[name] = round(now - self._since, 2)
        self._since = now
