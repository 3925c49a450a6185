"""How fast a bot may write: some 30 messages a second in all, one a chat, 20 a minute to a group.

The sources are https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this and the 429s themselves.
"""

from core.ports import Bucket

IN_ALL = 28.4
"""A second: no second sees the thirty that are allowed, though some bunch on their way."""
CAMPAIGN_AHEAD, ANSWER_AHEAD = 1.5, 2.5
"""So many at once from the one bucket of the bot. What somebody waits for may take a token more than a campaign may, so
that it goes at once while campaigns stand before an empty bucket, whatever their number; they make up for it after."""
CHAT_SECONDS = 1.1
"""One message to a chat in so long: a second, and what two may come closer together on their way."""
A_GROUP, GROUP_AT_ONCE = 15.0, 6
"""A minute, and so many of them at once: together no more than twenty in any minute."""


def whole(bot: str, *, broadcast: bool = False) -> Bucket:
    return Bucket(f"telegram:{bot}", IN_ALL, burst=CAMPAIGN_AHEAD if broadcast else ANSWER_AHEAD)


def of_chat(bot: str, chat: str) -> Bucket:
    """Groups have negative numbers."""
    key = f"telegram:{bot}:{chat}"
    return Bucket(key, A_GROUP, 60.0, GROUP_AT_ONCE) if chat.startswith("-") else Bucket(key, 1.0, CHAT_SECONDS)


def needed(bot: str, chat: str, *, broadcast: bool) -> tuple[Bucket, ...]:
    """What a message needs a token of."""
    return of_chat(bot, chat), whole(bot, broadcast=broadcast)
