"""`sendbote settings`: the settings of the business, which the panel shows as well."""

from typing import Annotated

import typer

from cli.context import opened
from cli.output import BY, AsJson, print_json
from core.queries import settings as queries
from core.rules.capping import USUALLY_EXEMPT
from core.rules.keywords import Keyword
from core.rules.manner import Manner
from core.rules.retention import Kept
from core.services import keywords, manner, retention, settings
from core.vocabulary import Role
from texts import _, ngettext
from texts.manner import label
from texts.retention import kept

app = typer.Typer(no_args_is_help=True, help=_("Show and change the settings of the business."))


@app.command(help=_("All settings."))
def show(as_json: AsJson = False) -> None:
    with opened() as door, door.sessions() as session:
        told = {name: queries.value(session, name) for name in queries.DEFAULTS}
    if as_json:
        print_json(told)
        return
    for name, value in told.items():
        print(f"{name:<22} {value}")


@app.command("timezone", help=_("By which time zone the days of the business begin."))
def timezone(name: str) -> None:
    with opened() as door, door.sessions.begin() as session:
        settings.set_timezone(session, name, by=BY)
    print(_("The days of the business begin by the clock of %(name)s.", name=name))


@app.command("soft-bounces", help=_("Blacklist an address whose letters came back so often within so many days."))
def soft_bounces(most: Annotated[int, typer.Argument(min=1)], days: Annotated[int, typer.Argument(min=1)] = 30) -> None:
    with opened() as door, door.sessions.begin() as session:
        settings.set_soft_bounces(session, most=most, days=days, by=BY)
    within = ngettext("in %(n)s day", "in %(n)s days", days)
    print(
        ngettext(
            "%(n)s soft bounce %(within)s blacklists an address.",
            "%(n)s soft bounces %(within)s blacklist an address.",
            most,
            within=within,
        )
    )


@app.command(
    "consent-templates",
    help=_("What asks for consent on a channel, such as whatsapp en=HX… de=HX…; without any: words within its window."),
)
def consent_templates(channel: str, pairs: Annotated[list[str] | None, typer.Argument(metavar="PAIR")] = None) -> None:
    with opened() as door, door.sessions.begin() as session:
        settings.set_consent_templates(session, channel, dict(_pair(one) for one in pairs or ()), by=BY)
    print(_("Kept."))


@app.command("keyword", help=_("Your own words for stop, start or help, beside the usual ones; none: only those."))
def own_words(meant: Keyword, words: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    with opened() as door, door.sessions.begin() as session:
        keywords.set_words(session, meant, words or [], by=BY)
    print(_("Kept."))


@app.command("keyword-answer", help=_("What stop, start or help is answered with by SMS and WhatsApp, in a language."))
def keyword_answer(
    meant: Keyword,
    language: Annotated[str, typer.Argument(help=_("Two letters, such as en or de."))],
    text: Annotated[str, typer.Argument(help=_("{sender} stands for the sender's name. Empty: the usual text."))] = "",
) -> None:
    with opened() as door, door.sessions.begin() as session:
        keywords.set_answer(session, meant, language, text, by=BY)
    print(_("Kept."))


@app.command(
    "answer-standard-words",
    help=_("Confirm STOP and START by SMS ourselves, where Twilio does not, or leave it to Twilio."),
)
def answer_standard_words(on: Annotated[bool, typer.Argument()]) -> None:
    with opened() as door, door.sessions.begin() as session:
        keywords.answer_standard_words(session, on=on, by=BY)
    print(_("STOP and START are confirmed by us.") if on else _("STOP and START are confirmed by Twilio."))


@app.command(
    "allowed-numbers", help=_("Write on a channel only to numbers that begin so, such as +49 +43; without any: to all.")
)
def allowed_numbers(channel: str, beginnings: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    with opened() as door, door.sessions.begin() as session:
        settings.set_allowed_numbers(session, channel, beginnings or [], by=BY)
    if beginnings:
        print(
            _(
                "%(channel)s goes only to numbers that begin with %(those)s.",
                channel=channel,
                those=", ".join(beginnings),
            )
        )
    else:
        print(_("%(channel)s goes to numbers of all countries.", channel=channel))


@app.command(
    "senders-by-number",
    help=_(
        "Who writes on a channel to numbers that begin so, such as +1=+12025550123; without any: the campaign's sender."
    ),
)
def senders_by_number(channel: str, pairs: Annotated[list[str] | None, typer.Argument(metavar="PAIR")] = None) -> None:
    wanted = dict(_pair(one) for one in pairs or ())
    with opened() as door, door.sessions.begin() as session:
        settings.set_senders_by_number(session, channel, wanted, by=BY)
    for beginning, address in wanted.items():
        print(_("To numbers that begin with %(beginning)s writes %(address)s.", beginning=beginning, address=address))
    if not wanted:
        print(_("On %(channel)s each campaign's own sender writes to all.", channel=channel))


def _pair(written: str) -> tuple[str, str]:
    beginning, _sign, address = written.partition("=")
    return beginning.strip(), address.strip()


@app.command("balance-warning", help=_("Tell operators when the balance lasts for fewer messages than this; 0: never."))
def balance_warning(messages: Annotated[int, typer.Argument(min=0)]) -> None:
    with opened() as door, door.sessions.begin() as session:
        settings.set_balance_warning(session, messages, by=BY)
    print(_("Operators are told when the balance lasts for fewer than %(messages)s messages.", messages=messages))


@app.command("part-role", help=_("Who may launch a part where the balance is too low: launcher or administrator."))
def part_role(role: Role) -> None:
    with opened() as door, door.sessions.begin() as session:
        settings.set_part_role(session, role.value, by=BY)
    print(_("Kept."))


@app.command("approval-above", help=_("A launch to more recipients takes two people; 0: one is always enough."))
def approval_above(recipients: Annotated[int, typer.Argument(min=0)]) -> None:
    with opened() as door, door.sessions.begin() as session:
        settings.set_approval_above(session, recipients or None, by=BY)
    if recipients:
        print(
            ngettext(
                "A launch to more than %(n)s recipient takes two people.",
                "A launch to more than %(n)s recipients takes two people.",
                recipients,
            )
        )
    else:
        print(_("One person is enough for every launch."))


@app.command(
    "frequency-cap",
    help=_("Nobody gets more than so many messages in so many days, over all channels; 0: no such limit."),
)
def frequency_cap(
    messages: Annotated[int, typer.Argument(min=0)],
    days: Annotated[int, typer.Argument()] = 7,
    exempt: Annotated[
        list[str], typer.Option(help=_("A purpose whose messages go all the same and do not count; more than once."))
    ] = list(USUALLY_EXEMPT),  # noqa: B006 - Typer's
) -> None:
    with opened() as door, door.sessions.begin() as session:
        settings.set_frequency_cap(session, messages or None, days=days, exempt=exempt, by=BY)
    if messages:
        most = ngettext("%(n)s message", "%(n)s messages", messages)
        within = ngettext("in %(n)s day", "in %(n)s days", days)
        print(_("Nobody gets more than %(most)s %(within)s.", most=most, within=within))
    else:
        print(_("There is no frequency cap."))


@app.command("bounce-digest", help=_("Tell each sender's mailbox once a day which addresses do not exist, or do not."))
def bounce_digest(on: Annotated[bool, typer.Argument()]) -> None:
    with opened() as door, door.sessions.begin() as session:
        settings.set_bounce_digest(session, on=on, by=BY)
    print(_("Digests are sent.") if on else _("No digests are sent."))


@app.command("catch-up", help=_("How many hours late a launch may be that was missed while nothing ran."))
def catch_up(hours: Annotated[int, typer.Argument(min=0)]) -> None:
    with opened() as door, door.sessions.begin() as session:
        settings.set_catch_up_hours(session, hours, by=BY)
    print(
        ngettext(
            "What was missed is made up for within %(n)s hour, and else skipped.",
            "What was missed is made up for within %(n)s hours, and else skipped.",
            hours,
        )
    )


@app.command(
    "sending", help=_("How messages leave: waits in minutes and hours, sizes in megabytes, shares in percent.")
)
def sending(which: Manner, figure: Annotated[float, typer.Argument(min=0)]) -> None:
    with opened() as door, door.sessions.begin() as session:
        manner.keep(session, which, figure, by=BY)
    print(f"{label(which)}: {figure:g}")


@app.command("quiet-hours", help=_("Nothing is sent on a channel within these hours; none: at any time."))
def quiet_hours(
    channel: str,
    opens: Annotated[str, typer.Argument(help=_("Such as 20:00."))] = "",
    closes: Annotated[str, typer.Argument(help=_("Such as 09:00."))] = "",
) -> None:
    with opened() as door, door.sessions.begin() as session:
        manner.keep_quiet_hours(session, channel, opens, closes, by=BY)
    print(_("Quiet from %(opens)s to %(closes)s.", opens=opens, closes=closes) if opens else _("No quiet hours."))


@app.command("keep", help=_("Keep a kind of record for so many days; 0 for ever."))
def keep(kind: Kept, days: Annotated[int, typer.Argument(min=0)]) -> None:
    with opened() as door, door.sessions.begin() as session:
        retention.keep(session, kind, days, by=BY)
    print(_("Kept for %(days)s days: %(kind)s.", days=days, kind=kept(kind)) if days else kept(kind) + ": ∞")
