"""What the check before launch finds in a letter, in plain words with what to do about it."""

from collections.abc import Mapping

from texts import N_, _, ngettext

FAULTS = {
    "picture_without_width": N_("A picture has no width in whole pixels. Outlook shows it in its full size."),
    "picture_too_wide": N_("A picture is %(width)s pixels wide. More than %(most)s breaks the letter in Outlook."),
    "picture_without_alt": N_("A picture has no alternative text. Who sees no pictures sees nothing there."),
    "content_too_wide": N_("A part is %(width)s pixels wide. Letters should be no wider than %(most)s."),
    "too_large": N_("The letter has %(kilobytes)s kB. Gmail cuts off what goes beyond %(most)s."),
    "no_text_part": N_("There is no text part. Some programs show nothing else, and filters mind."),
    "no_unsubscribe_link": N_("There is no link to unsubscribe."),
    "no_imprint": N_("There is no imprint. Letters to customers must say who sends them."),
    "imprint_unknown": N_("There is no imprint, and the sender has none. Write it in the settings or in the letter."),
    "broken_link": N_("A link leads nowhere."),
    "insecure_link": N_("An address is not secure (http instead of https)."),
}


def fault(code: str, params: Mapping[str, object]) -> str:
    if code == "lacks_value":
        return _lacks_value(int(str(params["count"])), str(params["name"]))
    return _(FAULTS[code]) % params if params else _(FAULTS[code])


def _lacks_value(count: int, name: str) -> str:
    return ngettext(
        "%(n)s recipient has no value for “%(name)s” and would get nothing.",
        "%(n)s recipients have no value for “%(name)s” and would get nothing.",
        count,
        name=name,
    )
