"""Channels: each turns a message into a provider's call, and a provider's words into an outcome or an event."""
