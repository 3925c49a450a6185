"""What stands in for the outside world: a mail server, Telegram, people, and a page that shows what arrived."""
