"""Email: letters, MIME, and sending by SMTP."""
