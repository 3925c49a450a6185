"""The `sendbote` command: its table of subcommands, and the one place where a problem becomes a sentence."""

import importlib
import os
import sys
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from cli.leash import hold_to_supervisor
from cli.output import complain
from config.logs import LEVELS, set_up_logs
from texts import N_, _, known, speaking

SUBCOMMANDS = {
    "up": ("cli.up", N_("Start everything and keep it running until Ctrl-C.")),
    "demo": ("cli.demo", N_("Run a whole campaign against the sandbox and compare the figures.")),
    "demo-balance": (
        "cli.demo_balance",
        N_("Let an SMS campaign run out of money at 40 %, top up, and show its ledger at each moment."),
    ),
    "import": ("cli.imports", N_("Import contacts from CSV or XLSX.")),
    "segment": ("cli.segments", N_("Make segments and ask whom they reach.")),
    "template": ("cli.templates", N_("Make templates and preview them.")),
    "sender": ("cli.senders", N_("Say from whom letters come.")),
    "dkim": ("cli.dkim", N_("Sign letters: keys, their records, and when they change.")),
    "country": ("cli.countries", N_("Say what countries ask of advertising by SMS.")),
    "price": ("cli.prices", N_("Say what messages cost, and see what is left.")),
    "consent": ("cli.consent", N_("Bring in consents, and ask for consent once more.")),
    "series": ("cli.series", N_("Repeat campaigns, and see when they run.")),
    "seeds": ("cli.seeds", N_("Addresses of your own that get a copy of every campaign.")),
    "topic": ("cli.topics", N_("Topics that customers may leave one by one.")),
    "campaign": ("cli.campaigns", N_("Make, launch, pause and cancel campaigns.")),
    "emergency": ("cli.emergency", N_("Stop everything at once, and let it go on.")),
    "status": ("cli.status", N_("Show how campaigns are doing.")),
    "why": ("cli.why", N_("Tell what became of one recipient of a campaign, and why.")),
    "arrival": ("cli.arrival", N_("Say from a received copy how a letter arrived.")),
    "classify-bounce": ("cli.bounces", N_("Say what returned mails mean for the addresses in them.")),
    "returns": ("cli.returns", N_("Show what has come back, and try the mailbox that it comes to.")),
    "operator": ("cli.operators", N_("Say who may do what.")),
    "limit": ("cli.limit", N_("Show the daily limit and why it is what it is; set it; release a block.")),
    "suppress": ("cli.suppress", N_("The lists of those who may not be contacted.")),
    "settings": ("cli.settings", N_("Show and change the settings of the business.")),
    "contact": ("cli.contacts", N_("Show what one person has agreed to, or erase a person.")),
    "tracking": ("cli.tracking", N_("Judge opens and clicks again.")),
    "check": ("cli.check", N_("Prove that every recipient stands in exactly one state.")),
    "backup": ("cli.backup", N_("Save database, keys and files in one file, while everything goes on.")),
    "restore": ("cli.restore", N_("Bring an installation back from a backup.")),
    "upgrade": ("cli.upgrade", N_("Save a backup, then bring the data to this version.")),
    "support-bundle": ("cli.support", N_("Gather what helps to find a fault, without personal data.")),
    "reopen": ("cli.reopen", N_("Let a restored installation send again.")),
    "panel": ("cli.panel", N_("Serve the panel.")),
    "web": ("cli.web", N_("Serve the public pages: open picture, links, unsubscribing.")),
    "bot": ("cli.bot", N_("Run the Telegram bot.")),
    "worker": ("cli.worker", N_("Prepare and send what is due.")),
    "scheduler": ("cli.scheduler", N_("Find due work and ring the workers.")),
    "sandbox": ("cli.sandbox", N_("Run the mail server, Telegram and the page that shows what arrived.")),
}
"""Command to module and what it does. A module has a Typer `app`: with one command it is that, with several a group."""


class Subcommands(TyperGroup):
    """Knows its commands by the table, so that a list of them imports no module."""

    def list_commands(self, ctx: object) -> list[str]:  # noqa: ARG002 - the base class's
        return list(SUBCOMMANDS)

    def get_command(self, ctx: object, cmd_name: str) -> TyperCommand | None:  # noqa: ARG002
        return Subcommand(cmd_name) if cmd_name in SUBCOMMANDS else None


class Subcommand(TyperCommand):
    """Stands for a command until it is run, and imports only then."""

    def __init__(self, name: str) -> None:
        super().__init__(name, help=_(SUBCOMMANDS[name][1]))

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        app: typer.Typer = importlib.import_module(SUBCOMMANDS[str(self.name)][0]).app
        app._add_completion = False
        return typer.main.get_command(app).make_context(info_name, args, parent, **extra)


app = typer.Typer(
    name="sendbote",
    cls=Subcommands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def sendbote() -> None:
    """Carries the options of the command itself; it has none."""


def run() -> None:
    """Run the command; a problem is one sentence on stderr (JSON after `--json`), a Ctrl-C is no problem.

    Exit codes: 0 done, 1 a problem, 2 a wrong setting or a wrong use of the command, 130 interrupted.
    """
    hold_to_supervisor()
    _set_up_logs()
    with speaking(known(os.environ.get("SENDBOTE_LANGUAGE"))):
        app.callback(help=_("Campaigns by email, SMS and messenger."))(sendbote)
        try:
            app()
        except KeyboardInterrupt:
            sys.exit(130)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        except Exception as fault:
            told = _told(fault)
            if told is None:
                raise
            code, sentence, exit_code = told
            complain(code, sentence, as_json="--json" in sys.argv)
            sys.exit(exit_code)


def _set_up_logs() -> None:
    """As the environment says; what is wrong in there is said by `config.load`, in the command that needs it."""
    log_format, level = os.environ.get("SENDBOTE_LOG", "text"), os.environ.get("SENDBOTE_LOG_LEVEL", "info")
    set_up_logs("json" if log_format == "json" else "text", level if level in LEVELS else "info")


def _told(fault: Exception) -> tuple[str, str, int] | None:
    """Code, sentence and exit code of what a person can mend; None for a bug, which keeps its traceback."""
    from sqlalchemy.exc import DBAPIError

    from config.checks import BadSetting
    from core.database import reduced_errors
    from core.errors import Problem
    from embedded import EmbeddedProblem
    from texts.problems import sentence

    if isinstance(fault, DBAPIError):
        try:
            with reduced_errors():
                raise fault
        except Problem as reduced:
            fault = reduced
    match fault:
        case BadSetting():
            code = f"setting.{fault.why}"
            return code, sentence(code, {"name": fault.name, **fault.params}), 2
        case Problem() | EmbeddedProblem():
            return fault.code, sentence(fault.code, fault.params), 1
        case _:
            return None


if __name__ == "__main__":
    run()
