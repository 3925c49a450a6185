"""`sendbote sandbox`: the outside world on this machine."""

import typer

import config
from config.checks import BadSetting
from texts import _

app = typer.Typer(add_completion=False)


@app.command(name="sandbox", help=_("Run the mail server, Telegram and the page that shows what arrived."))
def serve() -> None:
    """Run until it is interrupted."""
    from sandbox.app import Sandbox, run
    from sandbox.ports import PortTaken

    settings = config.load()

    def ready(sandbox: Sandbox) -> None:
        print(f"{sandbox.url} smtp://127.0.0.1:{sandbox.smtp_port}", flush=True)

    ports = {"port": settings.sandbox_port, "smtp_port": settings.sandbox_smtp_port}
    try:
        run(settings.data, **ports, language=settings.language, ready=ready)
    except PortTaken as problem:
        variable = "SENDBOTE_SANDBOX_SMTP_PORT" if problem.mail else "SENDBOTE_SANDBOX_PORT"
        raise BadSetting(variable, "port_taken", port=problem.port) from None
