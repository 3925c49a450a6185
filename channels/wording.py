"""From a frozen short message to what one recipient reads: compiled once a content, filled for each."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from channels.links import Links
from core.messages import Content, Message
from core.rules.short_messages import mapped, placed
from core.rules.templates import Program, compile_frozen, is_ours

CONTENTS_KEPT = 64


@dataclass(frozen=True, slots=True)
class Worded:
    """What a recipient gets: the text, and what stands beside it, all filled in."""

    text: str
    extras: Mapping[str, Any] = field(default_factory=dict)


class Wordings:
    """Keeps the contents used last, so that campaigns that take turns are not compiled again each time."""

    def __init__(self, links: Links, *, escape: bool = False) -> None:
        """`escape`: the text is HTML, and what is filled into it is not."""
        self._links, self._escape = links, escape
        self._kept: OrderedDict[int, _Wording] = OrderedDict()

    def of(self, message: Message) -> Worded:
        """Raise MissingValue if the recipient lacks a value; it concerns nobody else."""
        wording = self._kept.get(message.content.id)
        if wording is None:
            wording = self._kept[message.content.id] = _Wording(message.content, self._links, escape=self._escape)
            if len(self._kept) > CONTENTS_KEPT:
                self._kept.popitem(last=False)
        return wording.fill(message)


class _Wording:
    def __init__(self, content: Content, links: Links, *, escape: bool) -> None:
        self._text = compile_frozen(content.text or "", escape=escape)
        self._extras = placed(content.extras, links.base)
        self._programs: dict[str, Program] = {}
        mapped(self._extras, self._compiled)
        programs = (self._text, *self._programs.values())
        ours = {name for program in programs for name in program.names if is_ours(name)}
        self._ours: dict[str, Callable[[int], bytes]] = {name: links.named(name) for name in ours}

    def fill(self, message: Message) -> Worded:
        made = {name: make(message.delivery_id).decode("ascii") for name, make in self._ours.items()}
        values = {**message.values, **made}
        extras = mapped(self._extras, lambda _, part: self._programs[part].render(values)) if self._extras else {}
        return Worded(self._text.render(values), extras)

    def _compiled(self, _name: str, part: str) -> str:
        self._programs[part] = compile_frozen(part, escape=False)
        return part
