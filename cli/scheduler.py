"""`sendbote scheduler`: finds due work and rings the workers; a second one does no harm."""

import typer

from texts import _

app = typer.Typer(add_completion=False)


@app.command(help=_("Find due work and ring the workers."))
def scheduler() -> None:
    """Run until SIGTERM."""
    from workers.scheduler import run

    run()
