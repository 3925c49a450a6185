"""A campaign's later channels in plain words: when each is tried, and whom it would reach at worst."""

from collections.abc import Sequence
from typing import Any

from texts import _, ngettext
from texts.costs import money
from texts.reasons import reason
from texts.segments import channel

HOUR = 3600
DAY = 24 * HOUR


def rule(step: Any) -> str:
    """When it is tried."""
    if not step.silent:
        return _("If it failed: %(channel)s", channel=channel(step.channel))
    values = {"channel": channel(step.channel), "time": span(step.after_seconds)}
    if step.unread:
        return _("If it failed, or was not read and brought no sign of life within %(time)s: %(channel)s", **values)
    return _("If it failed, or brought no click, reply or delivery report within %(time)s: %(channel)s", **values)


def step_lines(previews: Sequence[Any]) -> list[str]:
    """Each later channel with its rule, how many it reaches at most, why not the others, and what it costs at most."""
    return [line for one in previews for line in _lines(one)]


def told(figures: Any) -> str:
    """How a later channel of a launched campaign is doing, behind its rule."""
    states = figures.states
    if not states:
        return rule(figures.step)
    counts = [(_("sent"), figures.sent), (_("waiting"), figures.waiting), (_("failed"), states.get("failed", 0))]
    counts.append((_("not usable"), states.get("skipped", 0)))
    return rule(figures.step) + " – " + ", ".join(f"{words} {count}" for words, count in counts if count)


def span(seconds: int) -> str:
    if seconds % DAY == 0 and seconds:
        return ngettext("one day", "%(n)s days", seconds // DAY)
    if seconds % HOUR == 0:
        return ngettext("one hour", "%(n)s hours", seconds // HOUR)
    return ngettext("one minute", "%(n)s minutes", round(seconds / 60))


def _lines(preview: Any) -> list[str]:
    lines = [rule(preview.step) + ". " + _("At most %(count)s recipients.", count=preview.reachable)]
    reasons = sorted(preview.reasons.items(), key=lambda one: -one[1])
    if reasons:
        lines.append(_("Not there:") + " " + ", ".join(f"{reason(code)} ({count})" for code, count in reasons))
    if preview.cost and preview.cost.amount:
        lines.append(_("It would cost about %(cost)s at most.", cost=money(preview.cost.amount)))
    return lines
