"""`sendbote worker`: prepares and sends what is due; as many as you like, on as many machines."""

import typer

from texts import _

app = typer.Typer(add_completion=False)


@app.command(help=_("Prepare and send what is due."))
def worker() -> None:
    """Run until SIGTERM; what is on the wire is brought home first."""
    from workers.worker import run

    run()
