"""The methods of the Bot API, by their names there."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sandbox.telegram.call import Call
from sandbox.telegram.methods import chats, descriptions, editing, queries, sending, settings, topics, updates

Method = Callable[[Call], Any | Awaitable[Any]]

METHODS: Mapping[str, Method] = {
    name.lower(): method
    for module in (chats, descriptions, editing, queries, sending, settings, topics, updates)
    for name, method in module.METHODS.items()
}
"""Names are found without regard to case, as at Telegram's."""
