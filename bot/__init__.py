"""The Telegram bot: operators run campaigns from it, and customers find a polite answer."""
