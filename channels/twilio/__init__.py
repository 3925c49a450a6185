"""Twilio: SMS and WhatsApp by its REST API, its status callbacks, and what customers write."""
