"""Twilio's REST API as published (2010-04-01): messages, balance, status callbacks, and phones that can answer."""
