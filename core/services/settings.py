"""Changing business settings: checked, audited, and put into force at once."""

from collections.abc import Collection, Mapping, Sequence
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy.orm import Session

from core.errors import Invalid
from core.queries import revisions
from core.queries import settings as queries
from core.rules.capping import USUALLY_EXEMPT, made
from core.rules.countries import BEGINNING
from core.rules.short_messages import APPROVED_NAME
from core.services import changes, senders, series
from core.services.keywords import TONGUE
from core.vocabulary import Role, Tracking

MOST_CONSENT_DAYS = 365
MOST_SOFT_BOUNCES = 100
MOST_SOFT_DAYS = 365
MOST_CATCH_UP_HOURS = 72


def set_timezone(session: Session, name: str, *, by: str) -> None:
    """The account's time zone, by which its days begin; raise Invalid (`setting.bad_timezone`)."""
    if name not in available_timezones():
        raise Invalid("setting.bad_timezone", where="timezone", name=name[:60])
    before = queries.value(session, "timezone")
    changes.put(session, "timezone", name, by=by)
    series.retime(session, ZoneInfo(before), ZoneInfo(name))


def name_bot(session: Session, username: str) -> None:
    """Remember by which name Telegram knows the bot, for links that lead to it."""
    if queries.value(session, "telegram_bot") != username:
        queries.put(session, "telegram_bot", username, by="telegram")


def name_address(session: Session, address: str) -> None:
    """Remember where links in SMS lead, so that what a text comes to is counted with their real length."""
    if queries.value(session, "short_address") != address:
        queries.put(session, "short_address", address, by="web")


def set_tracking(session: Session, mode: Tracking, *, by: str) -> None:
    """How opens and clicks are kept from now on, where a campaign does not say so for itself."""
    changes.put(session, "tracking", mode.value, by=by)


def set_consent_days(session: Session, days: int, *, by: str) -> None:
    """For how long a request for consent may be answered; raise Invalid out of 1–365."""
    if not 1 <= days <= MOST_CONSENT_DAYS:
        raise Invalid("setting.bad_days", where="consent_days", most=MOST_CONSENT_DAYS)
    changes.put(session, "consent_days", days, by=by)


def set_consent_templates(session: Session, channel: str, templates: Mapping[str, str], *, by: str) -> None:
    """What asks for consent on the channel, by language: templates that its provider has approved; none: words.

    Raises Invalid (`setting.bad_language`, `beside.bad_approved`).
    """
    for language, sid in templates.items():
        if not TONGUE.fullmatch(language):
            raise Invalid("setting.bad_language", where="consent_templates", language=language[:20])
        if not APPROVED_NAME.fullmatch(sid):
            raise Invalid("beside.bad_approved", where="consent_templates", sid=sid[:40])
    before = queries.value(session, "consent_templates")
    changes.put(session, "consent_templates", {**before, channel: dict(sorted(templates.items()))}, by=by)


def set_catch_up_hours(session: Session, hours: int, *, by: str) -> None:
    """How late a launch may be that was missed while nothing ran; raise Invalid out of 0–72."""
    if not 0 <= hours <= MOST_CATCH_UP_HOURS:
        raise Invalid("setting.bad_hours", where="catch_up_hours", most=MOST_CATCH_UP_HOURS)
    changes.put(session, "catch_up_hours", hours, by=by)


def set_soft_bounces(session: Session, *, most: int, days: int, by: str) -> None:
    """From how many soft bounces within how many days on an address is blacklisted; raise Invalid out of bounds."""
    for name, value, limit in (("soft_bounces", most, MOST_SOFT_BOUNCES), ("soft_bounce_days", days, MOST_SOFT_DAYS)):
        if not 1 <= value <= limit:
            raise Invalid("setting.bad_soft_bounces", where=name, most=limit)
        changes.put(session, name, value, by=by)


def set_allowed_numbers(session: Session, channel: str, beginnings: Sequence[str], *, by: str) -> None:
    """Write on the channel only to numbers that begin so; none: to all. Raise Invalid (`price.bad_prefix`)."""
    for beginning in beginnings:
        if not BEGINNING.fullmatch(beginning):
            raise Invalid("price.bad_prefix", where="allowed_numbers", prefix=beginning[:20])
    before = queries.value(session, "allowed_numbers")
    after = {**before, channel: sorted(set(beginnings))}
    changes.put(session, "allowed_numbers", after, by=by)
    revisions.move(session)


def set_senders_by_number(session: Session, channel: str, addresses: Mapping[str, str], *, by: str) -> None:
    """To numbers that begin so another sender of the channel writes, whatever the campaign's; none: always that one.

    Raises Invalid (`price.bad_prefix`, `sender.bad_number`), and for a sender that there is not
    (`setting.unknown_sender`): its answers and its STOP would belong to nobody.
    """
    after: dict[str, str] = {}
    for beginning, address in addresses.items():
        if not BEGINNING.fullmatch(beginning):
            raise Invalid("price.bad_prefix", where="senders_by_number", prefix=beginning[:20])
        after[beginning] = senders.usable_address(channel, address)
        if not senders.is_known(session, channel, after[beginning]):
            raise Invalid("setting.unknown_sender", where="senders_by_number", address=after[beginning])
    before = queries.value(session, "senders_by_number")
    kept = {**before, channel: dict(sorted(after.items()))}
    changes.put(session, "senders_by_number", kept, by=by)


def set_balance_warning(session: Session, messages: int, *, by: str) -> None:
    """Operators are told when the balance lasts for fewer messages of one part; 0: never. Raise Invalid below 0."""
    if not 0 <= messages < 2**31:
        raise Invalid("setting.bad_number", where="balance_warning_messages")
    changes.put(session, "balance_warning_messages", messages, by=by)


def set_approval_above(session: Session, recipients: int | None, *, by: str) -> None:
    """A launch to more recipients takes two people; None: one is always enough. Raise Invalid below 1."""
    if recipients is not None and not 1 <= recipients < 2**31:
        raise Invalid("setting.bad_number", where="approval_above")
    changes.put(session, "approval_above", recipients, by=by)


def set_part_role(session: Session, role: str, *, by: str) -> None:
    """Who may launch a part where the balance is too low; raise Invalid for less than who may launch at all."""
    if role not in (Role.LAUNCHER, Role.ADMINISTRATOR):
        raise Invalid("setting.bad_role", where="part_role")
    changes.put(session, "part_role", role, by=by)


def set_frequency_cap(
    session: Session, messages: int | None, *, days: int = 7, exempt: Collection[str] = USUALLY_EXEMPT, by: str
) -> None:
    """Nobody gets more than so many messages in so many days, those of exempt purposes apart; None: no such limit.

    Raises Invalid (`cap.bad_messages`, `cap.bad_days`, `cap.bad_purpose`).
    """
    cap = None if messages is None else made(messages, days, exempt)
    kept = cap and {"messages": cap.messages, "days": cap.days, "exempt": sorted(cap.exempt)}
    changes.put(session, "frequency_cap", kept, by=by)


def set_bounce_digest(session: Session, *, on: bool, by: str) -> None:
    """Whether each sender's mailbox is told once a day which addresses do not exist."""
    changes.put(session, "bounce_digest", on, by=by)
