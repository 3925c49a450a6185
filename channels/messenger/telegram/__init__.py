"""Telegram: messages by the Bot API, in the pace that it allows."""
