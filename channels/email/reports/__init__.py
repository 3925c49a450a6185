"""What services that carry our mail report by webhook: verified, then read into events of our own letters."""
