"""The first login to the panel, made at the first start and shown once: by `sendbote up`, or by a panel alone."""

from dataclasses import dataclass

from cli.context import Opened


@dataclass(frozen=True, slots=True)
class FirstLogin:
    name: str
    password: str


def first_login(opened: Opened) -> FirstLogin | None:
    """Make the first administrator if nobody can log in yet; None at every later start."""
    from admin.app import create_app
    from admin.app import first_login as make_first

    made = make_first(create_app(opened.settings, opened.keys, opened.sessions))
    return FirstLogin(*made) if made else None
