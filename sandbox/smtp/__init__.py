"""The mail server of the outside world."""
