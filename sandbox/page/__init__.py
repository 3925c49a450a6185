"""The page that shows the outside world: mailboxes, phones, chats, and switches for how it behaves."""
