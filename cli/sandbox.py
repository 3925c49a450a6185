"""`sendbote sandbox`: the outside world on this machine."""

import typer

import config
from sandbox import app


def sandbox() -> None:
    """Run the mail server, Telegram and the page that shows what arrived, until Ctrl-C."""
    settings = config.load()
    app.run(
        settings.data,
        port=settings.sandbox_port,
        smtp_port=settings.sandbox_smtp_port,
        language=settings.language,
    )


def add_to(application: typer.Typer) -> None:
    """Give the command its name in the whole."""
    application.command("sandbox")(sandbox)
