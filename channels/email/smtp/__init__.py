"""Our own SMTP client (RFC 5321): many messages over few connections, and certainty about what became of each."""
