"""The public pages: open picture, tracked links and unsubscribing, for people who have no account here."""
