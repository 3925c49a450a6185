"""The fixed request for consent in each language: no advertising, no tracking, one way to accept and one to decline.

By mail links answer, in a chat with buttons these, and elsewhere words.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from types import MappingProxyType
from typing import Any

from channels.messenger.telegram.calls import ACCEPT, CONSENT, DECLINE
from core.ports import ConsentLetter
from core.rules.short_messages import APPROVED, BUTTONS, VARIABLES
from core.vocabulary import CHANNEL_EMAIL
from texts import LANGUAGES, _, known, language, speaking
from texts.segments import channel as channel_name

VERSION = "1"
"""Rises with every change of what is agreed to: records name it."""
INK, SOFT, ACCENT = "#1d2430", "#5d6675", "#1f5f5b"


class ConsentWording:
    """A core.ports.ConsentPress; the account's language comes first."""

    def __init__(self, language: str) -> None:
        first = known(language)
        self._languages = [first, *(code for code in LANGUAGES if code != first)]

    def __call__(
        self,
        channel: str,
        *,
        sender: str,
        imprint: str | None,
        days: int,
        approved: Mapping[str, str] = MappingProxyType({}),
    ) -> Sequence[ConsentLetter]:
        letters = [_letter(code, channel, sender, imprint, days) for code in self._languages]
        return [_by_template(letter, sender, days, approved) for letter in letters]


@dataclass(frozen=True, slots=True)
class _Drawn:
    text: str
    html: str | None = None
    extras: dict[str, Any] = field(default_factory=dict)


def _by_template(letter: ConsentLetter, sender: str, days: int, approved: Mapping[str, str]) -> ConsentLetter:
    """In its language where that is approved, else in whichever is; the wording is a variable of the template."""
    sid = approved.get(letter.language) or next(iter(approved.values()), None)
    if sid is None:
        return letter
    stands = {"1": _raw(sender), "2": _raw(letter.wording), "3": str(days)}
    return replace(letter, extras={APPROVED: sid, VARIABLES: stands})


def _letter(code: str, channel: str, sender: str, imprint: str | None, days: int) -> ConsentLetter:
    with speaking(code):
        by = channel_name(channel)
        wording = _(
            "%(sender)s may send me news and offers by %(channel)s. I can withdraw this at any time.",
            sender=sender,
            channel=by,
        )
        lines = [
            _("May %(sender)s write to you by %(channel)s about news and offers?", sender=sender, channel=by),
            _("If you agree, this is what you agree to:"),
            f"“{wording}”",
        ]
        after = [
            _("You need not do anything if you do not want this. Your answer counts for %(days)s days.", days=days),
            *([imprint] if imprint else []),
        ]
        drawn = LAYOUTS[channel](lines, after)
        subject = _("May we write to you, %(sender)s asks", sender=sender)
    return ConsentLetter(code, subject, drawn.html, drawn.text, wording, VERSION, drawn.extras)


def _mail(lines: Sequence[str], after: Sequence[str]) -> _Drawn:
    return _Drawn(_text(lines, after), _page(lines, after))


def _chat(lines: Sequence[str], after: Sequence[str]) -> _Drawn:
    """A text is HTML there; each button says what it answers."""
    question, lead, wording = (_raw(escape(line)) for line in lines)
    text = [f"<b>{question}</b>", f"{lead}\n<i>{wording}</i>", *(_raw(escape(line)) for line in after)]
    buttons = [
        {"text": _raw(_("Yes, I agree")), CONSENT: ACCEPT},
        {"text": _raw(_("No, thank you")), CONSENT: DECLINE},
    ]
    return _Drawn("\n\n".join(text), extras={BUTTONS: buttons})


def _words(lines: Sequence[str], after: Sequence[str]) -> _Drawn:
    """Where no button can be sent without a template that the provider has approved."""
    how = _("Answer YES if you agree, or NO if you do not.")
    return _Drawn("\n\n".join(map(_raw, [*lines, how, *after])))


def _text(lines: Sequence[str], after: Sequence[str]) -> str:
    accept, decline = _("Yes, I agree"), _("No, thank you")
    links = [f"{accept}: {{{{ accept_url }}}}", f"{decline}: {{{{ decline_url }}}}"]
    return "\n\n".join([*map(_raw, lines), *links, *map(_raw, after)]) + "\n"


def _page(lines: Sequence[str], after: Sequence[str]) -> str:
    question, lead, wording = (_raw(escape(line)) for line in lines)
    small = "".join(
        f'<p style="margin:0 0 10px;color:{SOFT};font-size:13px">{_raw(_broken(line))}</p>' for line in after
    )
    accept, decline = escape(_("Yes, I agree")), escape(_("No, thank you"))
    button = "display:inline-block;padding:13px 26px;font-weight:bold;text-decoration:none"
    return (
        f'<!doctype html><html lang="{language()}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"></head>'
        f'<body style="margin:0;background:#f4f2ee;color:{INK};font:16px/1.55 Arial,Helvetica,sans-serif">'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" '
        'style="padding:24px 12px"><table role="presentation" width="560" cellpadding="0" cellspacing="0" '
        'style="width:100%;max-width:560px;background:#ffffff"><tr><td style="padding:32px">'
        f'<p style="margin:0 0 18px;font-size:20px;font-weight:bold">{question}</p><p style="margin:0 0 8px">{lead}</p>'
        f'<p style="margin:0 0 24px;padding-left:14px;border-left:3px solid {ACCENT}">{wording}</p>'
        '<table role="presentation" cellpadding="0" cellspacing="0"><tr>'
        f'<td bgcolor="{ACCENT}"><a href="{{{{ accept_url }}}}" style="{button};color:#ffffff">'
        f'{accept}</a></td><td width="12"></td>'
        f'<td style="border:1px solid {SOFT}"><a href="{{{{ decline_url }}}}" style="{button};color:{INK}">'
        f'{decline}</a></td></tr></table><div style="height:24px"></div>{small}'
        "</td></tr></table></td></tr></table></body></html>"
    )


def _broken(line: str) -> str:
    return escape(line).replace("\n", "<br>")


def _raw(line: str) -> str:
    """A name that holds marks of the template language must not become a part of it."""
    return line.replace("{{", "{ {").replace("{%", "{ %").replace("{#", "{ #")


LAYOUTS: dict[str, Callable[[Sequence[str], Sequence[str]], _Drawn]] = {
    CHANNEL_EMAIL: _mail,
    "telegram": _chat,
    "whatsapp": _words,
}
"""On other channels nobody is asked."""
