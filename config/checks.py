"""Checks of single settings; each failure names the variable and says what would be right."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote, urlsplit

LONGEST_LOCAL_PART = 27
"""So that a plus, a mark of two and a token of 34 still fit into the 64 octets of a local part."""


class BadSetting(Exception):  # noqa: N818 - names the thing, as the sentence does
    """The variable `name` cannot be used; `why` is a code that `texts` puts into words, with `params`."""

    def __init__(self, name: str, why: str, **params: object) -> None:
        super().__init__(f"{name}: {why}")
        self.name = name
        self.why = why
        self.params = params


def url(given: Mapping[str, str], name: str, schemes: Sequence[str]) -> str | None:
    value = given.get(name)
    if value is None:
        return None
    scheme = urlsplit(value).scheme.split("+")[0]
    if scheme not in schemes or "://" not in value:
        raise BadSetting(name, "not_a_url", schemes=", ".join(f"{scheme}://" for scheme in schemes))
    return value.rstrip("/")


def mailbox(given: Mapping[str, str], name: str) -> str | None:
    """`imaps://user:password@host/folder`, or `imap://` where the server offers STARTTLS."""
    value = url(given, name, ("imaps", "imap"))
    if value is not None:
        parts = urlsplit(value)
        if not (parts.hostname and parts.username and parts.password):
            raise BadSetting(name, "not_a_mailbox")
    return value


def number(given: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    value = given.get(name)
    if value is None:
        return default
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise BadSetting(name, "not_a_number", least=least, most=most)
    return int(value)


def port(given: Mapping[str, str], name: str, default: int) -> int:
    """A TCP port; 0 lets the system choose a free one."""
    return number(given, name, default, 0, 65535)


def pairs(given: Mapping[str, str], name: str) -> dict[str, str]:
    """`key:value` pairs, separated by commas or blanks."""
    parts = given.get(name, "").replace(",", " ").split()
    if any(part.count(":") != 1 or part.startswith(":") or part.endswith(":") for part in parts):
        raise BadSetting(name, "not_pairs")
    return dict(part.split(":") for part in parts)


def counts(given: Mapping[str, str], name: str, least: int, most: int) -> dict[str, int]:
    """`key:number` pairs, the keys in lower case."""
    return {key.lower(): number({name: value}, name, least, least, most) for key, value in pairs(given, name).items()}


def one_of(given: Mapping[str, str], name: str, default: str, choices: Sequence[str]) -> str:
    value = given.get(name, default).lower()
    if value not in choices:
        raise BadSetting(name, "not_a_choice", choices=", ".join(choices))
    return value


def some_of(given: Mapping[str, str], name: str, choices: Sequence[str]) -> frozenset[str]:
    """Any of the choices, separated by commas or blanks; all of them if nothing is said."""
    values = frozenset(given.get(name, "").lower().replace(",", " ").split()) or frozenset(choices)
    if not values <= set(choices):
        raise BadSetting(name, "not_a_choice", choices=", ".join(choices))
    return values


def return_addresses(given: Mapping[str, str], name: str, mailbox: str | None) -> tuple[str, ...]:
    """Addresses or whole domains; if nothing is said, the name of the mailbox where that is an address."""
    user = unquote(urlsplit(mailbox or "").username or "")
    addresses = given.get(name, user if "@" in user else "").replace(",", " ").lower().split()
    if not all(_RETURN_ADDRESS.fullmatch(address) for address in addresses):
        raise BadSetting(name, "not_return_addresses", longest=LONGEST_LOCAL_PART)
    return tuple(addresses)


_RETURN_ADDRESS = re.compile(rf"(?:[\w.=-]{{1,{LONGEST_LOCAL_PART}}}@)?[\w-]+(?:\.[\w-]+)+")
