"""`sendbote up`: the one command that runs everything."""

import typer

import config
from texts import _, speaking

app = typer.Typer(add_completion=False)


@app.command(help=_("Start everything and keep it running until Ctrl-C."))
def up() -> None:
    """Return when it was told to stop and nothing runs any more."""
    from cli.processes import processes
    from cli.start import supervise

    settings = config.load()
    with speaking(settings.language):
        supervise(settings, processes(settings))
