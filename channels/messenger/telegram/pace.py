"""How fast a bot may write: some 30 messages a second in all, one a chat, 20 a minute to a group.

The sources are https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this and the 429s themselves.
"""

from core.ports import Bucket

IN_ALL, AT_ONCE = 28.5, 2
"""A second, and so many of them at once: no second sees the thirty that are allowed, though they bunch on their way."""
RESERVED = 0.5
"""Of these a campaign leaves so many to answers, presses and whatever else somebody is waiting for. More of them take
turns with the campaign, of which one message a process waits at a time."""
CHAT_SECONDS = 1.1
"""One message to a chat in so long: a second, and what two may come closer together on their way."""
A_GROUP, GROUP_AT_ONCE = 15.0, 6
"""A minute, and so many of them at once: together no more than twenty in any minute."""


def whole(bot: str) -> Bucket:
    return Bucket(f"telegram:{bot}", IN_ALL, burst=AT_ONCE)


def of_chat(bot: str, chat: str) -> Bucket:
    """Groups have negative numbers."""
    key = f"telegram:{bot}:{chat}"
    return Bucket(key, A_GROUP, 60.0, GROUP_AT_ONCE) if chat.startswith("-") else Bucket(key, 1.0, CHAT_SECONDS)


def needed(bot: str, chat: str, *, broadcast: bool) -> tuple[Bucket, ...]:
    """What a message needs a token of; a broadcast draws from a smaller bucket as well."""
    chats = (of_chat(bot, chat), whole(bot))
    return (*chats, Bucket(f"telegram:{bot}:broadcast", IN_ALL - RESERVED, burst=AT_ONCE)) if broadcast else chats
