"""The `sendbote` command: its table of subcommands, and the one place where a problem becomes a sentence."""

import importlib
import json
import os
import sys
from importlib.util import find_spec

import typer
from typer.core import TyperCommand, TyperGroup

from cli.leash import hold_to_supervisor
from texts import _, known, speaking

SUBCOMMANDS = {
    "up": "cli.up",
    "demo": "cli.demo",
    "import": "cli.imports",
    "contacts": "cli.contacts",
    "segment": "cli.segments",
    "template": "cli.templates",
    "campaign": "cli.campaigns",
    "status": "cli.status",
    "suppression": "cli.suppression",
    "operator": "cli.operators",
    "settings": "cli.settings",
    "check": "cli.check",
    "dump": "cli.dump",
    "panel": "cli.panel",
    "web": "cli.web",
    "bot": "cli.bot",
    "worker": "cli.worker",
    "scheduler": "cli.scheduler",
    "sandbox": "cli.sandbox",
}
"""Command to module. A module has a Typer called `app`: with one command it is that command, with several a group."""


class Subcommands(TyperGroup):
    """Imports the module of the command that is asked for, and no other."""

    def list_commands(self, ctx: object) -> list[str]:  # noqa: ARG002 - the base class's
        return [name for name in SUBCOMMANDS if exists(name)]

    def get_command(self, ctx: object, cmd_name: str) -> TyperCommand | None:  # noqa: ARG002
        if not exists(cmd_name):
            return None
        app: typer.Typer = importlib.import_module(SUBCOMMANDS[cmd_name]).app
        command = typer.main.get_command(app)
        command.name = cmd_name
        return command  # type: ignore[return-value]


def exists(name: str) -> bool:
    return name in SUBCOMMANDS and find_spec(SUBCOMMANDS[name]) is not None


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


def complain(code: str, sentence: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"error": {"code": code, "message": sentence}}, ensure_ascii=False), file=sys.stderr)
        return
    red, plain = ("\033[31m", "\033[0m") if sys.stderr.isatty() and "NO_COLOR" not in os.environ else ("", "")
    print(f"{red}{sentence}{plain}", file=sys.stderr)


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
