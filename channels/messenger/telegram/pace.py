"""How fast a bot may write: some 30 messages a second in all, one a chat, 20 a minute to a group.

The sources are https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this and the 429s themselves.
"""

from core.ports import Bucket

IN_ALL = 29.0
"""A second: evenly spread, one less than what is allowed, for answers bunch on their way."""
RESERVED = 3.0
"""Of these a campaign leaves so many to answers, presses and whatever else somebody is waiting for."""
CHAT_SECONDS = 1.1
"""One message to a chat in so long: a second, and what two may come closer together on their way."""
A_GROUP = 20.0


def whole(bot: str) -> Bucket:
    return Bucket(f"telegram:{bot}", IN_ALL)


def needed(bot: str, chat: str, *, broadcast: bool) -> tuple[Bucket, ...]:
    """What a message needs a token of; a broadcast draws from a smaller bucket as well."""
    of_chat = Bucket(f"telegram:{bot}:{chat}", A_GROUP, 60.0) if chat.startswith("-") else None
    chats = (of_chat or Bucket(f"telegram:{bot}:{chat}", 1.0, CHAT_SECONDS), whole(bot))
    return (*chats, Bucket(f"telegram:{bot}:broadcast", IN_ALL - RESERVED)) if broadcast else chats
