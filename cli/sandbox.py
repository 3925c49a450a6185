"""`sendbote sandbox`: the outside world on this machine."""

import typer

import config
from config.checks import BadSetting
from texts import _

app = typer.Typer(add_completion=False)


@app.command(name="sandbox", help=_("Run the mail server, Telegram and the page that shows what arrived."))
def serve() -> None:
    """Run until it is interrupted."""
    from channels.twilio.account import SANDBOX_SID, account
    from channels.twilio.opening import hooks_url
    from config.keys import load_keys
    from sandbox.app import Sandbox, run
    from sandbox.ports import PortTaken
    from sandbox.twilio.world import Line

    settings = config.load()
    named = account(settings, load_keys(settings.data))
    line = None if named.is_real else Line(SANDBOX_SID, named.token, hooks_url(settings))

    def ready(sandbox: Sandbox) -> None:
        print(f"{sandbox.url} smtp://127.0.0.1:{sandbox.smtp_port}", flush=True)

    ports = {"port": settings.sandbox_port, "smtp_port": settings.sandbox_smtp_port}
    try:
        run(settings.data, **ports, language=settings.language, line=line, ready=ready)
    except PortTaken as problem:
        variable = "SENDBOTE_SANDBOX_SMTP_PORT" if problem.mail else "SENDBOTE_SANDBOX_PORT"
        raise BadSetting(variable, "port_taken", port=problem.port) from None
