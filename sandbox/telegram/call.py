"""One call of the Bot API: who calls, with what, whatever way the parameters came."""

import json
from dataclasses import dataclass, field
from typing import Any

from sandbox.telegram.errors import bad_request
from sandbox.telegram.files import Upload
from sandbox.telegram.limits import Limits
from sandbox.telegram.updates import Updates
from sandbox.telegram.world import Bot, Json, World

LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Telegram:
    """What every method works on."""

    world: World
    updates: Updates
    limits: Limits


@dataclass(frozen=True, slots=True)
class Call:
    telegram: Telegram
    bot: Bot
    parameters: Json
    """From JSON as they are; from a query, a form or multipart as strings."""
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.parameters.get(name)
        return "" if value is None else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        value = self.parameters.get(name)
        return default if value is None or value == "" else whole(value, name)

    def flag(self, name: str) -> bool:
        return str(self.parameters.get(name, "")).lower() in ("true", "1", "yes")

    def mapping(self, name: str) -> Json | None:
        """An object; None if it is missing."""
        value = self._given(name)
        if value is not None and not isinstance(value, dict):
            raise bad_request(f"can't parse {name}: Object expected")
        return value

    def listed(self, name: str) -> list[Any] | None:
        """A list; None if it is missing."""
        value = self._given(name)
        if value is not None and not isinstance(value, list):
            raise bad_request(f"can't parse {name}: Array expected")
        return value

    def _given(self, name: str) -> Any:
        """Read from JSON where it came as a string."""
        value = self.parameters.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None


def whole(value: Any, name: str) -> int:
    """A number that a database can hold, written in whatever way; raise 400 for any other."""
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        raise bad_request(f"can't parse {name}: must be an Integer") from None
    if abs(number) > LARGEST:
        raise bad_request(f"can't parse {name}: must be an Integer")
    return number
