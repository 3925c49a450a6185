"""Telegram as a bot sees it (the Bot API) and as the people see it who talk to the bot."""
