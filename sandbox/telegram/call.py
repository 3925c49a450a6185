"""One call of the Bot API: who calls, with what, whatever way the parameters came."""

import json
from dataclasses import dataclass, field
from typing import Any

from sandbox.telegram.errors import bad_request
from sandbox.telegram.files import Upload
from sandbox.telegram.limits import Limits
from sandbox.telegram.updates import Updates
from sandbox.telegram.world import Bot, Json, World


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
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad_request(f"can't parse {name}: must be an Integer") from None

    def flag(self, name: str) -> bool:
        return str(self.parameters.get(name, "")).lower() in ("true", "1", "yes")

    def given(self, name: str) -> Any:
        """An object or list, read from JSON where it came as a string; None if it is missing."""
        value = self.parameters.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None
