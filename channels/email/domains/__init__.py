"""What the DNS says of a sender's domain, and whether it is what other mail servers want to see (RFC 7208, 7489)."""
