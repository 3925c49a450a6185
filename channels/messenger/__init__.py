"""Messengers: channels on which a customer must write first."""
