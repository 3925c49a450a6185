"""What the pages stand on, handed in by the entry point and found again in the application."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from core.ports import Hooks
from web.recorder import Recorder
from web.targets import Targets


@dataclass(frozen=True, slots=True)
class Doors:
    engine: AsyncEngine
    recorder: Recorder
    targets: Targets
    key: bytes
    """Signs the tokens."""
    clock: Callable[[], datetime]
    language: str
    """For visitors of whom we know no other."""
    public_url: str = ""
    """Where providers know us; their signatures cover it."""
    hooks: Mapping[str, Hooks] = field(default_factory=dict)
    """By the provider's name."""


DOORS = web.AppKey("doors", Doors)
