"""What people may write and press, one file a subject."""
