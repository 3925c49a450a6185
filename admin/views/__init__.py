"""The panel's pages, one file a noun."""
