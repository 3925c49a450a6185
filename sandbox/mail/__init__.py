"""The letters that arrived: kept, found again, and answered by mail servers that could not deliver them."""
