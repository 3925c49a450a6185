"""Words and numbers as they stand in a chat: HTML in which every value is quoted."""

from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_percent

from core.errors import IllegalTransition, Problem
from core.tables.operators import Operator
from core.vocabulary import CampaignState
from texts import _, language, reasons
from texts.problems import sentence
from texts.roles import role

THIN = "\u202f"
NAME_AT_MOST = 80
BAR = 14
ICONS = {
    CampaignState.DRAFT: "✏️",
    CampaignState.SCHEDULED: "🕘",
    CampaignState.SENDING: "▶️",
    CampaignState.PAUSED: "⏸",
    CampaignState.SENT: "✅",
    CampaignState.CANCELLED: "✖️",
}


def quoted(text: str) -> str:
    return escape(text, quote=False)


def number(value: int) -> str:
    return f"{value:,}".replace(",", THIN)


def percent(share: float | None) -> str:
    return "–" if share is None else format_percent(share, format="#,##0.0 %", locale=language())


def moment(at: datetime, timezone: ZoneInfo) -> str:
    return format_datetime(at, "d MMM, HH:mm", tzinfo=timezone, locale=language())


def bar(done: int, whole: int) -> str:
    """How far it is, drawn in text; full only when nothing is left."""
    filled = BAR * done // whole if whole else 0
    return "▰" * filled + "▱" * (BAR - filled)


def figure(label: str, count: int) -> str:
    return f"{label}: <b>{number(count)}</b>"


def heading(text: str) -> str:
    return f"<b>{text}</b>"


def name(text: str, at_most: int = NAME_AT_MOST) -> str:
    """As long as fits on a line; not quoted, for buttons take plain text."""
    text = " ".join(text.split())
    return text if len(text) <= at_most else text[: at_most - 1] + "…"


def state(code: str) -> str:
    return f"{ICONS[CampaignState(code)]} {reasons.state(code)}"


def told(problem: Problem) -> str:
    """The problem's sentence, in plain text."""
    if isinstance(problem, IllegalTransition):
        now = reasons.state(str(problem.params["state"]))
        return _("This is not possible any more: the campaign's state is “%(state)s” by now.", state=now)
    return sentence(problem.code, problem.params)


def stranger() -> str:
    return _(
        "Hello, and thank you for writing! Campaigns are run from this bot. "
        "I show them to its operators only, and I do not know you yet.\n\n"
        "Are you an operator? Open <b>Operators</b> in the panel, choose yourself, make a code, and send me the line "
        "with <code>/start</code> that you see there. The code works once, within ten minutes."
    )


def welcome(operator: Operator) -> str:
    greeting = _(
        "Hello <b>%(name)s</b>! Your role here: %(role)s.", name=quoted(name(operator.name)), role=role(operator.role)
    )
    return f"{greeting}\n\n{commands()}"


def linked(operator: Operator) -> str:
    return _("This chat is linked to you now.") + "\n\n" + welcome(operator)


def commands() -> str:
    return "\n".join(
        [
            _("/campaigns – all campaigns, newest first; look at one, launch, pause, resume or cancel it"),
            _("/status – what is being sent, followed live, and what was sent lately"),
            _("/why – what became of one recipient of a campaign, and why"),
            _("/consents – what one person has agreed to, with the record as a file"),
            _("/suppressed – which lists an address is on, and its release"),
            _("/limit – the daily limit, how it came about, and what it stops"),
            _("/series – campaigns that repeat, and when they run next"),
            _("/schedule – launch a campaign at a time: /schedule 12 2026-12-01 09:00"),
            _("/hours – the hours of the day that a campaign keeps to: /hours 12 9:30-17:45"),
            _("/stopall – stop everything at once, on every channel; /goon lets it go on"),
            _("/unlink – let go of this chat"),
        ]
    )


def not_for_you(operator: Operator | None) -> str:
    """In plain text; what a stranger or somebody with too small a role hears."""
    if operator is None:
        return _("This is for operators only. Send /start to see how one is linked.")
    return _(
        "Your role (%(role)s) lets you look, but not do this. An administrator can change it in the panel.",
        role=role(operator.role),
    )
