"""Words, numbers and times in the language of the person at the browser, for views and templates."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta, get_day_names
from babel.numbers import format_decimal, format_percent
from flask import Flask, flash, g, request, session
from flask_babel import Babel
from flask_security import current_user
from markupsafe import Markup

import texts
from admin.actors import actor
from admin.context import reading
from core.errors import Problem
from core.queries import settings as business
from core.rules import topics
from core.tables.notices import Notice
from core.tables.operators import Operator
from core.tables.suppression import Suppression
from core.tables.topics import Topic
from core.vocabulary import SuppressionList as L
from texts import consents, faults, gates, notices, pacing, reasons, roles, story, suppression, times
from texts.problems import sentence
from texts.segments import CHANNELS

NONE = "–"


def install(app: Flask) -> None:
    Babel(app, locale_selector=texts.language)
    app.before_request(_choose_language)
    app.teardown_request(_forget_language)
    app.jinja_env.globals.update(
        {
            "_": texts._,
            "gettext": texts._,
            "ngettext": texts.ngettext,
            "language": texts.language,
            "languages": {"en": "English", "de": "Deutsch"},
            "state_word": reasons.state,
            "reason_word": reasons.reason,
            "fault_word": faults.fault,
            "advice_word": reasons.advice,
            "action_word": reasons.action,
            "role_word": roles.role,
            "channel_word": channel,
            "held_on": held_on,
            "list_word": suppression.listed,
            "topic_word": topic,
            "topic_of": topics.of_purpose,
            "actor": actor,
            "gate_word": gates.gate,
            "way_word": consents.way,
            "notice_word": notice,
            "zone_word": lambda: str(timezone()).replace("_", " "),
            "limit_words": pacing,
            "story_words": story,
            "sentence": lambda problem: sentence(problem.code, problem.params),
        }
    )
    app.jinja_env.filters.update(
        number=number, percent=percent, moment=moment, in_words=in_words, day=day, ago=ago, text_or_dash=text_or_dash
    )


def say(problem: Problem) -> None:
    """Show the problem's sentence on the page that comes next."""
    flash(sentence(problem.code, problem.params), "problem")


def channel(key: str) -> str:
    """As it stands alone, beginning with a capital; a channel without words names itself: it is an open key."""
    words = texts._(CHANNELS[key]) if key in CHANNELS else key
    return words[:1].upper() + words[1:]


def topic(key: str) -> str:
    """A topic's name in the reader's language."""
    found = reading().get(Topic, key)
    return key if found is None else found.named(texts.language())


def held_on(entry: Suppression) -> str:
    """Where an entry holds: a known person's wish for no advertising, and their complaint, hold everywhere."""
    everywhere = entry.contact_id is not None and entry.list in (L.MARKETING, L.COMPLAINTS)
    where = channel(entry.channel) if entry.channel and not everywhere else texts._("all")
    return f"{where} – {topic(entry.topic)}" if entry.topic else where


def number(value: float | None) -> str:
    return NONE if value is None else format_decimal(value, locale=texts.language())


def percent(value: float | None) -> str:
    """A share between 0 and 1, with one digit after the point where it is small."""
    if value is None:
        return NONE
    return format_percent(value, format="#,##0.0 %" if 0 < value < 0.995 else "#,##0 %", locale=texts.language())


def moment(value: datetime | None) -> str | Markup:
    """Date and time in the account's time zone, as a `time` element."""
    if value is None:
        return NONE
    shown = format_datetime(value, "medium", tzinfo=timezone(), locale=texts.language())
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), shown.rsplit(":", 1)[0] + _half(shown))


def day(value: date) -> str:
    """A date without its time, which is one already by the account's clock."""
    return format_date(value, "medium", locale=texts.language())


def in_words(value: datetime) -> str:
    """With its day of the week, by the account's clock."""
    return times.moment(value, timezone())


def weekday(day: int) -> str:
    """Monday is 1, as in ISO 8601."""
    return str(get_day_names("abbreviated", "stand-alone", texts.language())[day - 1])


def ago(value: datetime | None) -> str:
    if value is None:
        return NONE
    passed = value - datetime.now(value.tzinfo)
    return format_timedelta(passed, add_direction=True, locale=texts.language())


def text_or_dash(value: object) -> str:
    return NONE if value is None or value == "" else str(value)


def notice(told: Notice) -> str:
    return notices.notice(told.code, told.params, timezone())


def timezone() -> ZoneInfo:
    if "timezone" not in g:
        g.timezone = ZoneInfo(business.value(reading(), "timezone"))
    zone: ZoneInfo = g.timezone
    return zone


def _half(shown: str) -> str:
    """The `AM` or `PM` that English puts after the seconds, which are left out."""
    return shown[-3:].replace("\u202f", " ") if shown[-2:] in ("AM", "PM") else ""


def _choose_language() -> None:
    chosen: str | None = session.get("language")
    if chosen is None and current_user and current_user.is_authenticated:
        found = reading().get(Operator, current_user.operator_id)
        chosen = found.language if found else None
    chosen = chosen or request.accept_languages.best_match(list(texts.LANGUAGES))
    block = texts.speaking(chosen)
    block.__enter__()
    g.speaking = block


def _forget_language(_fault: BaseException | None) -> None:
    block: Any = g.pop("speaking", None)
    if block is not None:
        block.__exit__(None, None, None)


Formatter = Callable[[Any, Any, Any, str], str | Markup]
