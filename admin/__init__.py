"""The panel: a login, lists, wizards and figures, in a browser."""
