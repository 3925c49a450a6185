"""A segment's expression in words, as a person would say it."""

from collections.abc import Callable, Mapping
from typing import Any

from texts import N_, _, ngettext

FIELDS = {
    "external_id": N_("Customer number"),
    "first_name": N_("First name"),
    "last_name": N_("Last name"),
    "language": N_("Language"),
    "country": N_("Country"),
    "timezone": N_("Time zone"),
    "created_at": N_("Known since"),
}

OPERATORS = {
    "eq": N_("is"),
    "ne": N_("is not"),
    "contains": N_("contains"),
    "starts": N_("begins with"),
    "lt": N_("is less than"),
    "le": N_("is at most"),
    "gt": N_("is more than"),
    "ge": N_("is at least"),
    "between": N_("is between"),
    "one_of": N_("is one of"),
    "is_set": N_("is known"),
    "within_last": N_("lies within the last days"),
    "birthday_in": N_("recurs within the next days"),
    "recurs_on": N_("has the day and month of"),
}
DATE_OPERATORS = {
    "lt": N_("is before"),
    "le": N_("is not after"),
    "gt": N_("is after"),
    "ge": N_("is not before"),
}
LISTS = {
    "general": N_("the general blacklist"),
    "marketing": N_("the marketing blacklist"),
    "unsubscribed": N_("the list of unsubscribed"),
    "complaints": N_("the list of spam complaints"),
    "erased": N_("the list of erased"),
}
CHANNELS = {"email": N_("email"), "sms": N_("SMS"), "telegram": N_("Telegram"), "whatsapp": N_("WhatsApp")}

Tree = Mapping[str, Any]
Names = Mapping[int, str]


def describe(
    expression: Tree,
    *,
    segments: Names | None = None,
    campaigns: Names | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """The whole expression in one sentence; `labels` are those of attributes, ids without a name stay numbers."""
    words = _Words(segments or {}, campaigns or {}, labels or {})
    told = words.node(expression, top=True)
    return told[:1].upper() + told[1:]


def operator(code: str, kind: str = "text") -> str:
    """What stands between a field and its value."""
    return _(DATE_OPERATORS.get(code, OPERATORS[code]) if kind == "date" else OPERATORS[code])


def field(name: str) -> str:
    return _(FIELDS[name]) if name in FIELDS else name


def channel(name: str) -> str:
    return _(CHANNELS[name]) if name in CHANNELS else name


class _Words:
    """Remembers the names of what the expression refers to."""

    def __init__(self, segments: Names, campaigns: Names, labels: Mapping[str, str]) -> None:
        self.segments = segments
        self.campaigns = campaigns
        self.labels = labels

    def node(self, tree: Tree, *, top: bool = False) -> str:
        if "field" in tree or "attribute" in tree:
            return self.comparison(tree)
        (kind,) = tree
        told = self.tellers()[kind](tree[kind])
        group = kind in ("all", "any") and len(tree[kind]) > 1
        return f"({told})" if group and not top else told

    def tellers(self) -> dict[str, Callable[[Any], str]]:
        return {
            "all": self.all,
            "any": lambda parts: _(" or ").join(self.node(part) for part in parts),
            "not": lambda part: _("not: %(what)s", what=self.node(part)),
            "has_channel": lambda name: _("has an address for %(channel)s", channel=channel(name)),
            "consent": lambda given: _("has consented on %(channel)s", channel=channel(given["channel"])),
            "suppressed": self.suppressed,
            "member_of": lambda number: _("is on the list “%(name)s”", name=self.segments.get(number, str(number))),
            "received": lambda what: self.engaged(_("received"), what),
            "opened": lambda what: self.engaged(_("read"), what),
            "clicked": lambda what: self.engaged(_("clicked in"), what),
            "has_written": self.written,
        }

    def all(self, parts: list[Tree]) -> str:
        return _(" and ").join(self.node(part) for part in parts) if parts else _("everyone")

    def comparison(self, tree: Tree) -> str:
        name = field(tree["field"]) if "field" in tree else self.labels.get(tree["attribute"], tree["attribute"])
        kind = "date" if tree.get("field") == "created_at" else tree.get("type", "text")
        code, value = tree["op"], tree.get("value")
        days = value if isinstance(value, int) else 0
        if code == "within_last":
            return ngettext(
                "%(name)s lies within the last day", "%(name)s lies within the last %(n)s days", days, name=name
            )
        if code == "birthday_in":
            return ngettext("%(name)s recurs by tomorrow", "%(name)s recurs within %(n)s days", days, name=name)
        return " ".join(part for part in (name, operator(code, kind), _value(code, value)) if part)

    def suppressed(self, given: Tree) -> str:
        where = channel(given["channel"])
        if given.get("list") is None:
            return _("may not be contacted on %(channel)s", channel=where)
        return _("is on %(list)s on %(channel)s", list=_(LISTS[given["list"]]), channel=where)

    def engaged(self, verb: str, what: Tree) -> str:
        number = what.get("campaign")
        named = self.campaigns.get(number, str(number)) if number is not None else None
        subject = _("the campaign “%(name)s”", name=named) if named else _("any campaign")
        return f"{verb} {subject}{_lately(what)}"

    def written(self, given: Tree) -> str:
        name = given.get("channel")
        told = _("has written to us on %(channel)s", channel=channel(name)) if name else _("has written to us")
        return f"{told}{_lately(given)}"


def _lately(given: Tree) -> str:
    days = given.get("days")
    return " " + ngettext("within the last day", "within the last %(n)s days", days) if days is not None else ""


def _value(code: str, value: object) -> str:
    if isinstance(value, list):
        joint = _(" and ") if code == "between" else ", "
        return joint.join(_value("", one) for one in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "" if value is None else f"“{value}”" if isinstance(value, str) else str(value)
