"""`sendbote sandbox`: the outside world on this machine."""

import typer

import config
from texts import _

app = typer.Typer(add_completion=False)


@app.command(help=_("Run what stands in for the world: mail server, Telegram, and the page that shows what arrived."))
def sandbox() -> None:
    """Run until it is interrupted."""
    from sandbox.app import run

    settings = config.load()
    run(settings.data, port=settings.sandbox_port, smtp_port=settings.sandbox_smtp_port, language=settings.language)
