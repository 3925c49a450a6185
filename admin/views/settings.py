"""Settings: the account's time zone, what is kept of readers, and how people are written to."""

from collections.abc import Callable, Mapping
from zoneinfo import available_timezones

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin.access import by, needs
from admin.context import reading
from admin.saving import saved
from core.errors import Invalid
from core.queries import settings as business
from core.queries.eligibility import NUMBERED
from core.services import settings
from core.vocabulary import Purpose, Role, Tracking
from texts import N_, _
from texts.segments import channel

EXEMPTABLE = (Purpose.SERVICE, Purpose.CONSENT)
PURPOSES = {Purpose.SERVICE: N_("Service messages"), Purpose.CONSENT: N_("Requests for consent")}
PART_ROLES = {Role.LAUNCHER: N_("whoever may launch"), Role.ADMINISTRATOR: N_("administrators alone")}
pages = Blueprint("settings", __name__, url_prefix="/settings")


@pages.get("/")
@needs(Role.ADMINISTRATOR)
def show() -> ResponseReturnValue:
    return _page()


@pages.post("/account")
@needs(Role.ADMINISTRATOR)
def account() -> ResponseReturnValue:
    def change(session: Session) -> None:
        settings.set_timezone(session, request.form.get("timezone", ""), by=by())
        hours = request.form.get("catch_up_hours", business.value(session, "catch_up_hours"), type=int)
        settings.set_catch_up_hours(session, hours, by=by())

    return _saved(change)


@pages.post("/privacy")
@needs(Role.ADMINISTRATOR)
def privacy() -> ResponseReturnValue:
    """How opens and clicks are kept, and for how long a request for consent may be answered."""

    def change(session: Session) -> None:
        settings.set_tracking(session, _tracking(), by=by())
        settings.set_consent_days(session, request.form.get("consent_days", 0, type=int), by=by())
        approved = _pairs(request.form.get("consent_templates", ""))
        settings.set_consent_templates(session, "whatsapp", approved, by=by())

    return _saved(change)


@pages.post("/cap")
@needs(Role.ADMINISTRATOR)
def cap() -> ResponseReturnValue:
    """How many messages one person gets; an empty number is no limit."""
    messages, days = request.form.get("messages", type=int), request.form.get("days", 7, type=int)
    exempt = [purpose for purpose in EXEMPTABLE if purpose in request.form.getlist("exempt")]
    return _saved(lambda session: settings.set_frequency_cap(session, messages, days=days, exempt=exempt, by=by()))


@pages.post("/approval")
@needs(Role.ADMINISTRATOR)
def approval() -> ResponseReturnValue:
    above = request.form.get("approval_above", type=int)
    return _saved(lambda session: settings.set_approval_above(session, above, by=by()))


@pages.post("/telephones")
@needs(Role.ADMINISTRATOR)
def telephones() -> ResponseReturnValue:
    """Which countries are written to, and when operators hear that the balance runs low."""
    warning = request.form.get("balance_warning", 0, type=int)

    def change(session: Session) -> None:
        for key in NUMBERED:
            beginnings = request.form.get(f"allowed_{key}", "").replace(",", " ").split()
            settings.set_allowed_numbers(session, key, beginnings, by=by())
            settings.set_senders_by_number(session, key, _pairs(request.form.get(f"abroad_{key}", "")), by=by())
        settings.set_balance_warning(session, warning, by=by())
        settings.set_part_role(session, request.form.get("part_role", business.part_role(session)), by=by())

    return _saved(change)


def _saved(change: Callable[[Session], object]) -> ResponseReturnValue:
    return saved(change, _page, url_for("settings.show"))


def _tracking() -> Tracking:
    wanted = request.form.get("tracking", "")
    if wanted not in set(Tracking):
        raise Invalid("setting.bad_tracking", where="tracking")
    return Tracking(wanted)


def _pairs(written: str) -> dict[str, str]:
    """Lines such as `+1 = +12025550123`; what stands behind the sign may hold spaces."""
    pairs = (line.partition("=") for line in written.splitlines() if line.strip())
    return {name.strip(): value.strip() for name, _sign, value in pairs}


def _written(kept: Mapping[str, str]) -> str:
    return "\n".join(f"{name} = {value}" for name, value in kept.items())


def _abroad_kept(key: str) -> str:
    kept = business.value(reading(), "senders_by_number").get(key, {})
    return request.form.get(f"abroad_{key}", _written(kept))


def _allowed(key: str) -> str:
    kept = " ".join(business.value(reading(), "allowed_numbers").get(key, []))
    return request.form.get(f"allowed_{key}", kept)


def _page() -> str:
    session = reading()
    return render_template(
        "panel/settings.html",
        zone=request.form.get("timezone", business.value(session, "timezone")),
        zones=[(name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name],
        tracking=request.form.get("tracking", business.value(session, "tracking")),
        catch_up_hours=request.form.get("catch_up_hours", business.value(session, "catch_up_hours")),
        consent_days=request.form.get("consent_days", business.value(session, "consent_days")),
        consent_templates=request.form.get(
            "consent_templates", _written(business.value(session, "consent_templates").get("whatsapp", {}))
        ),
        allowed=[(key, channel(key), _allowed(key), _abroad_kept(key)) for key in NUMBERED],
        balance_warning=request.form.get("balance_warning", business.value(session, "balance_warning_messages")),
        part_role=request.form.get("part_role", business.part_role(session)),
        part_roles=[(role.value, _(PART_ROLES[role])) for role in PART_ROLES],
        approval_above=business.value(session, "approval_above"),
        cap=business.value(session, "frequency_cap"),
        exemptable=[(purpose, _(PURPOSES[purpose])) for purpose in EXEMPTABLE],
        typed=request.form,
    )
